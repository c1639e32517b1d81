import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { deferred, settle, turn } from "../testing/deferred";
import { entity, FakeServer, failure } from "../testing/server";
import { type Tab, World } from "../testing/world";

let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  server = new FakeServer([
    entity("LocalThing", [
      ["id", "integer"],
      ["name", "string"],
      ["picture", "picture"],
      ["kind__picture", "picture"],
    ]),
  ]);
  server.rows.LocalThing = [
    [1, "a", "a.png", "kind.png"],
    [2, "b", "b.png", "kind.png"],
    [3, "c", "", null],
  ];
  server.files = { "a.png": "A", "b.png": "B", "kind.png": "K" };
  world = new World(server);
  tab = await world.tab();
});

const filesAsked = () => server.asked.filter(({ path }) => path.startsWith("files/"));
const namesAsked = () => filesAsked().map(({ path }) => path.replace(/.*name=/, ""));
const text = async (name: string, size: "small" | "large" = "small") =>
  (await tab.engine.picture(name, size))?.text() ?? null;

afterEach(() => vi.restoreAllMocks());

it("are fetched each once in each size, from a row that names them, with the headers of every request", async () => {
  await tab.engine.onSync("");
  server.online = false;
  expect(await Promise.all(["a.png", "b.png", "kind.png"].map((name) => text(name)))).toEqual([
    "small A",
    "small B",
    "small K",
  ]);
  expect(await text("a.png", "large")).toBe("large A");
  expect(await (await tab.engine.file("a.png"))?.text()).toBe("large A");
  expect(filesAsked().map(({ path }) => path)).toEqual([
    "files/LocalThing/picture/?key=1&name=a.png&size=small",
    "files/LocalThing/kind__picture/?key=1&name=kind.png&size=small",
    "files/LocalThing/picture/?key=2&name=b.png&size=small",
    "files/LocalThing/picture/?key=1&name=a.png&size=large",
    "files/LocalThing/kind__picture/?key=1&name=kind.png&size=large",
    "files/LocalThing/picture/?key=2&name=b.png&size=large",
  ]);
  expect(filesAsked()[0]?.headers.get("Haversack-User")).toBe("anonymous");
  expect(filesAsked()[0]?.headers.get("Haversack-Definition")).toBe("v1");
  expect((await tab.engine.state()).filesMissing).toBe(0);
});

it("come in the order in which lists show their records: small pictures, files, large pictures", async () => {
  const things = server.definition.entities[0];
  if (things === undefined) throw new Error("no entity");
  things.ordering = ["-name"];
  things.attributes.push({ name: "sheet", label: "sheet", type: "file", null: true });
  server.rows.LocalThing = [
    [1, "a", "a.png", "shared.png", "a.pdf"],
    [2, "c", "c.png", "", ""],
    [3, null, "null.png", "", ""],
    [4, "b", "b.png", "shared.png", "b.pdf"],
  ];
  server.files = Object.fromEntries(
    ["a.png", "b.png", "c.png", "null.png", "shared.png", "a.pdf", "b.pdf"].map((name) => [name, name]),
  );
  await tab.engine.onSync("");
  const pictures = ["c.png", "shared.png", "b.png", "a.png", "null.png"];
  expect(namesAsked()).toEqual([
    ...pictures.map((name) => `${name}&size=small`),
    "b.pdf",
    "a.pdf",
    ...pictures.map((name) => `${name}&size=large`),
  ]);
  // From the first of the rows that share one.
  expect(filesAsked()[1]?.path).toContain("key=4&name=shared.png");
  expect(await (await tab.engine.file("a.pdf"))?.text()).toBe("a.pdf");
});

it("are not fetched again, and not looked for when no row changed", async () => {
  await tab.engine.onSync("");
  await tab.engine.onSync("");
  server.rows.LocalThing = [[1, "new name", "a.png", "kind.png"]];
  await tab.engine.onSync("");
  expect(filesAsked()).toHaveLength(6);
  expect(await tab.engine.file("b.png")).toBe(null);
});

it("that fail are missing, do not fail the sync, and are tried again with the next", async () => {
  server.intercept = ({ path }) => (path.includes("b.png") ? failure(404, "not_found") : undefined);
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete" });
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 2, lastError: null });
  server.intercept = null;
  await tab.engine.onSync("");
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 0 });
  expect(await text("b.png")).toBe("small B");
});

