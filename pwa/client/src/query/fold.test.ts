import { describe, expect, it } from "vitest";

import { foldedLines, markLines } from "./columns";
import { fold, words } from "./fold";

describe("fold", () => {
  it.each([
    ["cote", "Côte de Blaye"],
    ["strasse", "STRAẞE"],
    ["strasse", "Straße"],
    ["smorrebrod", "Smørrebrød"],
    ["aerosol oeuvre", "Ærosol Œuvre"],
    ["dordevic lodz", "Đorđević Łódź"],
    ["istanbul", "İstanbul"],
    ["isparta", "Isparta ısparta"],
    ["fine", "ﬁne"],
    ["abc123", "ＡＢＣ１２３"],
    ["カタカナ", "ｶﾀｶﾅ"],
    ["ελληνικα", "Ελληνικά"],
    ["елка", "Ёлка"],
    ["viet nam", "Việt Nam"],
  ])("%s is in %s", (typed, text) => {
    expect(fold(text)).toContain(typed);
    expect(fold(typed)).toBe(typed);
  });

  it("is done once: what is folded stays as it is", () => {
    for (let code = 0; code < 0x2fff; code++) {
      const once = fold(String.fromCodePoint(code));
      expect([code, fold(once)]).toEqual([code, once]);
    }
  });

  it("words are what stands between spaces of any kind", () => {
    expect(words(" Tofu\u3000豆腐\n chai ")).toEqual(["tofu", "豆腐", "chai"]);
  });
});

describe("lines", () => {
  const rows = [
    ["red", "wine"],
    ["red\nwine", "beer"],
    [null, "white wine"],
    ["", 7],
  ];
  const lines = foldedLines(rows, [0, 1]);
  const found = (wanted: string[], within: number[] | null = null) => {
    const marks = new Uint8Array(6);
    markLines(lines, wanted, marks, 1, within === null ? null : Uint8Array.from(within));
    return [...marks];
  };

  it("are marked where all words are, and nowhere else", () => {
    expect(found(["wine"])).toEqual([0, 1, 1, 1, 0, 0]);
    expect(found(["wine", "red"])).toEqual([0, 1, 1, 0, 0, 0]);
    expect(found(["dwine"])).toEqual([0, 0, 0, 0, 0, 0]);
    expect(found(["7"])).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it("are looked for among those that were found for less", () => {
    expect(found(["wine"], [0, 0, 1, 0, 0, 0])).toEqual([0, 0, 1, 0, 0, 0]);
  });
});
