/** One run: some devices, their people, the office, and a network that does its worst; then all is well again. */

import { IDBFactory } from "fake-indexeddb";

import type { Row } from "../api";
import { Chance } from "./chance";
import { Device, type Tab } from "./device";
import { Hands } from "./hands";
import { Network } from "./network";
import type { Office, Place } from "./office";
import { quiet, type Watched, watch } from "./quiet";

const PASSWORD = "haversack";
/** Numbers of chance that belong to no step. */
const DEVICES = 1_000_000;
const HEALING = 2_000_000;
const ROUNDS = 60;
const MOST_SHOWN = 12;
/** Milliseconds. */
const LONG = 35_000;

export interface Figures {
  steps: number;
  edits: number;
  mutations: number;
  requests: number;
  faults: Record<string, number>;
  outcomes: Record<string, number>;
}

export interface Ended {
  failures: string[];
  log: string[];
  figures: Figures;
}

export class Life {
  private readonly network: Network;
  private readonly devices: Device[] = [];
  private readonly hands = new Hands(() => this.now);
  private readonly log: string[] = [];
  private now = -1;
  private steps = 0;
  /** Where texts were that a restore took away, of records that are there. */
  private readonly lost = new Map<string, Place>();

  constructor(
    private readonly seed: number,
    private readonly office: Office,
    server: string,
    realFetch: typeof fetch,
    /** Whether somebody comes to put a backup in place of the database. */
    private readonly isRestored: boolean,
    private readonly tell: (line: string) => void = () => undefined,
  ) {
    this.network = new Network(server, realFetch);
  }

