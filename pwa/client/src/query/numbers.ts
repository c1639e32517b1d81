/** Row numbers by key. */

import type { Key } from "../api";

/**
 * Shared by a table and all that are made of it, so that none of them copies it: a key keeps its number for good, also
 * where its row is gone or has not come yet.
 */
export class Numbers {
  private readonly byKey = new Map<string, number>();

  /** `next`: the first number that it gives. */
  constructor(private next: number) {}

  find(key: Key): number | undefined {
    return this.byKey.get(String(key));
  }

  /** The key's number, which is the next one that nobody has if it has none. */
  give(key: Key): number {
    const id = String(key);
    let number = this.byKey.get(id);
    if (number === undefined) {
      number = this.next++;
      this.byKey.set(id, number);
    }
    return number;
  }
}
