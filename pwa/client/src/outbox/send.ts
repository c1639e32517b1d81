/** What is to be sent, and in which order (W1, W2). */

import type { Key, Row, WireValue } from "../api";
import { bytesOf } from "../layers/overlay";
import { ClientError } from "../protocol/errors";
import { attributeOf, type Book, isTrouble } from "./book";
import type { Desk } from "./lay";
import { type CollectLimits, isLocalKey, LOCAL_KEY, type Mutation, type WireMutation } from "./types";

/**
 * Freezes what can be sent now.
 *
 * @param without: ids of mutations that are not to be sent now, nor what depends on them.
 * @param isPastOther: only what the server may have had already is asked about.
 */
export function freeze(
  desk: Desk,
  limits: CollectLimits,
  without: ReadonlySet<string>,
  isPastOther: boolean,
): { wires: WireMutation[]; isAll: boolean; fresh: string[] } {
  const { book } = desk;
  const isAwaited = ({ answer }: Mutation) => answer === "awaited";
  const held = [
    ...book.locals.filter(({ row }) => isTrouble(row.change.state)).map(({ row }) => row.change.id),
    ...book.all.filter(({ id }) => without.has(id)).map(({ change }) => change),
  ];
  const waiting: ReadonlyMap<string, string> = held.length > 0 ? book.reached(held) : new Map();
  const wires: WireMutation[] = [];
  const fresh: string[] = [];
  let bytes = 0;
  for (const unit of ordered(desk)) {
    if (unit.some(({ change }) => waiting.has(change))) continue;
    if (isPastOther && ![...unit, ...unit.flatMap((one) => book.needs(one))].every(isAwaited)) continue;
    const some = unit.map((mutation) => mutation.wire ?? wireOf(book, mutation, unit));
    const size = sizeOf(some);
    const isTooMuch = wires.length + some.length > limits.mutations || bytes + size > limits.bytes;
    // One that is too large alone is for the server to refuse.
    if (isTooMuch && wires.length > 0) return { wires, isAll: false, fresh };
    fresh.push(...unit.filter((one) => !isAwaited(one)).map(({ id }) => id));
    for (const [at, mutation] of unit.entries()) {
      const wire = some[at] as WireMutation;
      book.putMutation({ ...mutation, wire, base: wire.base, answer: "awaited" });
    }
    wires.push(...some);
    bytes += size;
  }
  return { wires, isAll: true, fresh };
}

/** What a request takes at most, where nothing else is in it. */
export const MOST_TOGETHER: CollectLimits = { mutations: 1000, bytes: 900_000 };

/**
 * Of what is to be saved: what goes together can only be sent together.
 *
 * @throws ClientError `too_much_together`.
 */
export function checkTogether(book: Book): void {
  for (const unit of book.changedGroups) {
    const isTooMuch =
      unit.length > MOST_TOGETHER.mutations || sizeOf(unit.map((one) => wireOf(book, one, unit))) > MOST_TOGETHER.bytes;
    if (isTooMuch) throw new ClientError("too_much_together", `${unit.length} changes`);
  }
}

function sizeOf(wires: readonly WireMutation[]): number {
  return wires.reduce((sum, wire) => sum + bytesOf(JSON.stringify(wire)) + 1, 0);
}

/** Units, each after those that it depends on; those that depend on each other have become one. */
function ordered({ book, uuid }: Desk): Mutation[][] {
  const units = book.units();
  const unitOf = new Map(units.flatMap((unit, at) => unit.map(({ id }) => [id, at] as const)));
  const order: Mutation[][] = [];
  // Tarjan's search for what is strongly connected: it finds each after what can be reached from it.
  const low: number[] = [];
  const done: boolean[] = [];
  const stack: number[] = [];
  let visited = 0;
  const visit = (at: number): number => {
    const number = ++visited;
    low[at] = number;
    stack.push(at);
    for (const needed of (units[at] as Mutation[]).flatMap((mutation) => book.needs(mutation))) {
      const to = unitOf.get(needed.id) as number;
      if (done[to]) continue;
      low[at] = Math.min(low[at] as number, low[to] === undefined ? visit(to) : (low[to] as number));
    }
    if (low[at] === number) {
      const together = stack.splice(stack.indexOf(at));
      for (const one of together) done[one] = true;
      order.push(joined(together.map((one) => units[one] as Mutation[])));
    }
    return low[at] as number;
  };
  const joined = (some: Mutation[][]): Mutation[] => {
    if (some.length === 1) return some[0] as Mutation[];
    const all = some.flat().sort((a, b) => a.seq - b.seq);
    const group = all.find((one) => one.group !== null)?.group ?? uuid();
    return all.map((one) => ({ ...one, group }));
  };
  for (const at of units.keys()) if (low[at] === undefined) visit(at);
  return order;
}

/** As it travels. `unit`: what goes together with it. */
function wireOf(book: Book, mutation: Mutation, unit: readonly Mutation[]): WireMutation {
  const { id, entity, op, key, values, was, group, madeAt } = mutation;
  const before = book.chain(mutation.change).findLast(({ seq }) => seq < mutation.seq);
  const version = book.change(mutation.change)?.row.change.base?._version;
  const inside = new Set(unit.map((one) => one.id));
  const needs = book.needs(mutation).filter((needed) => !inside.has(needed.id));
  return {
    ...{ id, entity, op, key: wireKey(key) },
    base:
      op === "create"
        ? null
        : before === undefined
          ? ((version as number | undefined) ?? null)
          : { result_of: before.id },
    ...(op === "create" ? {} : { was: wireValues(book, entity, was) }),
    values: wireValues(book, entity, values),
    depends_on: [...new Set(needs.map((needed) => needed.id))],
    group,
    made_at: madeAt,
  };
}

function wireKey(key: Key): WireValue {
  return isLocalKey(key) ? { local: key.slice(LOCAL_KEY.length) } : key;
}

function wireValues(book: Book, entity: string, values: Row): Row {
  const definition = book.entity(entity);
  const wired = (value: WireValue): WireValue => (isLocalKey(value) ? wireKey(value) : value);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (attributeOf(definition, name)?.relation === undefined) return [name, value];
      return [name, Array.isArray(value) ? value.map(wired) : wired(value)];
    }),
  );
}
