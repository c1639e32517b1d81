/** A device takes the lists and the parts that the real server gave (`tests/server/test_golden.py`). */

import { describe, expect, it } from "vitest";
import { golden } from "../testing/golden";
import { FakeServer } from "../testing/server";
import { World } from "../testing/world";
import type { SyncRequest } from "./messages";
import { sha256 } from "./sha256";

const NDJSON = { headers: { "Content-Type": "application/x-ndjson" } };
const encoder = new TextEncoder();

function sumOf(text: string): string {
  return Array.from(sha256(encoder.encode(text)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A device in front of a server that gives this golden answer, and its parts. */
async function synced(name: string, parts: number) {
  const server = new FakeServer([]);
  const asked: SyncRequest[] = [];
  const texts = Array.from({ length: parts }, (_, number) => golden(`sync-${name}.part-${number}.ndjson`));
  const bySum = new Map(texts.map((text) => [`segments/TrackedJar/${sumOf(text)}/`, text]));
  server.intercept = ({ method, path, body }) => {
    if (bySum.has(path)) return new Response(bySum.get(path), NDJSON);
    if (method !== "POST" || path !== "") return undefined;
    asked.push(body as SyncRequest);
    return new Response(golden(`sync-${name}.response.ndjson`), NDJSON);
  };
  const tab = await new World(server).tab();
  expect(await tab.engine.onSync("", { trigger: "start", pressed: true })).toMatchObject({ status: "complete" });
  expect(asked).toEqual([JSON.parse(golden(`sync-${name}.request.json`))]);
  const fetched = server.asked.map(({ path }) => path).filter((path) => path.startsWith("segments/"));
  return { tab, fetched, texts };
}

describe("golden parts", () => {
  it("P5: each is fetched by its sum, and together they are the rows", async () => {
    const { tab, fetched, texts } = await synced("snapshot", 2);
    expect(fetched).toHaveLength(2);
    const jars = await tab.engine.list("TrackedJar", { orderBy: "id" });
    const rows = texts.join("").trimEnd().split("\n");
    expect(jars.map((jar) => JSON.stringify(Object.values(jar)))).toEqual(rows);
    const last =
      golden("sync-snapshot.response.ndjson")
        .split("\n")
        .find((line) => line.includes('"snapshot"')) ?? "{}";
    const { total, fingerprint, cursor } = JSON.parse(last);
    expect((await tab.engine.syncProperties()).entities.TrackedJar).toMatchObject({ rows: total, fingerprint, cursor });
  });

  it("P1, P5: what changed since they were made lies over them", async () => {
    const { tab, texts } = await synced("snapshot-changed", 2);
    const [first, last] = [texts[0]?.trimEnd(), texts[1]?.trimEnd().split("\n")[1]];
    const jars = await tab.engine.list("TrackedJar", { orderBy: "id" });
    expect(jars.map((jar) => JSON.stringify(Object.values(jar)))).toEqual([
      first,
      '[3,"Côte de Blaye","31.00",null,null,"s"]',
      '[5,"New","1.00",null,null,"s"]',
      last,
    ]);
    expect((await tab.engine.syncProperties()).entities.TrackedJar).toMatchObject({ rows: 4, cursor: "cursor-4" });
  });
});
