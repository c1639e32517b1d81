/** Random edits, requests, losses, repetitions and crashes, in front of a naive server: nothing lost, nothing twice. */

import { expect, it } from "vitest";

import type { Key, Row } from "../api";
import { NaiveServer } from "../testing/naive-server";
import { Device } from "../testing/outbox";
import { random } from "../testing/random";
import type { OutcomeMessage, WireMutation } from "./types";

const STEPS = 60;

interface Record_ {
  entity: string;
  key: Key;
  /** What the person typed last and expects to see, until they let it go. */
  typed: Row;
  isDeleted: boolean;
  /** By which the server's creations are told apart. */
  name: string;
}

class Life {
  private readonly server = new NaiveServer();
  private readonly pick: (below: number) => number;
  private other: Device;
  private readonly records: Record_[] = [];
  /** Answers that are still under way. */
  private late: OutcomeMessage[][] = [];
  private names = 0;
  /** Records that were made anew: of them there may be two. */
  private readonly anew = new Set<string>();
  /** Records that the server did not have any more, by name: somebody may have deleted them before it was set back. */
  private readonly lost = new Set<string>();
  /** Records that somebody else deleted, by name. */
  private readonly removed = new Set<string>();
  private readonly sent = new Map<string, string>();
  /** The server's past, as the device knows it. */
  private history = 0;

