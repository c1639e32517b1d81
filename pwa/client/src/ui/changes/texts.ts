/** Texts of the screens for changes: in the file that only these need. */
import { _, type Marked, type Plural } from "../../language";
import { say, type Values } from "../texts";

const english = {
  nothingToSend: _("Everything is on the server"),
} satisfies Record<string, Marked | Plural>;

export type ChangesText = keyof typeof english;

/** As `t`, of these texts. */
export function c(name: ChangesText, values: Values = {}): string {
  return say(english[name], values);
}
