/** The book of the last decision, so that the next one reads only what became another since, which mostly is nothing. */

import type { Definition } from "../api";
import { Book } from "./book";
import type { LocalTransaction } from "./types";

export class KeptBook {
  /** `stamp`: of the store when what is in the book was all there was. */
  private kept: { stamp: string; book: Book } | null = null;

  /**
   * For a decision in this transaction. Until it is kept again nobody else gets it: what is in it may become another,
   * and only what is on the disk counts.
   */
  async open(transaction: LocalTransaction, definition: Definition | null): Promise<Book> {
    const stamp = await transaction.stamp();
    const { kept } = this;
    this.kept = null;
    return kept?.stamp === stamp ? kept.book.again(definition) : Book.load(transaction, definition);
  }

  /** The decision came to nothing: what was there before is still there. */
  keepOld(stamp: string, book: Book): void {
    this.kept = { stamp, book };
  }

  /** What was decided is on the disk. */
  keepNew(stamp: string, book: Book): void {
    book.takeOver();
    this.kept = { stamp, book };
  }

  /** To be looked at, not to be changed. */
  async look(transaction: LocalTransaction, definition: Definition | null): Promise<Book> {
    const stamp = await transaction.stamp();
    if (this.kept?.stamp === stamp) return this.kept.book.again(definition);
    return Book.load(transaction, definition);
  }
}
