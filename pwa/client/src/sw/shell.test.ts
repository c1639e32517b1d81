import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Shell } from "./shell";

/** What a browser's cache does, as far as it is asked here. */
class Kept {
  readonly entries = new Map<string, Response>();
  match = async (key: string) => this.entries.get(key)?.clone();
  put = async (key: string, response: Response) => void this.entries.set(key, response);
  keys = async () => Array.from(this.entries.keys(), (url) => ({ url }));
  delete = async ({ url }: { url: string }) => this.entries.delete(url);
}

const page = { url: "/apps/shop/", revision: "1" };
const script = { url: "https://cdn.example.net/main-abc.js", revision: null };
let cache: Kept;
let asked: string[];
let answer: (url: string) => Response;

beforeEach(() => {
  cache = new Kept();
  asked = [];
  answer = (url) => new Response(url, { headers: { Vary: "Cookie", "Content-Type": "text/plain" } });
  vi.stubGlobal("self", { location: { href: "https://example.org/apps/shop/sw.js" } });
  vi.stubGlobal("caches", { open: async () => cache });
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return answer(url);
  });
});

afterEach(() => vi.unstubAllGlobals());

it("keeps everything, and fetches only what a new version changed", async () => {
  await new Shell("one", [page, script]).install();
  expect(asked).toEqual(["https://example.org/apps/shop/", script.url]);
  asked = [];
  const newer = new Shell("one", [{ ...page, revision: "2" }, script]);
  await newer.install();
  expect(asked).toEqual(["https://example.org/apps/shop/"]);
  expect(cache.entries.size).toBe(3); // the old version still runs
  await newer.activate();
  expect([...cache.entries.keys()]).toEqual([script.url, "https://example.org/apps/shop/?revision=2"]);
});

it("answers from what is kept, and from the server where somebody removed it", async () => {
  const shell = new Shell("one", [page, script]);
  await shell.install();
  asked = [];
  const kept = await shell.respond("/apps/shop/");
  expect(await kept.text()).toBe("https://example.org/apps/shop/");
  expect(kept.headers.has("Vary")).toBe(false);
  expect(asked).toEqual([]);
  cache.entries.clear();
  await shell.respond(script.url);
  expect(asked).toEqual([script.url]);
});

it("knows what is its own, to the letter", () => {
  const shell = new Shell("one", [page, script]);
  expect(shell.has("https://example.org/apps/shop/")).toBe(true);
  expect(shell.has("https://example.org/apps/shop/?q=1")).toBe(false);
  expect(shell.has("https://example.org/api/sync/shop/")).toBe(false);
});

it("takes nothing but the file: no error and no page of a network's sign-in", async () => {
  answer = () => new Response("", { status: 500 });
  await expect(new Shell("one", [page]).install()).rejects.toThrow("500");
  answer = () => Object.defineProperty(new Response("sign in"), "redirected", { value: true });
  await expect(new Shell("one", [page]).install()).rejects.toThrow();
  expect(cache.entries.size).toBe(0);
});
