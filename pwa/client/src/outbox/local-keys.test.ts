import { expect, it } from "vitest";
import { isLocalKey } from "./types";

it("W5: keys that people type are not taken for those that devices make, however they begin", () => {
  expect(isLocalKey("local:0b9c2a52-4c3f-4c8e-9f0a-6d1f3b1c9e11")).toBe(true);
  for (const key of ["local:", "local:x", "local:0b9c2a52", "local:0b9c2a52-4c3f-4c8e-9f0a-6d1f3b1c9e11/", 7, null]) {
    expect(isLocalKey(key)).toBe(false);
  }
});
