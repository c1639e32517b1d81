import { describe, expect, test } from "vitest";
import { capitalize, t } from "./texts";

describe("t", () => {
  test("fills places", () => {
    expect(t("resultsOf", { number: "12", total: "77", name: "products" })).toBe("12 of 77 products");
  });

  test("leaves a place it has nothing for", () => {
    expect(t("synced")).toBe("Synced {ago}");
  });

  test("picks the plural form by count", () => {
    expect(t("rowsUpdated", { count: 1, number: "1" })).toBe("1 row received");
    expect(t("rowsUpdated", { count: 12, number: "12" })).toBe("12 rows received");
  });

  test("a text that has a context is shown without it", () => {
    expect(t("order")).toBe("Order");
  });
});

test("capitalize", () => {
  expect(capitalize("unit price")).toBe("Unit price");
  expect(capitalize("élan")).toBe("Élan");
  expect(capitalize("")).toBe("");
});
