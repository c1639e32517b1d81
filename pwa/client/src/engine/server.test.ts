import { expect, it } from "vitest";

import type { SyncRequest } from "../protocol/messages";
import { type Deferred, deferred, settle } from "../testing/deferred";
import { Server } from "./server";

const { signal } = new AbortController();
const speaker = { user: "anonymous", replica: "r", definition: null };

/** A request: the browser has its answer, with the cookie, before the page hears of it. */
interface Asked {
  line: string;
  arrived: Deferred<void>;
  heard: Deferred<void>;
}

/** A server that a browser without cookies asks, and that answers when the test says so. */
function newcomer() {
  const asked: Asked[] = [];
  let [cookies, cookie] = [0, ""];
  const told = { isDown: false };
  const json = (content: unknown, status = 200) =>
    new Response(JSON.stringify(content), { status, headers: { "Content-Type": "application/json" } });
  const fetch = async (url: string, { method = "GET", headers }: RequestInit) => {
    const sent = cookie;
    const [arrived, heard] = [deferred(), deferred()];
    asked.push({ line: `${method} ${url}`, arrived, heard });
    await arrived.promise;
    const mine = sent || `${++cookies}`;
    if (method === "GET") cookie = mine;
    await heard.promise;
    if (told.isDown) return json({ error: { code: "unavailable", message: "", retry: true } }, 503);
    if (method === "GET") return json({ user: { key: "anonymous", name: "" }, csrf_token: mine });
    if (new Headers(headers).get("X-CSRFToken") !== sent)
      return json({ error: { code: "csrf_failed", message: "", retry: false } }, 403);
    return new Response("", { headers: { "Content-Type": "application/x-ndjson" } });
  };
  const server = new Server(fetch, "/api/", () => undefined);
  const answer = async (at: number) => {
    asked[at]?.arrived.resolve();
    asked[at]?.heard.resolve();
    await settle();
  };
  return { asked, server, told, answer, lines: () => asked.map(({ line }) => line) };
}

it("Q5: the first sync of a browser that is new here is one request, whatever else is asked at once", async () => {
  const { asked, server, answer, lines } = newcomer();
  const body = { context: "", trigger: "manual" } as SyncRequest;
  const probe = server.currentSession(signal, true);
  const sync = server.sync(body, speaker, signal, () => undefined);
  await settle();
  // Were there two questions, the answer to the later one might be heard first, when the other's cookie is there already.
  for (const at of [1, 0]) asked[at]?.arrived.resolve();
  for (const at of [1, 0, 1, 2, 3, 4]) await answer(at);
  await Promise.all([probe, sync]);
  expect(lines()).toEqual(["GET /api/session/", "POST /api/"]);
});

it("a first question that fails keeps nobody from asking", async () => {
  const { server, told, answer, lines } = newcomer();
  const first = server.currentSession(signal).catch(({ code }) => code);
  const second = server.currentSession(signal);
  await settle();
  told.isDown = true;
  await answer(0);
  told.isDown = false;
  await answer(1);
  expect([await first, (await second).csrf_token]).toEqual(["unavailable", "1"]);
  expect(lines()).toEqual(["GET /api/session/", "GET /api/session/"]);
});
