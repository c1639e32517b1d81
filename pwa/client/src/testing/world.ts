import { IDBFactory } from "fake-indexeddb";
import { sha256 } from "../protocol/sha256";
import "fake-indexeddb/auto";

import type { NetworkType, OfflineEvents } from "../api";
import { Engine } from "../engine/engine";
import type { EventName } from "../engine/events";
import type { Digest, Locks, StorageFigures, Stores } from "../ports";
import { IdbDeviceStore } from "../store/device";
import { IdbStore } from "../store/user";
import { ChannelHub } from "./channels";
import { FakeClock, TabClock } from "./clock";
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

const digest: Digest = async (bytes) => sha256(bytes);

interface TabOptions {
  online?: boolean;
  visible?: boolean;
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
    user: (app, key) => new IdbStore(app, key, () => `replica-${this.device || ""}${++this.replicas}`),
  };
  /** What the network says of itself, to all tabs. */
  readonly network = { type: "wifi" as NetworkType, metered: false };
  /** The next random numbers; 0.5 when there are none. */
  readonly randoms: number[] = [];
  /** What the browser says of the space that is taken. */
  storage: StorageFigures = { estimate: async () => ({ usage: 3000, quota: 1_000_000 }), persisted: async () => false };
  /** Loads the app's own `onSync` module. */
  onSync: (() => unknown) | null = null;
  /** What was loaded. */
  readonly loaded: string[] = [];
  private replicas = 0;
  private uuids = 0;
  private readonly closers = new Map<Tab, () => void>();

  /** `device`: another number for each that there is in front of a server. Databases that are open stay so. */
  constructor(
    readonly server: FakeServer,
    private readonly device = 0,
  ) {
    globalThis.indexedDB = new IDBFactory();
  }

  /** Opens the app. With a clock of its own a tab can be frozen, with locks of its own it cannot wait for others. */
  async tab({ online = true, visible = true, clock = this.clock, locks = this.locks }: TabOptions = {}): Promise<Tab> {
    const { stores, storage, hub, server } = this;
    const channel = hub.open();
    const ownClock = new TabClock(clock);
    let isOpen = true;
    const id = {};
    const nothing = new Promise<never>(() => undefined);
    const fetch: FakeServer["fetch"] = async (...request) => {
      const answer = isOpen ? await server.fetch(...request) : nothing;
      return isOpen ? answer : nothing;
    };
    const random = () => this.randoms.shift() ?? 0.5;
    const network = { type: () => this.network.type, metered: () => this.network.metered };
    const ownLocks: Locks =
      locks === this.locks
        ? { request: (...request) => (isOpen ? this.locks.request(...request, id) : nothing) }
        : locks;
    const ownStores: Stores = {
      device: stores.device,
      user: (...whose) =>
        new Proxy(stores.user(...whose), {
          get(store, name) {
            const member: unknown = Reflect.get(store, name);
            if (typeof member !== "function") return member;
            return (...args: unknown[]) => (isOpen ? member.apply(store, args) : nothing);
          },
        }),
    };
    const ports = {
      ...{ clock: ownClock, random, network, locks: ownLocks, stores: ownStores, storage, channel, fetch },
      sha256: digest,
      uuid: () => `0000000${this.device}-0000-4000-8000-${String(++this.uuids).padStart(12, "0")}`,
      load: async (url: string) => {
        this.loaded.push(url);
        return this.onSync?.();
      },
    };
    const config = { app: "shop", api: API, anonymous: server.anonymous, on_sync: this.onSync && "/static/onsync.js" };
    const engine = new Engine(config, ports, { online, visible });
    const events: Tab["events"] = [];
    const waiting: { type: EventName; resolve: (detail: never) => void }[] = [];
    await engine.start((type, detail) => {
      events.push({ type, detail });
      for (const waiter of waiting.filter((candidate) => candidate.type === type)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(detail as never);
      }
    });
    const close = () => {
      isOpen = false;
      ownClock.close();
      channel.close();
      this.locks.close(id);
    };
    const tab: Tab = {
      engine,
      events,
      next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
      names: () => events.map(({ type }) => type),
    };
    this.closers.set(tab, close);
    return tab;
  }

  /** Closes a tab, in the middle of whatever it does. */
  close(tab: Tab): void {
    this.closers.get(tab)?.();
  }

  async databases(): Promise<string[]> {
    return (await indexedDB.databases()).map(({ name }) => name ?? "").sort();
  }
}
