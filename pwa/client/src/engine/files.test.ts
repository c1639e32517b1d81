import { beforeEach, expect, it } from "vitest";

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
const text = async (name: string) => (await tab.engine.file(name))?.text();

it("are fetched each once, from a row that names them, with the headers of every request", async () => {
  await tab.engine.onSync("");
  expect(await Promise.all(["a.png", "b.png", "kind.png"].map(text))).toEqual(["A", "B", "K"]);
  expect(filesAsked().map(({ path }) => path)).toEqual([
    "files/LocalThing/picture/?key=1&name=a.png",
    "files/LocalThing/kind__picture/?key=1&name=kind.png",
    "files/LocalThing/picture/?key=2&name=b.png",
  ]);
  expect(filesAsked()[0]?.headers.get("Haversack-User")).toBe("anonymous");
  expect(filesAsked()[0]?.headers.get("Haversack-Definition")).toBe("v1");
  expect((await tab.engine.state()).filesMissing).toBe(0);
});

it("are not fetched again, and not looked for when no row changed", async () => {
  await tab.engine.onSync("");
  await tab.engine.onSync("");
  server.rows.LocalThing = [[1, "new name", "a.png", "kind.png"]];
  await tab.engine.onSync("");
  expect(filesAsked()).toHaveLength(3);
  expect(await text("b.png")).toBe(undefined);
});

it("that fail are missing, do not fail the sync, and are tried again with the next", async () => {
  server.intercept = ({ path }) => (path.includes("b.png") ? failure(404, "not_found") : undefined);
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete" });
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 1, lastError: null });
  server.intercept = null;
  await tab.engine.onSync("");
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 0 });
  expect(await text("b.png")).toBe("B");
});

it("stop when the network is lost: the rows stay, the reason is told", async () => {
  server.intercept = ({ path }) => {
    if (path.startsWith("files/")) server.online = false;
    return path.startsWith("files/") ? Promise.reject(new TypeError("Failed to fetch")) : undefined;
  };
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", error: { code: "network" } });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 3, online: false });
});

it("are never a captive portal's page", async () => {
  server.intercept = ({ path }) =>
    path.startsWith("files/")
      ? new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html" } })
      : undefined;
  await tab.engine.onSync("");
  expect(await text("a.png")).toBe(undefined);
  expect((await tab.engine.state()).filesMissing).toBe(3);
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
  expect(filesAsked()).toHaveLength(20);
  const done = tab.events.filter(({ type, detail }) => type === "syncprogress" && "phase" in (detail as object));
  expect(done.at(-1)?.detail).toEqual({ context: "", phase: "files", done: 20, total: 20, bytes: 0, totalBytes: 0 });
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
  expect((await tab.engine.file("a.png"))?.type).toBe("image/png");
  expect((await tab.engine.state()).filesMissing).toBe(0);
});

it("P2: that stand still do not fail the sync, whose rows are here; what arrived is kept", async () => {
  drip(5, ["b.png"]);
  const result = await run(120);
  expect(result).toMatchObject({ status: "complete", received: { LocalThing: 3 }, error: { code: "timeout" } });
  expect(tab.names()).not.toContain("syncerror");
  expect(await text("a.png")).toBe("AAAAA");
  expect(await tab.engine.state()).toMatchObject({ filesMissing: 1, lastError: { code: "timeout" }, syncing: null });
  server.intercept = null;
  expect(await tab.engine.onSync("")).toEqual({ status: "complete", context: "", received: {} });
  expect(await text("b.png")).toBe("B");
});