  /** Does these steps, by number, and looks at what came of it. */
  async run(steps: readonly number[]): Promise<Ended> {
    const failures: string[] = [];
    try {
      await this.begin();
      for (const step of steps) {
        this.now = step;
        this.steps += 1;
        const chance = Chance.of(this.seed, step);
        await this.step(chance);
        await quiet();
        // Meanwhile the network goes on, mostly well.
        for (let moves = chance.below(4); moves > 0; moves--) {
          await (chance.in(3) ? this.fault(chance) : this.forward(chance));
          await quiet();
        }
        this.network.tidy();
        if (step % 10 === 9) failures.push(...(await this.vanished()));
        failures.push(...this.problems());
        if (failures.length > 0) break;
      }
      this.now = HEALING;
      if (failures.length === 0) failures.push(...(await this.heal()));
    } catch (error) {
      failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    for (const { tabs } of this.devices) for (const tab of [...tabs]) tab.close();
    return { failures: failures.slice(0, MOST_SHOWN), log: this.log, figures: this.figures() };
  }

  private figures(): Figures {
    const { faults, outcomes, requests, mutations } = this.network;
    return { steps: this.steps, edits: this.hands.edits, mutations, requests, faults, outcomes };
  }

  /** All have synced once. */
  private async begin(): Promise<void> {
    globalThis.indexedDB = new IDBFactory();
    await this.office.reset();
    if (this.isRestored) await this.keep();
    const people = ["nancy", "nancy", "andrew"];
    for (const [at, user] of people.entries()) {
      const device = new Device(`${user}${at + 1}`, user, this.network, Chance.of(this.seed, DEVICES + at));
      this.devices.push(device);
      const tab = await device.open();
      await this.calmly(device, tab.engine.signIn(user, PASSWORD));
      await this.network.calm();
      await this.calmly(device, tab.engine.setPictureBudget(0));
      await this.sync(device, tab);
    }
  }

  private async keep(): Promise<void> {
    await this.office.keep();
    this.network.keep();
  }

  private async restore(): Promise<void> {
    const arrived = new Set((await this.office.arrived()).flatMap(({ values }) => Object.values(values)));
    this.network.restore();
    const { there, lost } = await this.office.restore();
    const old = new Set(there);
    const knowing = new Set([...this.network.complete].map((tab) => tab.replace(/\.\d+$/, "")));
    for (const { name } of this.devices) if (!knowing.has(name)) this.hands.meant.forgive(name);
    for (const typed of this.hands.typed) {
      if (!arrived.has(typed.text)) continue;
      // Somebody had put something else in its place, which is all that could be lost; or its device cannot know of it.
      if (!old.has(typed.text) || !knowing.has(typed.device)) typed.isLetGo = true;
      typed.isLost = true;
    }
    for (const [text, place] of Object.entries(lost)) this.lost.set(text, place);
  }

  private note(line: string): void {
    const told = `${this.now === HEALING ? "at last" : this.now}: ${line}`;
    this.log.push(told);
    this.tell(told);
  }

  private async step(chance: Chance): Promise<void> {
    const device = chance.one(this.devices) as Device;
    const tab = chance.one(device.tabs) ?? (await device.open());
    const kind = chance.weighed({
      edit: 24,
      office: 8,
      // What cannot be is not chosen.
      forward: this.network.asked.length > 0 ? 20 : 0,
      deliver: this.network.answered.length + this.network.halfway.length > 0 ? 18 : 0,
      fault: this.network.waitedFor.length > 0 ? 18 : 0,
      sync: 12,
      clock: 8,
      restart: 4,
      "second tab": 2,
      attend: 8,
      discard: 2,
      calm: 2,
      hint: 1,
      backup: this.isRestored ? 4 : 0,
      restore: this.isRestored ? 3 : 0,
    });
    const attended =
      kind === "attend"
        ? await this.hands.attend(device, tab, chance)
        : kind === "discard"
          ? await this.hands.discardAny(device, tab, chance)
          : null;
    if (attended !== null) this.note(attended);
    else if (kind === "edit" || kind === "attend" || kind === "discard") {
      for (let left = 1 + chance.below(3); left > 0; left--) this.note(await this.hands.edit(device, tab, chance));
    } else if (kind === "office") {
      for (let left = 1 + chance.below(2); left > 0; left--) {
        this.note(`the office ${await this.office.edit(chance.numbers(8), this.hands.text("office"))}`);
        this.network.count("edits by others");
      }
    } else if (kind === "forward") await this.forward(chance);
    else if (kind === "deliver") this.deliver(chance);
    else if (kind === "fault") await this.fault(chance);
    else if (kind === "sync") {
      this.note(`${device.name} is asked to sync`);
      this.press(device, tab);
    } else if (kind === "clock") {
      const milliseconds = [1000, 5000, 31_000, 61_000, 130_000][chance.below(5)] as number;
      this.note(`${device.name}'s clock goes on by ${milliseconds / 1000} s`);
      device.clock.advance(milliseconds);
    } else if (kind === "restart") {
      this.note(`${device.name} is closed and opened`);
      this.network.count("restarts");
      const isAll = chance.in(2);
      for (const old of isAll ? [...device.tabs] : [tab]) old.close();
      await device.open();
    } else if (kind === "second tab") {
      if (device.tabs.length < 2) {
        this.note(`${device.name} opens a second tab`);
        this.network.count("second tabs");
        await device.open();
      } else {
        this.note(`${device.name} closes a tab`);
        tab.close();
      }
    } else if (kind === "backup") {
      this.note("the database is backed up");
      await this.keep();
    } else if (kind === "restore") {
      this.note("the database is restored");
      await this.restore();
    } else if (kind === "calm") {
      this.note("all that is under way arrives");
      await this.network.calm();
    } else {
      this.note(`${device.name} hears that there is no network, and then that there is`);
      this.network.count("network gone");
      void tab.engine.hint(false);
      await quiet();
      void tab.engine.hint(true);
    }
  }

  private async forward(chance: Chance): Promise<void> {
    const exchange = chance.one(this.network.asked);
    if (exchange === undefined) return;
    if (exchange.isForgotten) this.network.count("request came late");
    this.note(`the server gets ${exchange}${exchange.isForgotten ? ", which nobody waits for" : ""}`);
    await this.network.forward(exchange);
    // Mostly it goes as it should.
    if (!exchange.isForgotten && chance.in(2)) {
      this.note(`and answers: ${exchange}`);
      this.network.deliver(exchange);
    }
  }

  private deliver(chance: Chance): void {
    const exchange = chance.one([...this.network.answered, ...this.network.halfway]);
    if (exchange === undefined) return;
    this.note(`the answer comes: ${exchange}`);
    this.network.deliver(exchange);
  }

  private async fault(chance: Chance): Promise<void> {
    const { network } = this;
    const kind = chance.weighed({ request: 2, answer: 4, twice: 3, atOnce: 3, early: 3, part: 4, cut: 3 });
    const asked = chance.one(network.asked);
    const open = asked?.isForgotten === false ? asked : undefined;
    if (kind === "request" && asked) {
      this.note(`lost before the server has it: ${asked}`);
      network.lose(asked, "request");
    } else if (kind === "answer") {
      const exchange = chance.one(network.answered) ?? open;
      if (exchange === undefined) return;
      if (exchange.answer === null) await network.forward(exchange);
      this.note(`the answer is lost: ${exchange}`);
      network.lose(exchange, "answer");
    } else if ((kind === "twice" || kind === "atOnce") && asked) {
      this.note(`the server gets it twice${kind === "atOnce" ? " at once" : ""}: ${asked}`);
      await network.forwardTwice(asked, kind === "atOnce", chance.in(2));
    } else if (kind === "early" && asked) {
      this.note(`the server gets it, and will again: ${asked}`);
      await network.forwardEarly(asked);
    } else if (kind === "part") {
      const exchange = chance.one(network.answered) ?? open;
      if (exchange === undefined) return;
      if (exchange.answer === null) await network.forward(exchange);
      this.note(`the first bytes come: ${exchange}`);
      network.deliverPart(exchange, chance.below(100) / 100);
    } else if (kind === "cut") {
      const exchange = chance.one(network.halfway);
      if (exchange === undefined) return;
      this.note(`no more comes: ${exchange}`);
      network.lose(exchange, "rest of an answer");
    }
  }

  private press(device: Device, tab: Tab): Watched<unknown> {
    const result = tab.engine.onSync("", { pressed: true });
    result.then(
      (ended) => device.check(ended),
      (error) => device.problems.push(`L: a sync rejects: ${error}`),
    );
    return watch(result);
  }

  /** What a device waits for comes, however long its clock has to run for it. */
  private async calmly<T>(device: Device, promise: Promise<T>): Promise<T> {
    const watched = watch(promise);
    for (let round = 0; round < ROUNDS; round++) {
      await this.network.calm();
      if (watched.isSettled) return promise;
      device.clock.advance(LONG);
    }
    throw new Error(`L: ${device.name} waits for ever`);
  }

  private async sync(device: Device, tab: Tab) {
    const result = await this.calmly(device, tab.engine.onSync("", { pressed: true }));
    device.check(result);
    return result;
  }

  private problems(): string[] {
    return [this.network.problems, ...this.devices.map(({ problems }) => problems)].flatMap((some) => some.splice(0));
  }

  /** P: what was typed is on its device, where people see it, or has reached the server, or somebody let it go. */
  private async vanished(isLast = false): Promise<string[]> {
    const arrived = new Set((await this.office.arrived()).flatMap(({ values }) => Object.values(values)));
    const failures: string[] = [];
    for (const device of this.devices) {
      const open = this.hands.typed.filter(
        (one) => one.device === device.name && !one.isLetGo && !arrived.has(one.text) && (isLast || !one.isLost),
      );
      if (open.length === 0) continue;
      const [tab] = device.tabs;
      const { engine } = tab ?? (await device.open());
      const shown = new Set<unknown>();
      for (const entity of ["LocalCustomer", "LocalOrder", "LocalStockCount"]) {
        for (const row of await engine.list(entity)) for (const value of Object.values(row)) shown.add(value);
      }
      for (const { values } of await engine.pending()) for (const value of Object.values(values)) shown.add(value);
      for (const { text } of open) if (!shown.has(text)) failures.push(`P: ${text} of ${device.name} has vanished`);
    }
    return failures;
  }

  private async heal(): Promise<string[]> {
    const { network, devices } = this;
    this.note("all is well again");
    const chance = Chance.of(this.seed, HEALING);
    // What nobody waits for any more comes late, or never.
    for (const exchange of network.asked.filter(({ isForgotten }) => isForgotten)) {
      if (chance.in(2)) await network.forward(exchange);
    }
    network.tidy(0);
    await network.calm();
    for (let round = 0; ; round++) {
      let left = 0;
      for (const device of devices) {
        const tab = device.tabs[0] ?? (await device.open());
        await this.sync(device, tab);
        while ((await this.hands.attend(device, tab, chance, round > 8)) !== null && round < ROUNDS) await quiet();
        await network.calm();
        left += (await tab.engine.pending()).length;
      }
      if (left === 0) break;
      if (round > ROUNDS) return [...this.problems(), `L: ${await this.leftOver()}`];
    }
    // What one has sent last the others get now.
    const failures: string[] = [];
    for (const device of devices) {
      const tab = device.tabs[0] as Tab;
      await network.calm();
      const result = await this.sync(device, tab);
      if (result.status !== "complete") failures.push(`L: ${device.name} cannot sync: ${JSON.stringify(result.error)}`);
    }
    await network.calm();
    for (const device of devices)
      for (const tab of device.tabs) failures.push(...(await this.differences(device, tab)));
    failures.push(...(await this.office.verdict(Object.fromEntries(network.told))));
    await this.excuse();
    failures.push(...(await this.vanished(true)), ...(await this.withoutEffect()), ...this.problems());
    failures.push(...this.hands.meant.wrong(await this.office.table()));
    return failures;
  }

  /** What was lost, and what somebody else has meanwhile put in its place: theirs is newer. */
  private async excuse(): Promise<void> {
    const touched = new Set((await this.office.touched()).map(String));
    for (const typed of this.hands.typed) {
      const place = this.lost.get(typed.text);
      if (place !== undefined && touched.has(String(place))) typed.isLetGo = true;
    }
  }

  private async leftOver(): Promise<string> {
    const all: string[] = [];
    for (const { name, tabs } of this.devices) {
      for (const { id, entity, key, state, waitsFor, error } of (await tabs[0]?.engine.pending()) ?? []) {
        all.push(`${name} ${id} ${entity} ${key} ${state} ${waitsFor ?? ""} ${error?.code ?? ""}`);
      }
    }
    return `the queue does not drain: ${all.join("; ")}`;
  }

  /** C: what a device shows is what a new one would get. */
  private async differences(device: Device, { engine }: Tab): Promise<string[]> {
    const failures: string[] = [];
    if ((await engine.pending()).length > 0) failures.push(`C: ${device.name} has pending changes`);
    const { rows, counts } = await this.office.rows(device.user);
    for (const [entity, there] of Object.entries(rows)) {
      const here = await engine.list(entity);
      const expected = byKey(there);
      const found = byKey(here);
      if (here.length !== there.length || here.length !== counts[entity]) {
        failures.push(
          `C: ${device.name} has ${here.length} ${entity}, the server ${there.length} and ${counts[entity]}`,
        );
      }
      for (const key of new Set([...expected.keys(), ...found.keys()])) {
        if (expected.get(key) === found.get(key)) continue;
        failures.push(`C: ${entity} ${key} of ${device.name} is ${found.get(key)}, on the server ${expected.get(key)}`);
      }
      if ((await engine.count(entity)) !== here.length) failures.push(`C: ${device.name} miscounts ${entity}`);
    }
    return failures;
  }

  /** E, P: what was typed and not let go had its effect, once. */
  private async withoutEffect(): Promise<string[]> {
    const applied = (await this.office.arrived()).filter(({ status }) => status === "applied");
    const failures: string[] = [];
    for (const { text, device, isLetGo, isAnew } of this.hands.typed) {
      const effects = applied.filter(({ values }) => Object.values(values).includes(text)).length;
      if (effects === 0 && !isLetGo) failures.push(`P: ${text} of ${device} never had an effect, and nobody let it go`);
      if (effects > 1 && !isAnew) failures.push(`E: ${text} of ${device} had ${effects} effects`);
    }
    return failures;
  }
}

function byKey(rows: readonly Row[]): Map<unknown, string> {
  return new Map(
    rows.map(({ _version, ...row }) => [
      row.id,
      JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))),
    ]),
  );
}
