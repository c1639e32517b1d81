/** What is to be sent, what became of it, and what people do about it (decision 0030). Each is one transaction. */

import type { Choice, Conflict, PendingChange } from "../api";
import { ClientError } from "../protocol/errors";
import type { Book } from "./book";
import { type Decision, decided } from "./deciding";
import { takeBack } from "./lost";
import { judge, suspect } from "./past";
import { conflictOf, pendingOf, settleConflict } from "./people";
import { freeze } from "./send";
import { settleAll } from "./settle";
import { dropChange, makeAnew, sendAgain } from "./stand";
import type { Attending, Collected, CollectLimits, OutboxWorld, OutcomeMessage, Pushing, Settled } from "./types";

export class Outbox implements Pushing, Attending {
  constructor(private readonly world: OutboxWorld) {}

  collect(limits: CollectLimits, without: ReadonlySet<string> = new Set()): Promise<Collected> {
    return decided(this.world, true, async (desk) => {
      const { transaction } = desk;
      const [confirmed, mark, past] = await Promise.all([
        transaction.unconfirmed(),
        transaction.mark(),
        transaction.pastOther(),
      ]);
      return { ...freeze(desk, limits, without, past !== null), confirmed, mark };
    });
  }

  release(ids: readonly string[]): Promise<void> {
    return decided(this.world, true, ({ book }) => {
      for (const id of ids) {
        const mutation = book.mutation(id);
        if (mutation?.answer === "awaited") book.putMutation({ ...mutation, answer: null });
      }
    });
  }

  settle(outcomes: readonly OutcomeMessage[]): Promise<Settled> {
    return decided(this.world, true, async (desk) => {
      const { transaction, book } = desk;
      // Before anything of the new past is among what was acknowledged.
      if (outcomes.some(({ id, status }) => status === "doubt" && book.mutation(id)?.wire)) await suspect(desk);
      const mark = (await transaction.mark()) + 1;
      const { ended, final, keys, acknowledged, troubled, isApplied, isFreed } = settleAll(desk, outcomes, mark);
      if (isApplied) await transaction.newMark();
      const at = this.world.now();
      if (acknowledged.length > 0) await transaction.acknowledge(acknowledged.map((one) => ({ ...one, at })));
      for (const [local, { entity, key }] of keys) await transaction.putServerKey(local, entity, key);
      if (final.length > 0) {
        await transaction.setUnconfirmed([...new Set([...(await transaction.unconfirmed()), ...final])]);
      }
      return { mark: isApplied ? mark : null, ended, troubled, isFreed };
    });
  }

  confirmedTold(ids: readonly string[]): Promise<void> {
    const told = new Set(ids);
    return this.world.store.changeLocal(async (transaction) => {
      await transaction.setUnconfirmed((await transaction.unconfirmed()).filter((id) => !told.has(id)));
    }, "relaxed");
  }

  suspectPast(): Promise<boolean> {
    return decided(this.world, true, (desk) => suspect(desk));
  }

  isPastSuspected(): Promise<boolean> {
    return this.world.store.readLocal(async (transaction) => (await transaction.pastOther()) !== null);
  }

  judgePast(): Promise<void> {
    return decided(this.world, true, async (desk) => {
      const { transaction } = desk;
      const targets = await transaction.pastOther();
      if (targets === null) return;
      const lost = takeBack(desk, await transaction.acknowledged());
      const { over, kept, keys } = lost;
      judge(desk, targets, lost);
      for (const { id } of over) await transaction.forgetAcknowledged(id);
      for (const one of kept) await transaction.putAcknowledged(one);
      for (const [local, { entity, key }] of keys) await transaction.putServerKey(local, entity, key);
      await transaction.setPastOther(null);
    });
  }

  pending(): Promise<PendingChange[]> {
    return this.read((book) => pendingOf(book));
  }

  conflicts(): Promise<Conflict[]> {
    return this.read((book) => pendingOf(book).flatMap((change) => conflictOf(book, change) ?? []));
  }

  resolve(id: string, choice: Choice): Promise<void> {
    return decided(this.world, true, (desk) => {
      const local = desk.book.change(id);
      if (local?.row.change.state !== "conflict") throw new ClientError("unknown_conflict", id);
      settleConflict(desk, local, choice);
    });
  }

  resend(ids: readonly string[]): Promise<void> {
    return decided(this.world, true, (desk) => {
      for (const id of ids) {
        const local = desk.book.change(id);
        if (local?.row.change.state === "rejected") sendAgain(desk, local);
        if (local?.row.change.state === "gone") makeAnew(desk, local);
      }
    });
  }

  discard(ids: readonly string[]): Promise<string[]> {
    return decided(this.world, true, (desk) => discard(desk, ids));
  }

  private async read<T>(ask: (book: Book) => T): Promise<T> {
    const { store, kept } = this.world;
    const definition = (await store.overview()).definition?.definition ?? null;
    return ask(await store.readLocal((transaction) => kept.look(transaction, definition)));
  }
}

/** @throws ClientError `in_flight`. */
export function discard(desk: Pick<Decision, "book" | "uuid" | "now">, ids: readonly string[]): string[] {
  const { book } = desk;
  const known = ids.filter((id) => book.chain(id).length > 0);
  const all = [...book.reached(known).keys()];
  for (const id of all) {
    if (book.chain(id).some(({ answer }) => answer === "awaited")) throw new ClientError("in_flight", id);
  }
  for (const id of all) {
    const local = book.change(id);
    if (local !== undefined) dropChange(desk, local);
  }
  return all;
}