it("stop when the network is lost: the rows stay, the reason is told", async () => {
  server.intercept = ({ path }) => {
    if (path.startsWith("files/")) server.online = false;
    return path.startsWith("files/") ? Promise.reject(new TypeError("Failed to fetch")) : undefined;
  };
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", error: { code: "network" } });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 6, online: false });
});

it("are never a captive portal's page", async () => {
  server.intercept = ({ path }) =>
    path.startsWith("files/")
      ? new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html" } })
      : undefined;
  await tab.engine.onSync("");
  expect(await tab.engine.file("a.png")).toBe(null);
  expect((await tab.engine.state()).filesMissing).toBe(6);
});

it("L4: stop when there is no space: rows and what is there stay, the reason is told", async () => {
  const put = IDBObjectStore.prototype.put;
  let room = 2;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
    if (this.name === "files" && room-- <= 0) throw new DOMException("Quota exceeded", "QuotaExceededError");
    return put.call(this, value, key);
  });
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", error: { code: "quota" } });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect((await tab.engine.storage()).pictures).toMatchObject({ count: 2, missing: 4 });
  vi.restoreAllMocks();
  expect(await tab.engine.onSync("")).toEqual({ status: "complete", context: "", received: {} });
  expect((await tab.engine.storage()).pictures).toMatchObject({ count: 3, missing: 0 });
});

it("are asked for at most six at a time", async () => {
  server.rows.LocalThing = Array.from({ length: 20 }, (_, key) => [key, "x", `${key}.png`, ""]);
  server.files = Object.fromEntries(server.rows.LocalThing.map((row) => [row[2], "x"]));
  const gate = deferred();
  server.intercept = async ({ path }) => {
    if (path.startsWith("files/")) await gate.promise;
    return undefined;
  };
  const begun = tab.next("datachange");
  const running = tab.engine.onSync("");
  await begun;
  while (filesAsked().length < 6) await turn();
  for (let i = 0; i < 20; i++) await turn();
  expect(filesAsked()).toHaveLength(6);
  gate.resolve();
  await running;
  expect(filesAsked()).toHaveLength(40);
  const done = tab.events.filter(({ type, detail }) => type === "syncprogress" && "phase" in (detail as object));
  expect(done.at(-1)?.detail).toEqual({ context: "", phase: "files", done: 40, total: 40, bytes: 0, totalBytes: 0 });
});

/** Each file comes as this many chunks, one per second. */
function drip(chunks: number, stuck: string[] = []): void {
  server.intercept = ({ path, signal }) => {
    if (!path.startsWith("files/")) return undefined;
    let left = stuck.some((name) => path.includes(name)) ? Number.POSITIVE_INFINITY : chunks;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal?.addEventListener("abort", () => controller.error(signal.reason));
        const tick = () => {
          if (signal?.aborted || left === Number.POSITIVE_INFINITY) return;
          if (left-- === 0) return controller.close();
          controller.enqueue(Uint8Array.of(65));
          world.clock.after(1000, tick);
        };
        world.clock.after(1000, tick);
      },
    });
    return new Response(body, { headers: { "Content-Type": "image/png", ETag: '"x"' } });
  };
}

/** Lets seconds pass until the sync is over. */
async function run(seconds: number) {
  let over = false;
  const running = tab.engine.onSync("").finally(() => {
    over = true;
  });
  await settle();
  for (let second = 0; second < seconds && !over; second++) {
    world.clock.advance(1000);
    for (let i = 0; i < 20; i++) await turn();
  }
  expect(over).toBe(true);
  return running;
}

it("Q1: may take longer than any limit, as long as something of them arrives", async () => {
  drip(90);
  expect(await run(120)).toEqual({ status: "complete", context: "", received: { LocalThing: 3 } });
  expect(await text("a.png")).toBe("A".repeat(90));
  expect((await tab.engine.picture("a.png", "small"))?.type).toBe("image/png");
  expect((await tab.engine.state()).filesMissing).toBe(0);
});

it("P2: that stand still do not fail the sync, whose rows are here; what arrived is kept", async () => {
  drip(5, ["b.png&size=large"]);
  const result = await run(120);
  expect(result).toMatchObject({ status: "complete", received: { LocalThing: 3 }, error: { code: "timeout" } });
  expect(tab.names()).not.toContain("syncerror");
  expect(await text("a.png")).toBe("AAAAA");
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 1, lastError: { code: "timeout" }, syncing: null });
  server.intercept = null;
  expect(await tab.engine.onSync("")).toEqual({ status: "complete", context: "", received: {} });
  expect(await text("b.png", "large")).toBe("large B");
});
