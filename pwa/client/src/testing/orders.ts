import type { AttributeDefinition, AttributeType, EntityDefinition, Key, Row, SyncSettings } from "../api";
import type { SyncRequest } from "../protocol/messages";
import { READ_WRITE, READ_WRITE_CONFLICTS, TRACKED } from "../protocol/patterns";
import { attribute, entity, FakeServer } from "./server";
import { type Tab, World } from "./world";

/** What people type. */
function typed(name: string, type: AttributeType = "string", more: Partial<AttributeDefinition> = {}) {
  return { ...attribute(name, type), editable: true, default: null, ...more };
}

function writable(name: string, pattern: string, attributes: AttributeDefinition[]): EntityDefinition {
  const key = { ...attribute("id", "integer"), null: false };
  return {
    ...entity(name, [], pattern),
    key: "id",
    attributes: [key, ...attributes],
    writable: { create: true, update: true, delete: true },
  };
}

function definitions(): EntityDefinition[] {
  const orders = writable("LocalOrder", READ_WRITE_CONFLICTS, [typed("name"), typed("city")]);
  return [
    { ...orders, inlines: [{ entity: "LocalLine", relation: "order" }] },
    writable("LocalLine", READ_WRITE_CONFLICTS, [
      typed("name"),
      typed("order", "integer", { relation: "LocalOrder" }),
      typed("quantity", "integer"),
    ]),
    // Last write wins.
    writable("LocalCount", READ_WRITE, [typed("name"), typed("amount", "integer")]),
    entity(
      "LocalThing",
      [
        ["id", "integer"],
        ["name", "string"],
      ],
      TRACKED,
    ),
  ];
}

/** Devices that change orders, their lines, and counts, in front of one server. */
export class Orders {
  readonly server: FakeServer;
  readonly world: World;

  constructor(settings: Partial<SyncSettings> = {}, anonymous = true) {
    this.server = new FakeServer(definitions(), anonymous);
    this.server.definition = {
      ...this.server.definition,
      contexts: { orders: ["LocalOrder"], things: ["LocalThing"] },
      settings: { sync: settings },
    };
    this.server.rows = {
      LocalOrder: [
        [1, 0, "first", "Paris"],
        [2, 0, "second", "Reims"],
      ],
      LocalLine: [[11, 0, "line", 1, 5]],
      LocalCount: [[21, 0, "shelf", 7]],
      LocalThing: [[31, "thing"]],
    };
    this.world = new World(this.server);
  }

  /** With a tab that has everything. */
  static async open(settings: Partial<SyncSettings> = {}) {
    const orders = new Orders(settings);
    const { server, world } = orders;
    const tab = await world.tab();
    await tab.engine.onSync("", { pressed: true });
    server.asked.splice(0);
    tab.events.splice(0);
    return { orders, server, world, tab };
  }

  /** A tab of another device in front of the same server, which has everything. */
  async device(number: number): Promise<Tab> {
    const tab = await new World(this.server, number).tab();
    await tab.engine.onSync("", { pressed: true });
    return tab;
  }

  /** The bodies of all syncs that were asked for. */
  get syncs(): SyncRequest[] {
    const posts = this.server.asked.filter(({ method, path }) => method === "POST" && path === "");
    return posts.map(({ body }) => body as SyncRequest);
  }

  /** How many mutations each sync carried. */
  get carried(): number[] {
    return this.syncs.map(({ mutations = [] }) => mutations.length);
  }

  /** What the server has of an entity, by attribute. */
  at(name: string): (Row | null)[] {
    return (this.server.rows[name] ?? []).map(([key]) => this.server.pushed.record(name, key as Key));
  }
}
