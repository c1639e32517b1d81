/** What browsers and their keyboards are told of a line of text, by its attribute's type and name. */
import type { AttributeDefinition } from "../../api";

export interface Hints {
  /** Texts, always: what a browser takes for an e-mail or a number is not what the server does. */
  type: "text" | "tel" | "email" | "url";
  inputmode?: "tel" | "email" | "url" | "numeric";
  autocomplete: string;
  autocapitalize: "none" | "sentences" | "words" | "characters";
  spellcheck: "true" | "false";
}

const PLAIN: Hints = { type: "text", autocomplete: "off", autocapitalize: "sentences", spellcheck: "true" };
const EXACT = { autocapitalize: "none", spellcheck: "false" } as const;

export function hintsOf({ name, type }: AttributeDefinition): Hints {
  if (type === "email") return { type: "text", inputmode: "email", autocomplete: "off", ...EXACT };
  if (type === "url") return { type: "text", inputmode: "url", autocomplete: "off", ...EXACT };
  if (type === "uuid") return { type: "text", autocomplete: "off", ...EXACT };
  if (isLike(name, "phone|mobile|tel|cell|fax"))
    return { type: "tel", inputmode: "tel", autocomplete: "off", ...EXACT };
  if (isLike(name, "postal|postcode|zip")) return { ...PLAIN, autocapitalize: "characters", spellcheck: "false" };
  if (isLike(name, "code|sku|number|ref|reference|iban|bic|serial|slug|username")) return { ...PLAIN, ...EXACT };
  if (isLike(name, "name|city|town|street|address|country|region|contact|person")) {
    return { ...PLAIN, autocapitalize: "words", spellcheck: "false" };
  }
  return PLAIN;
}

/** Whether one of the words is in the name: `ship_postal_code` has `postal`. */
function isLike(name: string, words: string): boolean {
  return new RegExp(`(^|_)(${words})(_|$)`, "i").test(name);
}