  constructor(
    private device: Device,
    seed: number,
    /** Whether the server comes to be restored from a backup. */
    private readonly isRestored: boolean,
  ) {
    this.pick = random(seed);
    this.other = device.beside();
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      // Two tabs: each keeps what it decided last.
      if (this.pick(3) === 0) [this.device, this.other] = [this.other, this.device];
      const kind = this.pick(14);
      if (kind < 5) await this.edit();
      else if (kind < 8) await this.exchange(this.pick(3));
      else if (kind === 8) this.otherPeople();
      else if (kind === 9) this.device = this.device.reopened();
      else if (kind === 10) await this.settleLate();
      else if (kind === 11) await this.decide();
      else if (kind === 12) await this.discard();
      else if (this.isRestored) await this.backup();
      else await this.exchange(0);
      await this.expectSeen();
    }
    await this.rest();
  }

  private one<T>(list: readonly T[]): T | undefined {
    return list[this.pick(list.length)];
  }

  /** Those that are there: somebody else may have deleted others. */
  private async living(entity: string): Promise<Record_[]> {
    const view = await this.device.view(entity);
    const living: Record_[] = [];
    for (const record of this.records) {
      const key = await this.keyOf(record);
      const isGone = (await this.device.local(entity, key))?.change.state === "gone";
      if (record.entity === entity && view.has(key) && !isGone) living.push(record);
    }
    return living;
  }

  private text(): string {
    return this.pick(8) === 0 ? "bad" : `text ${this.pick(1000)}`;
  }

  private async keyOf({ key }: Record_): Promise<Key> {
    return (await this.device.store.serverKey(key)) ?? key;
  }

  private async edit(): Promise<void> {
    const { writing } = this.device;
    const kind = this.pick(9);
    const name = `name ${++this.names}`;
    const customer = this.one(await this.living("Customer"));
    const order = this.one(await this.living("Order"));
    if (kind < 2) {
      const values = { name, city: this.text() };
      const [key = ""] = await writing.save("Customer", [values], true);
      this.records.push({ entity: "Customer", key, typed: values, isDeleted: false, name });
    } else if (kind < 4) {
      const key = writing.newKey();
      const values = { place: name, customer: customer ? await this.keyOf(customer) : null };
      const lines = Array.from({ length: this.pick(3) }, (_, at) => ({ text: `${name}.${at}`, order: key }));
      const edits = [
        ...lines.map((line) => ({ entity: "Line", values: line })),
        { entity: "Order", values: { id: key, ...values } },
      ];
      const keys = await writing.saveTogether(edits);
      for (const [at, line] of lines.entries()) {
        this.records.push({
          entity: "Line",
          key: keys[at] as Key,
          typed: { text: line.text },
          isDeleted: false,
          name: line.text,
        });
      }
      this.records.push({ entity: "Order", key, typed: { place: name }, isDeleted: false, name });
    } else if (kind < 6 && customer !== undefined) {
      const city = this.text();
      await writing.update("Customer", customer.key, { city });
      customer.typed.city = city;
    } else if (kind === 6 && order !== undefined && customer !== undefined) {
      await writing.update("Order", order.key, { customer: await this.keyOf(customer) });
    } else if (kind === 7) {
      const [a, b] = [this.one(await this.living("Customer")), this.one(await this.living("Customer"))];
      if (a === undefined || b === undefined || a === b) return;
      const values = [this.text(), this.text()];
      const keys = [await this.keyOf(a), await this.keyOf(b)];
      await writing.saveTogether(
        keys.map((id, at) => ({ entity: "Customer", values: { id, city: values[at] as string } })),
      );
      a.typed.city = values[0] as string;
      b.typed.city = values[1] as string;
    } else if (kind === 8) {
      const line = this.one(await this.living("Line"));
      if (line === undefined) return;
      await writing.delete("Line", line.key);
      line.isDeleted = true;
    }
  }

  /** A request; `faults`: the less, the better it goes. */
  private async exchange(faults: number): Promise<void> {
    const limits = { mutations: 1 + this.pick(8), bytes: 100_000 };
    const { wires, confirmed, isAll, mark } = await this.device.outbox.collect(limits);
    // W1: what has an id is the same for ever.
    for (const wire of wires) {
      const text = JSON.stringify(wire);
      expect(this.sent.get(wire.id) ?? text).toBe(text);
      this.sent.set(wire.id, text);
    }
    this.expectOrder(wires);
    if (faults === 2) return;
    const { history } = this.server;
    const outcomes = this.server.push(wires, this.history);
    const rows = this.server.snapshot();
    if (faults === 1) {
      this.late.push(outcomes);
      return;
    }
    await this.device.outbox.confirmedTold(confirmed);
    const own: number[] = [];
    const cut = this.pick(3) === 0 ? this.pick(outcomes.length + 1) : outcomes.length;
    for (const some of [outcomes.slice(0, cut), outcomes.slice(cut)]) {
      const { mark } = await this.device.outbox.settle(some);
      if (mark !== null) own.push(mark);
      // Another tab, whose answer comes now: a pull that was asked for before does not know of it.
      if (this.pick(4) === 0) await this.settleLate();
    }
    if (!isAll || this.pick(4) === 0) return;
    if (this.history !== history) await this.device.outbox.suspectPast();
    Object.assign(this.device.rows, rows);
    await this.device.catchUp({ entities: ["Customer", "Order", "Line"], upTo: mark, own });
    // All rows are the server's: what is lost, or in doubt, can be judged.
    this.history = history;
    await this.judgePast();
  }

  private async judgePast(): Promise<void> {
    await this.device.outbox.judgePast();
    const pending = await this.device.outbox.pending();
    const lost = new Set(pending.filter(({ error }) => error?.code === "lost").map(({ id }) => id));
    for (const { id, op, values, waitsFor } of pending) {
      if (op === "create" && (lost.has(id) || lost.has(waitsFor ?? "")))
        this.lost.add(String(values.name ?? values.place ?? values.text));
    }
  }

  private async backup(): Promise<void> {
    if (this.pick(2) === 0) return this.server.keepBackup();
    // Answers of before are of a past that is no more.
    while (this.late.length > 0) await this.settleLate();
    this.server.restore();
  }

  /** W2: nothing before what it depends on, groups in one piece. */
  private expectOrder(wires: readonly WireMutation[]): void {
    const seen = new Set<string>();
    const groups = new Set<string>();
    for (const [at, wire] of wires.entries()) {
      const later = wires.slice(at).map(({ id }) => id);
      expect(wire.depends_on.filter((id) => later.includes(id))).toEqual([]);
      if (wire.group !== null && wire.group !== wires[at - 1]?.group) {
        expect(groups.has(wire.group)).toBe(false);
        groups.add(wire.group);
      }
      seen.add(wire.id);
    }
    expect(seen.size).toBe(wires.length);
  }

  private async settleLate(): Promise<void> {
    const at = this.pick(this.late.length || 1);
    const outcomes = this.late[at];
    if (outcomes === undefined) return;
    if (this.pick(2) === 0) this.late = this.late.filter((one) => one !== outcomes);
    await this.device.outbox.settle(this.pick(2) === 0 ? [...outcomes].reverse() : outcomes);
  }

  private otherPeople(): void {
    const key = this.one([...this.server.of("Customer").keys()]);
    if (key === undefined) return;
    const isUsed = [...this.server.of("Order").values()].some(({ customer }) => customer === key);
    if (this.pick(3) === 0 && !isUsed) {
      this.removed.add(String(this.server.of("Customer").get(key)?.name));
      this.server.of("Customer").delete(key);
    } else this.server.change("Customer", key, { note: `other ${this.pick(100)}` });
  }

  /** Attends to one change, or (`isAll`) as well as can be, so that all come to an end. */
  private async decide(isAll = false): Promise<void> {
    const { outbox, writing } = this.device;
    const turns = (await outbox.pending()).filter(({ state }) => ["rejected", "conflict", "gone"].includes(state));
    const change = this.one(turns);
    if (change === undefined) return;
    const record = await this.recordOf(change.entity, change.key);
    if (change.state === "conflict") {
      const isTheirs = !isAll && this.pick(4) === 0;
      if (isTheirs && record !== undefined) {
        for (const name of Object.keys(change.values)) delete record.typed[name];
        record.isDeleted = false;
      }
      await outbox.resolve(change.id, isTheirs ? "theirs" : "mine");
    } else if (change.state === "gone") {
      if (record !== undefined) this.anew.add(record.name);
      await outbox.resend([change.id]);
      const again = (await outbox.pending()).find(({ id }) => id === change.id);
      if (record !== undefined && again !== undefined) record.key = again.key;
    } else if (change.entity === "Customer") {
      await writing.update("Customer", change.key, { city: "good" });
      if (record !== undefined) record.typed.city = "good";
    } else if (change.entity === "Order") await writing.update("Order", change.key, { customer: null });
    else await this.drop([change.id]);
  }

  private async discard(): Promise<void> {
    const change = this.one(await this.device.outbox.pending());
    if (change !== undefined) await this.drop([change.id]);
  }

  private async drop(ids: string[]): Promise<void> {
    const before = await this.device.outbox.pending();
    const dropped = await this.device.outbox.discard(ids).catch((error) => {
      expect(error.code).toBe("in_flight");
      return [] as string[];
    });
    for (const { id, entity, key, values, op } of before) {
      if (!dropped.includes(id)) continue;
      const record = await this.recordOf(entity, key);
      if (record === undefined) continue;
      if (op === "create") this.records.splice(this.records.indexOf(record), 1);
      for (const name of Object.keys(values)) delete record.typed[name];
      record.isDeleted = false;
      // A creation that was sent, and then deleted.
      if (op === "delete" && String(key).startsWith("local:")) this.records.splice(this.records.indexOf(record), 1);
    }
  }

  private async recordOf(entity: string, key: Key): Promise<Record_ | undefined> {
    for (const record of this.records) {
      if (record.entity === entity && (await this.keyOf(record)) === key) return record;
    }
    return undefined;
  }

  /** W6: what was typed is seen, whatever became of it, unless it was let go. */
  private async expectSeen(): Promise<void> {
    for (const entity of ["Customer", "Order", "Line"]) {
      const view = await this.device.view(entity);
      for (const record of this.records.filter((one) => one.entity === entity)) {
        const row = view.get(await this.keyOf(record));
        if (record.isDeleted) expect(row).toBe(undefined);
        else if (this.isRestored && row === undefined) expect(this.removed).toContain(record.name);
        // A record that somebody else has deleted, and that is not changed here, is no more.
        else if (row !== undefined) expect(row).toMatchObject(record.typed);
        else expect(this.server.of(entity).has(await this.keyOf(record))).toBe(false);
      }
    }
    const pending = await this.device.outbox.pending();
    expect(pending).toEqual(await this.device.pendingAnew());
    const figures = await this.device.store.outboxFigures();
    expect(figures.unsent + figures.attention + figures.conflicts + figures.waiting).toBe(pending.length);
    for (const { state, waitsFor } of pending) {
      expect(pending.some(({ id }) => id === waitsFor)).toBe(state === "waiting");
    }
  }

  /** Everything is well: all comes to an end, and the device shows what the server has. */
  private async rest(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      while (this.late.length > 0) await this.settleLate();
      const { wires, isAll, mark, confirmed } = await this.device.outbox.collect({ mutations: 1000, bytes: 1_000_000 });
      expect(isAll).toBe(true);
      const outcomes = this.server.push(wires, this.history);
      await this.device.outbox.confirmedTold(confirmed);
      const settled = await this.device.outbox.settle(outcomes);
      if (this.history !== this.server.history) await this.device.outbox.suspectPast();
      Object.assign(this.device.rows, this.server.snapshot());
      const own = settled.mark === null ? [] : [settled.mark];
      await this.device.catchUp({ entities: ["Customer", "Order", "Line"], upTo: mark, own });
      this.history = this.server.history;
      await this.judgePast();
      await this.expectSeen();
      const turns = (await this.device.outbox.pending()).length;
      if (turns === 0) break;
      await this.decide(true);
    }
    expect(await this.device.outbox.pending()).toEqual([]);
    expect(await this.device.mutations()).toEqual([]);
    // Whose outcome came after the pull was asked for.
    const { mark } = await this.device.outbox.collect({ mutations: 1, bytes: 1 });
    await this.device.catchUp({ entities: ["Customer", "Order", "Line"], upTo: mark, own: [] });
    expect(await this.device.store.readLocal((transaction) => transaction.rows())).toEqual([]);
    const rows = this.server.snapshot();
    for (const entity of ["Customer", "Order", "Line"]) expect(await this.device.view(entity)).toEqual(rows[entity]);
    await this.expectSeen();
    const { made, effects } = this.server;
    expect(new Set(effects).size).toBe(effects.length);
    const isTwice = (name: string, at: number, all: string[]) => all.indexOf(name) < at && !this.anew.has(name);
    expect(made.filter((name, at) => isTwice(name, at, made) && !this.lost.has(name))).toEqual([]);
    const there = Object.values(rows).flatMap((all) => [...all.values()]);
    expect(there.map((row) => String(row.name ?? row.place ?? row.text)).filter(isTwice)).toEqual([]);
  }
}

const SEEDS = 12;

it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))("W1, W2, W5, W6, P6, C2, C3: seed %i", async (seed) => {
  await new Life(await Device.open(), seed, false).run();
});

it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))("T4, W1, W6: restored, seed %i", async (seed) => {
  await new Life(await Device.open(), seed, true).run();
});
