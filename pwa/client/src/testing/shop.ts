import { deferred } from "./deferred";
import { entity, FakeServer } from "./server";
import { type Tab, World } from "./world";

/** The names that a shop has at first, in the order of their keys. */
export const OLD = ["Chai", "Côte de Blaye", "Ikura 🍣"];
/** And after `change`. */
export const NEW = ["Chai", "Tofu — 豆腐"];

/** A device with one open tab, in front of a shop that everybody may see. */
export class Shop {
  readonly server = shopServer();
  readonly world = new World(this.server);

  private constructor() {}

  static async open(): Promise<{ shop: Shop; server: FakeServer; world: World; tab: Tab }> {
    const shop = new Shop();
    const { server, world } = shop;
    return { shop, server, world, tab: await world.tab() };
  }

  /** The server has other rows now. */
  change(): void {
    this.server.rows.LocalThing = [
      [1, "Chai", ""],
      [4, "Tofu — 豆腐", ""],
    ];
    this.server.rows.LocalKind = [[2, "Food"]];
  }

  /** Holds the answer to the next sync, as it is now, until it is let go. */
  holdNext() {
    const { server } = this;
    const reached = deferred();
    const held = deferred();
    server.intercept = async (asked) => {
      if (asked.method !== "POST") return undefined;
      server.intercept = null;
      const late = server.serve(asked);
      reached.resolve();
      await held.promise;
      return late;
    };
    return { reached: reached.promise, release: () => held.resolve() };
  }
}

/** The names of the things that a tab shows, in the order of their keys. */
export async function things(of: Tab): Promise<unknown[]> {
  return (await of.engine.list("LocalThing", { orderBy: "id" })).map((row) => row.name);
}

function shopServer(): FakeServer {
  const server = new FakeServer([
    entity("LocalThing", [
      ["id", "integer"],
      ["name", "string"],
      ["picture", "picture"],
    ]),
    entity("LocalKind", [
      ["id", "integer"],
      ["name", "string"],
    ]),
  ]);
  server.rows.LocalThing = [
    [1, "Chai", ""],
    [2, "Côte de Blaye", ""],
    [3, "Ikura 🍣", ""],
  ];
  server.rows.LocalKind = [[1, "Drink"]];
  return server;
}
