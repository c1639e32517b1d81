/** A word about what just happened, for the toast of whatever screen is shown. */

export interface Note {
  text: string;
  failed?: boolean;
  /** What may be done about it for as long as it is shown. */
  action?: { label: string; run: () => unknown };
}

export function note(detail: Note): void {
  dispatchEvent(new CustomEvent<Note>("hv-note", { detail }));
}
