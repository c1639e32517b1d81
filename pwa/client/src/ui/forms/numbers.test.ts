import { describe, expect, it, test } from "vitest";
import { readNumber, separatorsOf, showNumber } from "./numbers";

const read = (text: string, locale: string) => readNumber(text, separatorsOf(locale));

describe("numbers as people type them", () => {
  test.each([
    ["12.5", "en", "12.5"],
    ["12,5", "en", "12.5"],
    ["12,5", "de", "12.5"],
    ["12.5", "de", "12.5"],
    ["1,234", "en", "1234"],
    ["1.234", "en", "1.234"],
    ["1.234", "de", "1234"],
    ["1,234", "de", "1.234"],
    ["1,234,567.89", "en", "1234567.89"],
    ["1.234.567,89", "de", "1234567.89"],
    ["1,234,567.89", "de", "1234567.89"],
    ["12,34,567.5", "en-IN", "1234567.5"],
    ["1 234,5", "fr", "1234.5"],
    ["1\u202f234,5", "fr", "1234.5"],
    ["1’234.50", "de-CH", "1234.50"],
    ["1.234", "fr", "1.234"],
    [".5", "en", "0.5"],
    ["5.", "en", "5"],
    ["007", "en", "7"],
    ["+3", "en", "3"],
    ["-3", "en", "-3"],
    ["−3", "sv", "-3"],
    ["-0.00", "en", "0.00"],
    ["\u200e-7", "he", "-7"],
    ["٣٫٥", "ar-EG", "3.5"],
    ["۱۲۳", "fa", "123"],
    ["१२", "hi", "12"],
    ["12345678901234567890.123456789", "en", "12345678901234567890.123456789"],
  ])("%j in %s is %s", (text, locale, number) => {
    expect(read(text, locale)).toBe(number);
  });

  test.each([
    "",
    " ",
    "-",
    ".",
    "abc",
    "12x",
    "1-2",
    "1e5",
    "0x10",
    "1.2.3",
    "1,2,3",
    "1.2,3.4",
    "12,3456,7.8",
    "NaN",
    "∞",
  ])("%j is none", (text) => {
    expect(read(text, "en")).toBeNull();
    expect(read(text, "de")).toBeNull();
  });

  it("are shown as one goes on typing them, and read the same", () => {
    for (const locale of ["en", "de", "fr", "ar-EG", "fa", "de-CH", "hi"]) {
      const words = separatorsOf(locale);
      for (const number of ["0.00", "-1234.50", "1234567.891", "1.234", "1234", "99999999999999999999.0001"]) {
        expect(readNumber(showNumber(number, words), words), `${number} in ${locale}`).toBe(number);
      }
    }
  });
});
