/**
 * Two devices and somebody in the office change the same records at random, over a line that loses and cuts answers, in
 * browsers that are closed at any time. Whatever happened: each change had its effect once, and in the end everybody has
 * what the server has.
 */

import { expect, it } from "vitest";

import type { Key, Row } from "../api";
import { turn } from "../testing/deferred";
import { Orders } from "../testing/orders";
import { refused, troubled } from "../testing/pushed";
import { random } from "../testing/random";
import { type Tab, World } from "../testing/world";

const STEPS = 40;
const ENTITIES = ["LocalOrder", "LocalLine", "LocalCount"] as const;

class Device {
  private readonly world: World;
  private readonly databases: IDBFactory;
  private tab: Tab | null = null;

  constructor(orders: Orders, number: number) {
    this.world = new World(orders.server, number);
    this.databases = globalThis.indexedDB;
  }

  async engine() {
    if (this.tab !== null) return this.tab.engine;
    globalThis.indexedDB = this.databases;
    const tab = await this.world.tab();
    this.tab = tab;
    // Its database is open now, whatever other devices do. Meanwhile it may be closed.
    await tab.engine.state();
    return tab.engine;
  }

  /** As if the browser was closed, in the middle of what it did. */
  close(): void {
    if (this.tab !== null) this.world.close(this.tab);
    this.tab = null;
  }

  async sync(): Promise<string> {
    return (await (await this.engine()).onSync("", { pressed: true })).status;
  }
}

async function run(seed: number): Promise<void> {
  const below = random(seed);
  const one = <T>(all: readonly T[]) => all[below(all.length)] as T;
  const orders = new Orders();
  const { server } = orders;
  const devices = [new Device(orders, 1), new Device(orders, 2)];
  for (const device of devices) expect(await device.sync()).toBe("complete");
  if (below(2) === 0) server.pushed.merging.add("LocalOrder");
  // The office takes no order from there, and is busy now and then.
  server.pushed.rule = ({ entity }, { city }) => {
    if (entity === "LocalOrder" && city === "Nowhere") throw refused("invalid_values", { city: ["Where is that?"] });
    if (below(10) === 0) throw troubled("busy");
  };
  let made = 0;
  const word = () => one(["Nancy", "Metz", "Lille", "Lyon", "Nowhere"]);
  const keysOf = async (device: Device, entity: string) =>
    (await (await device.engine()).list(entity)).map(({ id }) => id as Key);

  async function edit(device: Device): Promise<void> {
    const engine = await device.engine();
    const entity = one(ENTITIES);
    const keys = await keysOf(device, entity);
    const values = (): Row =>
      entity === "LocalOrder"
        ? { city: word() }
        : entity === "LocalLine"
          ? { quantity: below(9) }
          : { amount: below(9) };
    const what = below(6);
    if (what === 0 || keys.length === 0) await engine.save(entity, [{ name: word(), ...values() }], true);
    else if (what === 1) await engine.delete(entity, one(keys));
    else if (what === 2) {
      const order = `local:00000000-0000-4000-a000-${String(++made).padStart(12, "0")}`;
      await engine.saveTogether([
        { entity: "LocalOrder", values: { id: order, name: word(), city: word() } },
        ...[1, 2].map((quantity) => ({ entity: "LocalLine", values: { name: word(), order, quantity } })),
      ]);
    } else await engine.update(entity, one(keys), values());
  }

  function office(): void {
    const entity = one(ENTITIES);
    const row = one(server.rows[entity] ?? []);
    if (row === undefined) return;
    const key = row[0] as Key;
    if (below(5) === 0) server.pushed.remove(entity, key);
    else server.pushed.put(entity, { id: key, name: word() });
  }

  async function decide(device: Device): Promise<void> {
    const engine = await device.engine();
    for (const change of await engine.pending()) {
      if (change.state === "conflict") await engine.resolve(change.id, one(["mine", "theirs"]));
      else if (change.state === "gone") {
        await (below(2) === 0 ? engine.resend([change.id]) : engine.discard([change.id])).catch(unlessInFlight);
      } else if (change.state === "rejected") {
        const isPlace = change.entity === "LocalOrder" && change.op !== "delete";
        if (isPlace) await engine.update("LocalOrder", change.key, { city: "Paris" });
        else await engine.discard([change.id]).catch(unlessInFlight);
      }
    }
  }

  for (let step = 0; step < STEPS; step++) {
    const device = one(devices);
    const what = below(10);
    if (what < 4) await edit(device);
    else if (what < 5) office();
    else if (what < 6) await decide(device);
    else if (what < 8) await device.sync();
    else if (what < 9) {
      // The line breaks: before the server heard of it, after, or in the middle of what it says.
      if (below(2) === 0) server.lost = 1;
      else server.damage = (bytes) => bytes.subarray(0, below(bytes.length));
      await device.sync();
      server.lost = 0;
      server.damage = null;
    } else {
      const syncing = device.sync();
      for (let turns = below(60); turns > 0; turns--) await turn();
      device.close();
      // What is closed never ends.
      void syncing;
    }
  }

  server.pushed.rule = ({ entity }, { city }) => {
    if (entity === "LocalOrder" && city === "Nowhere") throw refused("invalid_values", { city: ["Where is that?"] });
  };
  for (let round = 0; ; round++) {
    if (round > 12) throw new Error("it does not come to rest");
    let left = 0;
    for (const device of devices) {
      await decide(device);
      expect(await device.sync()).toBe("complete");
      left += (await (await device.engine()).pending()).length;
    }
    if (left === 0) break;
  }
  for (const device of devices) await device.sync();

  const ids = server.pushed.applied.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const device of devices) {
    const engine = await device.engine();
    for (const entity of ENTITIES) {
      const byKey = (a: Row | null, b: Row | null) => Number(a?.id) - Number(b?.id);
      const there = orders.at(entity).map((row) => {
        const { _version, ...rest } = row as Row;
        return rest;
      });
      const here = (await engine.list(entity)) as Row[];
      expect(here.sort(byKey)).toEqual(there.sort(byKey));
      expect((await engine.syncProperties()).entities[entity]).toMatchObject(server.contentOf(entity));
    }
    device.close();
  }
}

function unlessInFlight(error: { code: string }): void {
  if (error.code !== "in_flight") throw error;
}

it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
  "W1, W3, P6: nothing lost, nothing twice (seed %d)",
  run,
  60_000,
);
