/**
 * The language of the app: that of the page it runs in, in its worker too. Texts are found as gettext finds them, by
 * the English text, in the catalogue that came with the page (`pwa/texts.py`); English needs none.
 */

import type { AppConfig, Catalogue } from "./api";

const NOTHING: Catalogue = { plurals: [], messages: {} };
/** Between a context and its text, as in gettext's own files. */
const CONTEXT = "\u0004";

/** An English text that translators find. */
export type Marked = string & { readonly [marked]: true };
declare const marked: unique symbol;

/** One with a plural. */
export interface Plural {
  readonly one: Marked;
  readonly other: Marked;
}

let catalogue = NOTHING;
let language = "en";
let locale = language;
const english = new Intl.PluralRules("en");
let rules = english;
/** Which of the catalogue's forms stands for a plural category of this language. */
let forms: ReadonlyMap<string, number> = new Map();

/**
 * Sets language and texts of this thread.
 *
 * @param preferred the reader's languages, which name a region that the page's language leaves open.
 */
export function speak(
  { language: chosen, texts }: Pick<AppConfig, "language" | "texts">,
  preferred: readonly string[] = navigator.languages,
): void {
  language = chosen;
  locale = chooseLocale(chosen, preferred);
  catalogue = texts ?? NOTHING;
  rules = new Intl.PluralRules(chosen);
  forms = formsOf(catalogue);
}

/** As in `Accept-Language`. */
export function currentLanguage(): string {
  return language;
}

/** For numbers, dates and the order of words. */
export function currentLocale(): string {
  return locale;
}

/** Marks a text for translators. Nothing is translated before a language is set, so what is kept is the text itself. */
export function _(text: string): Marked {
  return text as Marked;
}

/** The same for a text that means different things in different places. */
export function pgettext(context: string, text: string): Marked {
  return (context + CONTEXT + text) as Marked;
}

/** The same for a text with a plural. */
export function ngettext_lazy(one: string, other: string): Plural {
  return { one: one as Marked, other: other as Marked };
}

/** A marked text in the language of the app. */
export function translate(text: Marked): string {
  const found = catalogue.messages[text];
  return typeof found === "string" ? found : text.slice(text.indexOf(CONTEXT) + 1);
}

/** The form for this many. */
export function translatePlural(text: Plural, count: number): string {
  const found = catalogue.messages[text.one];
  const form = Array.isArray(found) ? found[forms.get(rules.select(count)) ?? found.length - 1] : undefined;
  return form ?? (english.select(count) === "one" ? text.one : text.other);
}

/**
 * The reader's regional form of the page's language (British dates on an English page), else the page's language.
 */
export function chooseLocale(page: string, preferred: readonly string[]): string {
  const base = page.split("-")[0];
  return preferred.find((one) => one.split("-")[0] === base) ?? page;
}

/**
 * Gettext numbers its forms by a formula of its own for each catalogue. That cannot be evaluated here; but the server
 * says which form some numbers get, and the browser which category they have.
 */
function formsOf({ plurals }: Catalogue): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [count, form] of plurals) {
    const category = rules.select(count);
    if (!found.has(category)) found.set(category, form);
  }
  return found;
}
