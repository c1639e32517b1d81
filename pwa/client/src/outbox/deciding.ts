/** Decisions about local changes: each in one transaction, with what rows of the server it needs. */

import type { Definition, Key, Row } from "../api";
import { ClientError } from "../protocol/errors";
import type { Book } from "./book";
import type { Desk } from "./lay";
import { noteTargets } from "./past";
import { refresh } from "./stand";
import type { LocalTransaction, OutboxWorld } from "./types";

/** So often rows do not change while somebody decides: something is wrong. */
const MOST_TRIES = 20;

/** Rows as the server has them, of those keys that were asked for before: in a transaction nothing else can be read. */
export class Bases {
  private readonly rows = new Map<string, Map<Key, Row | null>>();
  private readonly stamps = new Map<string, number>();
  private readonly missing = new Map<string, Set<Key>>();

  /** To be read before the next try. */
  want(entity: string, keys: Iterable<Key>): void {
    const known = this.rows.get(entity);
    for (const key of keys) {
      if (known?.has(key)) continue;
      this.missing.set(entity, (this.missing.get(entity) ?? new Set()).add(key));
    }
  }

  /** `null` also where it is not known yet: then what is decided counts for nothing. */
  get(entity: string, key: Key): Row | null {
    this.want(entity, [key]);
    return this.rows.get(entity)?.get(key) ?? null;
  }

  get areLacking(): boolean {
    return this.missing.size > 0;
  }

  async read({ store, readBase }: Pick<OutboxWorld, "store" | "readBase">): Promise<void> {
    const wanted = [...this.missing];
    this.missing.clear();
    for (const [entity, keys] of wanted) {
      const stamp = await store.readLocal((transaction) => transaction.settled(entity));
      const found = await readBase(entity, [...keys]);
      // What was read before is as old as it is.
      if (!this.stamps.has(entity)) this.stamps.set(entity, stamp);
      const rows = this.rows.get(entity) ?? new Map<Key, Row | null>();
      for (const key of keys) rows.set(key, found.get(key) ?? null);
      this.rows.set(entity, rows);
    }
  }

  /**
   * Forgets rows of entities of which a pull has brought, since they were read, what was a local change before: what
   * seems to be unchanged might be what the person changed.
   */
  async check(transaction: LocalTransaction): Promise<void> {
    for (const [entity, stamp] of this.stamps) {
      if ((await transaction.settled(entity)) === stamp) continue;
      const keys = this.rows.get(entity)?.keys() ?? [];
      this.rows.delete(entity);
      this.stamps.delete(entity);
      this.want(entity, [...keys]);
    }
  }
}

export interface Decision extends Desk {
  definition: Definition | null;
  bases: Bases;
  transaction: LocalTransaction;
}

/**
 * Decides, and writes what was decided. `decide` runs again when it turns out to need rows that were not read.
 *
 * @param strict: whether a person did it.
 */
export async function decided<T>(
  world: OutboxWorld,
  strict: boolean,
  decide: (decision: Decision) => T | Promise<T>,
  bases = new Bases(),
): Promise<T> {
  const definition = (await world.store.overview()).definition?.definition ?? null;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await bases.read(world);
    const touched = new Set<string>();
    const before: { book?: Book; stamp: string } = { stamp: "" };
    try {
      const { result, book, stamp } = await world.store.changeLocal(
        async (transaction) => {
          await bases.check(transaction);
          const book = await world.kept.open(transaction, definition);
          Object.assign(before, { book, stamp: await transaction.stamp() });
          const now = new Date(world.now()).toISOString();
          const decision = { book, uuid: world.uuid, now, definition, bases, transaction };
          const result = await decide(decision);
          refresh(decision);
          await noteTargets(decision);
          if (bases.areLacking) throw new ClientError("internal", "rows that were not read");
          for (const entity of await book.save(transaction)) touched.add(entity);
          return { result, book, stamp: transaction.stampAfter() };
        },
        strict ? "strict" : "relaxed",
      );
      world.kept.keepNew(stamp, book);
      if (touched.size > 0) world.changed([...touched]);
      return result;
    } catch (error) {
      // It was undone. Where it is not certain that it was, another stamp says so.
      if (before.book !== undefined) world.kept.keepOld(before.stamp, before.book);
      if (!bases.areLacking) throw error;
    }
  }
  throw new ClientError("storage", "rows change all the time");
}
