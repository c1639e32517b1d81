/** Texts of forms: in the file that only these need. */
import { _, type Marked, ngettext_lazy, type Plural, pgettext } from "../../language";
import { say, type Values } from "../texts";

const english = {
  newOf: _("New {name}"),
  editOf: _("Edit {name}"),
  save: pgettext("do it", "Save"),
  saving: _("Saving…"),
  closeForm: _("Close this form"),
  optional: _("optional"),
  notChangedHere: _("Not changed here"),
  noValueOf: pgettext("value", "None"),
  unknown: pgettext("value", "Not known"),

  enterValue: _("Enter a value."),
  chooseOne: _("Choose one."),
  wholeNumber: _("Enter a whole number."),
  number: _("Enter a number, such as {example}."),
  wholeDate: _("Enter the whole date: day, month and year."),
  wholeTime: _("Enter the whole time."),
  wholeMoment: _("Enter date and time."),
  durationParts: _("Enter whole numbers; seconds may have decimals."),
  uuid: _("Enter 32 digits and letters from a to f, with or without hyphens."),
  json: _("This is no valid JSON. Look for a missing quote, comma or bracket."),
  charactersLeft: ngettext_lazy("{number} character left", "{number} characters left"),
  charactersOver: ngettext_lazy("{number} character too many", "{number} characters too many"),

  problems: ngettext_lazy("{count} field needs a look", "{count} fields need a look"),
  saveFailed: _("It could not be saved on this device: {reason}"),
  saveFailedHint: _("What you typed is still here. Try again."),
  refused: _("The server did not take it"),
  leftOut: _("The app does not have “{name}” any more. What you typed there is left out when you save: {value}"),
  inConflict: _("Somebody else changed this record too."),
  compare: _("Compare"),
  goneTitle: _("This record is no longer there"),
  goneHint: _("What you type here can be saved as a new record."),
  saveAsNew: _("Save as new"),
  meanwhile: _("Changed meanwhile to: {value}"),
  takeTheirs: _("Take it"),

  draftRestored: _("Typed {ago}, and not saved yet."),
  draftDrop: _("Start over"),
  draftKept: _("Not saved. What you typed is kept on this device."),
  draftGoOn: _("Go on"),
  draftHere: _("Kept on this device"),
  discard: pgettext("do it", "Discard"),
  discarded: _("What you typed was discarded."),
  draftFailed: _("This device has no space to keep what you type. Save before you leave."),

  savedOnline: _("Saved on this device. It goes out with the next sync."),
  savedOffline: _("Saved on this device. It is sent when there is a connection."),
  savedConflict: _("Saved on this device. It is sent when you have compared it with what somebody else wrote."),
  savedSignIn: _("Saved on this device. Sign in to send it."),
  savedLocal: _("Saved on this device."),
  nothingChanged: _("Nothing was changed."),
  undo: pgettext("do it", "Undo"),

  remove: pgettext("do it", "Delete"),
  removeOf: _("Delete {name}"),
  removeTitle: _("Delete “{title}”?"),
  removeOnServer: _("It is deleted on the server too, for everybody, with the next sync."),
  removeOnlyHere: _("It was never sent: it is only on this device."),
  removeInlines: _("With it: {what}."),
  removeRelated: _("Still pointing at it: {what}. Where the server does not allow that, it stays, and you are told."),
  countOf: _("{number} {name}"),
  removed: _("“{title}” is deleted."),
  removeFailed: _("It could not be deleted: {reason}"),

  choose: _("Choose"),
  clearOf: _("Clear {name}"),
  done: pgettext("do it", "Done"),
  takeAway: _("Take away {name}"),
  addMore: _("Add"),
  searchOf: _("Search {name}"),
  noMatch: _("Nothing matches."),
  noneHere: _("There are no {name} on this device."),
  moreThan: _("These are the first {number}. Type to find others."),
  found: ngettext_lazy("{number} found", "{number} found"),
  notHere: _("not on this device"),

  addRow: _("Add {name}"),
  removeRow: _("Remove {name}"),
  rowOf: _("{name} {number}"),
  rowRemoved: _("{name} removed."),
  rowsNone: _("No {name} yet."),

  days: pgettext("of a duration", "Days"),
  hours: pgettext("of a duration", "Hours"),
  minutes: pgettext("of a duration", "Minutes"),
  seconds: pgettext("of a duration", "Seconds"),
  sign: _("Change the sign"),
  today: _("Today"),
  now: _("Now"),
} satisfies Record<string, Marked | Plural>;

export type FormText = keyof typeof english;

/** As `t`, of these texts. */
export function f(name: FormText, values: Values = {}): string {
  return say(english[name], values);
}
