/** Whether rows come in key order, so that the last key of a segment says which keys cannot be in it. */

import type { Key } from "../api";
import type { KeyOrder } from "../protocol/keys";

/** Watches the segments of one base. Some fields are sorted by the database in a way of their own (decision 0013). */
export class Placed {
  private greatest: Key | null = null;

  constructor(private readonly order: KeyOrder) {}

  /** The last key of the next segment if its keys rise, and all come after those before; `null` if not. */
  last(keys: readonly Key[]): Key | null {
    let isPlaced = true;
    for (const key of keys) {
      if (this.greatest !== null && this.order(this.greatest, key) >= 0) isPlaced = false;
      else this.greatest = key;
    }
    return isPlaced ? (keys.at(-1) ?? null) : null;
  }
}
