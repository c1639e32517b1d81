import { afterEach, describe, expect, test } from "vitest";
import { capitalize, chooseLocale, setTexts, t } from "./texts";

afterEach(() => setTexts({}, "en"));

describe("t", () => {
  test("fills places", () => {
    expect(t("resultsOf", { number: "12", total: "77", name: "products" })).toBe("12 of 77 products");
  });

  test("leaves a place it has nothing for", () => {
    expect(t("synced")).toBe("Synced {ago}");
  });

  test("picks the plural form by count", () => {
    expect(t("rowsUpdated", { count: 1, number: "1" })).toBe("1 row updated");
    expect(t("rowsUpdated", { count: 12, number: "12" })).toBe("12 rows updated");
  });

  test("a translation brings its own plural forms, and English fills what it lacks", () => {
    setTexts({ rowsUpdated: { one: "{number} wiersz", few: "{number} wiersze", other: "{number} wierszy" } }, "pl");
    expect(t("rowsUpdated", { count: 3, number: "3" })).toBe("3 wiersze");
    expect(t("rowsUpdated", { count: 5, number: "5" })).toBe("5 wierszy");
    expect(t("upToDate")).toBe("Up to date");
  });
});

describe("chooseLocale", () => {
  test("the reader's regional form of the page's language", () => {
    expect(chooseLocale("en", ["de-DE", "en-GB", "en-US"])).toBe("en-GB");
  });

  test("never another language than the page's", () => {
    expect(chooseLocale("fr", ["en-GB"])).toBe("fr");
  });
});

test("capitalize", () => {
  expect(capitalize("unit price")).toBe("Unit price");
  expect(capitalize("élan")).toBe("Élan");
  expect(capitalize("")).toBe("");
});
