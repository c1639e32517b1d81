/** A device: databases, a clock and cookies of its own, and one or two tabs with the real engine. */

import type { SyncResult } from "../api";
import { Engine } from "../engine/engine";
import type { Locks, Ports } from "../ports";
import { sha256 } from "../protocol/sha256";
import { IdbDeviceStore } from "../store/device";
import { IdbStore } from "../store/user";
import { ChannelHub } from "../testing/channels";
import { FakeClock, TabClock } from "../testing/clock";
import { FakeLocks } from "../testing/locks";
import type { Chance } from "./chance";
import { type Network, SYNC } from "./network";

export interface Tab {
  engine: Engine;
  close(): void;
}

/** Those that a sync may end with when nothing but the network is to blame. */
const TROUBLES = ["network", "incomplete_response", "timeout", "superseded", "cancelled", "closed"];

export class Device {
  readonly clock = new FakeClock();
  tabs: Tab[] = [];
  readonly problems: string[] = [];
  private readonly locks = new FakeLocks();
  private readonly hub = new ChannelHub();
  private readonly jar = new Map<string, string>();
  private opened = 0;

  constructor(
    readonly name: string,
    readonly user: string,
    private readonly network: Network,
    private readonly chance: Chance,
  ) {}

  /** Opens the app, over whatever is stored. */
  async open(): Promise<Tab> {
    const { name, hub, network, chance } = this;
    const id = `${name}.${++this.opened}`;
    let isOpen = true;
    const channel = hub.open();
    const clock = new TabClock(this.clock);
    const nothing = new Promise<never>(() => undefined);
    const locks: Locks = { request: (...request) => this.locks.request(...request, channel) };
    const ports: Ports = {
      ...{ clock, channel, locks },
      random: () => chance.below(1000) / 1000,
      uuid: () => chance.uuid(),
      load: async () => undefined,
      network: { type: () => "wifi", metered: () => false },
      fetch: network.fetchFor(id, this.jar, () => isOpen),
      sha256: async (bytes) => sha256(bytes),
      storage: { estimate: async () => null, persisted: async () => false },
      stores: {
        device: (app) => new IdbDeviceStore(`${name} ${app}`),
        user: (app, key) => {
          const store = new IdbStore(`${name} ${app}`, key, () => chance.uuid());
          return new Proxy(store, {
            get(of, member) {
              const value: unknown = Reflect.get(of, member);
              if (typeof value !== "function") return value;
              return (...given: unknown[]) => (isOpen ? value.apply(of, given) : nothing);
            },
          });
        },
      },
    };
    const engine = new Engine({ app: "sales", api: SYNC, anonymous: false, on_sync: null }, ports, {
      online: true,
      visible: true,
    });
    await engine.start(() => undefined);
    const close = () => {
      isOpen = false;
      clock.close();
      channel.close();
      this.locks.close(channel);
      network.forget((exchange) => exchange.device === id);
      this.tabs = this.tabs.filter((other) => other !== tab);
    };
    const tab = { engine, close };
    this.tabs.push(tab);
    return tab;
  }

  /** Whether a sync may have ended like this. */
  check({ status, error }: SyncResult): void {
    if (status === "error" && !TROUBLES.includes(error?.code ?? "")) {
      this.problems.push(`S: ${this.name} syncs with the error ${JSON.stringify(error)}`);
    }
  }
}
