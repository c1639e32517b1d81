import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";

import type { OfflineEvents } from "../api";
import { Engine } from "../engine/engine";
import type { EventName } from "../engine/events";
import type { Locks, Stores } from "../ports";
import { IdbDeviceStore } from "../store/device";
import { IdbStore } from "../store/user";
import { ChannelHub } from "./channels";
import { FakeClock } from "./clock";
import { FakeLocks } from "./locks";
import { API, type FakeServer } from "./server";

export interface Tab {
  engine: Engine;
  /** Everything the page was told, oldest first. */
  events: { type: EventName; detail: unknown }[];
  /** The next event of this type. */
  next<T extends EventName>(type: T): Promise<OfflineEvents[T]>;
  names(): EventName[];
}

interface TabOptions {
  online?: boolean;
  clock?: FakeClock;
  locks?: Locks;
}

/** One device with its databases, clock and tabs, in front of one server. */
export class World {
  readonly clock = new FakeClock();
  readonly locks = new FakeLocks();
  readonly hub = new ChannelHub();
  /** What the tabs open; a test may put something else before it. */
  stores: Stores = {
    device: (app) => new IdbDeviceStore(app),
    user: (app, key) => new IdbStore(app, key, () => `replica-${++this.replicas}`),
  };
  private replicas = 0;

  constructor(readonly server: FakeServer) {
    globalThis.indexedDB = new IDBFactory();
  }

  /** Opens the app. With a clock of its own a tab can be frozen, with locks of its own it cannot wait for others. */
  async tab({ online = true, clock = this.clock, locks = this.locks }: TabOptions = {}): Promise<Tab> {
    const { stores, hub, server } = this;
    const ports = { clock, locks, stores, channel: hub.open(), fetch: server.fetch };
    const config = { app: "shop", api: API, anonymous: server.anonymous };
    const engine = new Engine(config, ports, { online });
    const events: Tab["events"] = [];
    const waiting: { type: EventName; resolve: (detail: never) => void }[] = [];
    await engine.start((type, detail) => {
      events.push({ type, detail });
      for (const waiter of waiting.filter((candidate) => candidate.type === type)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(detail as never);
      }
    });
    return {
      engine,
      events,
      next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
      names: () => events.map(({ type }) => type),
    };
  }

  async databases(): Promise<string[]> {
    return (await indexedDB.databases()).map(({ name }) => name ?? "").sort();
  }
}
