import { afterEach, describe, expect, test } from "vitest";
import type { Catalogue } from "./api";
import { chooseLocale, currentLocale, speak } from "./language";
import { ClientError } from "./protocol/errors";
import { comparison } from "./query/order";
import { t } from "./ui/texts";

/** The forms that gettext's formula gives, for the numbers that the server tells. */
function catalogue(form: (count: number) => number, messages: Catalogue["messages"]): Catalogue {
  const counts = [...Array(121).keys(), 1_000_000];
  return { plurals: counts.map((count) => [count, form(count)]), messages };
}

afterEach(() => speak({ language: "en" }, []));

describe("a translation", () => {
  const texts = catalogue((count) => Number(count !== 1), {
    "Up to date": "Auf dem neuesten Stand",
    "sorting\u0004Order": "Sortierung",
    "Another sync of this device was faster.": "Eine andere war schneller.",
  });

  test("is shown in place of the English text, which fills what it lacks", () => {
    speak({ language: "de", texts }, []);
    expect(t("upToDate")).toBe("Auf dem neuesten Stand");
    expect(t("order")).toBe("Sortierung");
    expect(t("never")).toBe("never");
    expect(t("rowsUpdated", { count: 1, number: "1" })).toBe("1 row received");
  });

  test("is what errors say, too", () => {
    speak({ language: "de", texts }, []);
    expect(new ClientError("superseded").message).toBe("Eine andere war schneller.");
  });
});

describe("plural forms are gettext's", () => {
  const said = (count: number) => t("rowsUpdated", { count, number: String(count) });

  test("Polish has three", () => {
    const few = (n: number) => n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14);
    const forms = ["{number} wiersz", "{number} wiersze", "{number} wierszy"];
    const texts = catalogue((n) => (n === 1 ? 0 : few(n) ? 1 : 2), { "{number} row received": forms });
    speak({ language: "pl", texts }, []);
    expect([1, 3, 5, 12, 22, 112, 1_002].map(said)).toEqual([
      ...["1 wiersz", "3 wiersze", "5 wierszy", "12 wierszy", "22 wiersze", "112 wierszy", "1002 wiersze"],
    ]);
  });

  test("Arabic has six", () => {
    const form = (n: number) =>
      n < 3 ? n : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 && n % 100 <= 99 ? 4 : 5;
    const texts = catalogue(form, { "{number} row received": ["0", "1", "2", "3", "4", "5"] });
    speak({ language: "ar", texts }, []);
    expect([0, 1, 2, 7, 11, 99, 100, 103, 202].map(said).join("")).toBe("012344535");
  });

  test("a language with one form needs no other", () => {
    speak({ language: "ja", texts: catalogue(() => 0, { "{number} row received": ["{number}行"] }) }, []);
    expect([0, 1, 2].map(said)).toEqual(["0行", "1行", "2行"]);
  });
});

describe("the order of words is that of the language", () => {
  const sorted = (words: string[]) => words.sort(comparison("string"));

  test.each([
    ["de", ["Ärger", "Zucker"]],
    ["sv", ["Zucker", "Ärger"]],
  ])("%s", (language, words) => {
    speak({ language }, []);
    expect(sorted([...words].reverse())).toEqual(words);
  });
});

describe("chooseLocale", () => {
  test("the reader's regional form of the page's language", () => {
    expect(chooseLocale("en", ["de-DE", "en-GB", "en-US"])).toBe("en-GB");
    speak({ language: "de" }, ["en-GB", "de-CH"]);
    expect(currentLocale()).toBe("de-CH");
  });

  test("never another language than the page's", () => {
    expect(chooseLocale("fr", ["en-GB"])).toBe("fr");
  });
});
