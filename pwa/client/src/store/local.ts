/** What the person's database has of local changes (decision 0030): reading and writing it in one transaction. */

import type { AppState, ChangeState, Key } from "../api";
import type { Acknowledged, LocalRow, LocalTransaction, Mutation } from "../outbox/types";
import { isLocalKey } from "../query/local-keys";
import { acknowledge, acknowledgedIn } from "./acknowledged";
import { type AnyTransaction, get, put, type SingleKey, type Writing } from "./schema";
import { changeRows, changesOf, noteChanged, rangeOf } from "./singles";
import type { CaughtUp } from "./store";

/** What a transaction has changed so far. */
interface Notes {
  /** Keys of rows that were put, by entity. */
  touched: Map<string, Key[]>;
  isOther: boolean;
}

/** For `work`; then tells readers of the entities whose local rows are others. */
export async function inLocal<T>(transaction: Writing, work: (local: LocalTransaction) => Promise<T>): Promise<T> {
  const notes: Notes = { touched: new Map(), isOther: false };
  const result = await work(localTransaction(transaction, notes));
  if (notes.isOther) await noteChanged(transaction, notes.touched);
  return result;
}

/** For reading, and for writing if the transaction is for that: `notes` says then what was changed. */
export function localTransaction(
  transaction: AnyTransaction,
  notes: Notes = { touched: new Map(), isOther: false },
): LocalTransaction {
  const meta = transaction.objectStore("meta");
  const rows = transaction.objectStore("rows");
  const outbox = transaction.objectStore("outbox");
  const writing = transaction as Writing;
  let seq: number | undefined;
  let known: { replica: string; changes: number } | undefined;
  const stampOf = (replica = "", changes = 0) => `${replica} ${changes}`;
  return {
    async stamp() {
      const [replica = "", changes = 0] = await Promise.all([
        get(transaction, "replica"),
        get(transaction, "localChanges"),
      ]);
      known ??= { replica, changes };
      return stampOf(known.replica, known.changes);
    },
    stampAfter: () => stampOf(known?.replica, (known?.changes ?? 0) + Number(notes.isOther)),
    async row(entity, key) {
      return asLocal(await rows.get([entity, key]));
    },
    async rows(entity) {
      // The index has rows with changes only: those of entities that are never synced are not in it.
      const from = entity === undefined ? rows.index("state") : rows;
      const range = entity === undefined ? undefined : rangeOf(entity);
      const [values, keys] = await Promise.all([from.getAll(range as never), from.getAllKeys(range as never)]);
      return values.flatMap((value, at) => {
        const [name, key] = keys[at] as SingleKey;
        const row = asLocal(value);
        return row === undefined ? [] : [{ entity: name, key, row }];
      });
    },
    async putRow(entity, key, row) {
      const keys = notes.touched.get(entity) ?? [];
      keys.push(key);
      notes.touched.set(entity, keys);
      notes.isOther = true;
      const store = writing.objectStore("rows");
      await (row === null ? store.delete([entity, key]) : store.put(row, [entity, key]));
    },
    mutation: async (id) => (await outbox.get(id)) as Mutation | undefined,
    mutations: async () => (await outbox.index("seq").getAll()) as Mutation[],
    async putMutation(mutation) {
      notes.isOther = true;
      await writing.objectStore("outbox").put(mutation);
    },
    async deleteMutation(id) {
      notes.isOther = true;
      await writing.objectStore("outbox").delete(id);
    },
    async newSeq() {
      seq ??= Number((await outbox.index("seq").openKeyCursor(null, "prev"))?.key ?? 0);
      return ++seq;
    },
    async serverKey(local) {
      const found = (await meta.get(["key", String(local)])) as { key: Key } | undefined;
      // What was lost by the server and made anew had another key before.
      return found !== undefined && isLocalKey(found.key)
        ? ((await this.serverKey(found.key)) ?? found.key)
        : found?.key;
    },
    async putServerKey(local, entity, key) {
      await writing.objectStore("meta").put({ entity, key }, ["key", String(local)]);
    },
    unconfirmed: async () => (await get(transaction, "unconfirmed")) ?? [],
    setUnconfirmed: (ids) => put(writing, "unconfirmed", ids),
    acknowledged: () => acknowledgedIn(outbox),
    acknowledge: (more) => acknowledge(writing.objectStore("outbox"), more),
    async putAcknowledged(one: Acknowledged) {
      await writing.objectStore("outbox").put(one);
    },
    forgetAcknowledged: (id) => writing.objectStore("outbox").delete(id),
    pastOther: async () => (await get(transaction, "pastOther")) ?? null,
    setPastOther: (targets) => put(writing, "pastOther", targets),
    changeRows: (...change) => changeRows(writing, ...change),
    mark: async () => (await get(transaction, "settlings")) ?? 0,
    async newMark() {
      const mark = ((await get(transaction, "settlings")) ?? 0) + 1;
      await put(writing, "settlings", mark);
      return mark;
    },
    settled: async (entity) => (await changesOf(transaction, entity)).settled ?? 0,
  };
}

/** What the server has, and its rows show now, is no local change any more (P6). */
export async function catchUp(transaction: Writing, { entities, upTo, own }: CaughtUp): Promise<void> {
  const local = localTransaction(transaction);
  const changed = new Map<string, Key[]>();
  const settled = (mark: number) => mark <= upTo || own.includes(mark);
  for (const entity of entities) {
    const found = (await local.rows(entity)).filter(({ row }) => row.sent !== undefined && settled(row.sent.mark));
    for (const { key, row } of found) await local.putRow(entity, key, withoutSent(row));
    const keys = found.map(({ key }) => key);
    if (keys.length > 0) changed.set(entity, keys);
  }
  if (changed.size > 0) await noteChanged(transaction, changed, true);
}

function withoutSent({ sent, ...row }: LocalRow): LocalRow | null {
  if (row.change.state === "sent") return null;
  const values = { ...row.values };
  for (const name of sent?.attributes ?? []) delete values[name];
  return { ...row, values };
}

/** How many changes are how, and since when. */
export async function pendingFigures(transaction: AnyTransaction): Promise<NonNullable<AppState["pending"]>> {
  const states = transaction.objectStore("rows").index("state");
  const of = async (state: ChangeState) => {
    const range = IDBKeyRange.bound([state], [state, []]);
    const [count, first] = await Promise.all([states.count(range), states.openKeyCursor(range)]);
    return { count, oldest: first?.key[1] };
  };
  const wanted = ["unsent", "sending", "rejected", "gone", "conflict", "waiting"] as const;
  const found = await Promise.all(wanted.map(of));
  const [unsent, sending, rejected, gone, conflict, waiting] = found.map(({ count }) => count) as [
    ...[number, number, number, number, number, number],
  ];
  const oldest = found.flatMap((one) => one.oldest ?? []).sort()[0] ?? null;
  return { unsent: unsent + sending, attention: rejected + gone, conflicts: conflict, waiting, oldest };
}

function asLocal(row: unknown): LocalRow | undefined {
  return (row as LocalRow | undefined)?.change === undefined ? undefined : (row as LocalRow);
}
