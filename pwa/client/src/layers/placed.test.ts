import { expect, it } from "vitest";

import { keyOrder } from "../protocol/keys";
import { Placed } from "./placed";

it("a segment's last key is known where its keys rise after all before, and only there", () => {
  const placed = new Placed(keyOrder("string"));
  expect(placed.last(["1.1.1.1", "10.0.0.1"])).toBe("10.0.0.1");
  expect(placed.last(["2.0.0.1", "100.0.0.1", "3.0.0.1"])).toBe(null);
  expect(placed.last(["20.0.0.1", "4.0.0.1"])).toBe(null);
  expect(placed.last(["5.0.0.1", "6.0.0.1"])).toBe("6.0.0.1");
  expect(placed.last(["6.0.0.1"])).toBe(null);
  expect(placed.last([])).toBe(null);
});
