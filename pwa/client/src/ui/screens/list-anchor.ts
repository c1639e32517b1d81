/** Keeps what is looked at in its place while a sync puts rows above it, or takes some away. */

/** What a list shows: another object when it was asked for anew. */
type Answer = object | null;

interface Held {
  answer: Answer;
  top: number;
  topKey: string | null;
  focusKey: string | null;
}

export interface Moved {
  /** By how many rows what was on top has moved down. */
  rows: number;
  /** Where the row that had the focus is; `null`: there was none, or it is gone, or far away. */
  focused: number | null;
}

export class Anchor {
  #held: Held | null = null;

  constructor(
    readonly keyAt: (index: number) => string | null,
    readonly indexOf: (key: string) => number | null,
  ) {}

  /**
   * Before the rows are asked for anew. `top`: the first row in sight, `null` at the beginning of the list, where new
   * rows are to be seen; `focused`: the row that has the focus.
   */
  hold(answer: Answer, top: number | null, focused: number | null): void {
    // Changes that come one after the other count from the first: what is in sight may be half of an answer.
    this.#held ??= {
      answer,
      top: top ?? 0,
      topKey: top === null ? null : this.keyAt(top),
      focusKey: focused === null ? null : this.keyAt(focused),
    };
  }

  /** Another list is asked for: nothing stays. */
  forget(): void {
    this.#held = null;
  }

  /** What has moved, once there is another answer; `null` when nothing was held, or it has not come. */
  release(answer: Answer): Moved | null {
    const held = this.#held;
    if (held === null || answer === held.answer) return null;
    this.#held = null;
    const top = held.topKey === null ? null : this.indexOf(held.topKey);
    return {
      rows: top === null ? 0 : top - held.top,
      focused: held.focusKey === null ? null : this.indexOf(held.focusKey),
    };
  }
}
