import { describe, expect, it } from "vitest";

import { golden, goldenAnswers } from "../testing/golden";
import { streamOf } from "../testing/server";
import { readAnswer } from "./answer";
import type { ClientError } from "./errors";
import { addFingerprints, rowFingerprint } from "./fingerprint";
import type { AnswerMessage } from "./messages";

const encoder = new TextEncoder();
const goldenBytes = (name: string) => encoder.encode(golden(name));

async function read(...chunks: Uint8Array[]): Promise<AnswerMessage[]> {
  const messages: AnswerMessage[] = [];
  for await (const message of readAnswer(streamOf(...chunks))) messages.push(message);
  return messages;
}

const codeOf = (bytes: Uint8Array | string) =>
  read(typeof bytes === "string" ? encoder.encode(bytes) : bytes).then(
    () => "none",
    (error: ClientError) => error.code,
  );

const START = '{"type":"start","protocol":1,"definition":"v1","user":"anonymous","rows":1,"bytes":4}\n';
const FINGERPRINT = rowFingerprint(encoder.encode("[1]"));
const ENTITY = `{"type":"entity","entity":"A","mode":"replace","columns":["id"],"rows":1,"bytes":4,"fingerprint":${FINGERPRINT},"segments":1,"cursor":"c"}\n`;
const SEGMENT = '{"type":"segment","number":0,"rows":1,"bytes":4,"first":1,"last":1}\n';
const END = '{"type":"end"}\n';
/** An answer that is right, with one segment of so many rows. */
function manyRows(rows: number): string {
  const sum = Array.from({ length: rows }, () => FINGERPRINT).reduce(addFingerprints, 0);
  const head = `${START}${ENTITY}${SEGMENT}`.replaceAll('"rows":1,"bytes":4', `"rows":${rows},"bytes":${rows * 4}`);
  return head.replace(`"fingerprint":${FINGERPRINT}`, `"fingerprint":${sum}`) + "[1]\n".repeat(rows) + END;
}

describe("golden messages", () => {
  it("fingerprints: rows and their set", () => {
    const { rows, set } = JSON.parse(golden("fingerprints.json"));
    let sum = 0;
    for (const { text, fingerprint } of rows) {
      expect(rowFingerprint(encoder.encode(text))).toBe(fingerprint);
      sum = addFingerprints(sum, fingerprint);
    }
    expect({ rows: rows.length, fingerprint: sum }).toEqual(set);
  });

  it.each(goldenAnswers())("%s: every line is understood", async (name) => {
    const lines = golden(name)
      .split("\n")
      .filter((line) => line.startsWith("{"));
    const messages = await read(goldenBytes(name));
    // All but the end.
    expect(messages.map(({ type }) => type)).toEqual(lines.slice(0, -1).map((line) => JSON.parse(line).type));
    const told = messages.flatMap((message) => (message.type === "entity" ? message.mode : []));
    expect(told.length).toBeGreaterThan(0);
  });

  it("sync-first: start, definition, entities with their segments", async () => {
    const text = golden("sync-first.response.ndjson");
    const messages = await read(encoder.encode(text));
    expect(messages.map((message) => message.type)).toEqual([
      "start",
      "definition",
      "entity",
      "segment",
      "entity",
      "segment",
    ]);
    const lines = text.split("\n").filter((line) => line.startsWith("["));
    const texts = messages.flatMap((message) => (message.type === "segment" ? message.text : []));
    expect(texts.join("")).toBe(`${lines.join("\n")}\n`);
  });

  it("sync-unchanged: no rows", async () => {
    const messages = await read(goldenBytes("sync-unchanged.response.ndjson"));
    expect(messages.map((message) => message.type)).toEqual(["start", "entity", "entity"]);
    expect(messages[1]).toMatchObject({ mode: "unchanged", rows: 2 });
  });
});

describe("chunks", () => {
  it("P2: may be cut in two at every byte, inside of characters too", async () => {
    const bytes = goldenBytes("sync-first.response.ndjson");
    const whole = await read(bytes);
    for (let at = 0; at <= bytes.length; at++) {
      expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(whole);
    }
  });

  it("P2: may be single bytes", async () => {
    const bytes = goldenBytes("sync-first.response.ndjson");
    expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(await read(bytes));
  });

  it("P2: an answer that ends at any byte before its end is incomplete", async () => {
    const bytes = goldenBytes("sync-first.response.ndjson");
    for (let at = 0; at < bytes.length; at++) expect(await codeOf(bytes.subarray(0, at))).toBe("incomplete_response");
  });

  it("a connection that breaks is a network error", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new TypeError("network error"));
      },
    });
    await expect(readAnswer(broken).next()).rejects.toMatchObject({ code: "network", retry: true });
  });
});

const head = (mode: string, more: string) => `{"type":"entity","entity":"A","mode":"${mode}",${more}"cursor":"c"}\n`;
const COUNTS = '"columns":["id"],"rows":1,"bytes":4,"segments":1,';
const DELTA = head("delta", `${COUNTS}"gaps":2,`);
const GAPS = '{"type":"gap","after":null,"before":1}\n{"type":"gap","after":"7","before":null}\n';
const RANGES = head("ranges", `${COUNTS}"total":9,"fingerprint":5,`);
const COVERING = SEGMENT.replace("}", ',"after":null,"until":1}');
const NOTHING = START.replace('"rows":1,"bytes":4', '"rows":0,"bytes":0');

describe("tracked entities", () => {
  it("a delta: gaps, then segments", async () => {
    const messages = await read(encoder.encode(`${START}${DELTA}${GAPS}${SEGMENT}[1]\n${END}`));
    expect(messages.slice(2)).toMatchObject([
      { type: "gap", after: null, before: 1 },
      { type: "gap", after: "7", before: null },
      { type: "segment", rows: 1, text: "[1]\n", covers: null },
    ]);
  });

  it("compared ranges: segments that say what they cover, also when that is empty", async () => {
    const empty = '{"type":"segment","number":1,"rows":0,"bytes":0,"first":null,"last":null,"after":1,"until":null}\n';
    const ranges = RANGES.replace('"segments":1', '"segments":2');
    const messages = await read(encoder.encode(`${START}${ranges}${COVERING}[1]\n${empty}${END}`));
    expect(messages.slice(1)).toMatchObject([
      { mode: "ranges", total: 9, fingerprint: 5 },
      { covers: { after: null, until: 1 } },
      { covers: { after: 1, until: null }, rows: 0, first: null, last: null, text: "" },
    ]);
  });

  it("unchanged without counts, and a reset without a cursor", async () => {
    const reset = '{"type":"entity","entity":"B","mode":"reset","reason":"history"}\n';
    const messages = await read(encoder.encode(`${NOTHING}${head("unchanged", "")}${reset}${END}`));
    expect(messages.slice(1)).toMatchObject([
      { mode: "unchanged", rows: null, fingerprint: null, cursor: "c" },
      { mode: "reset", reason: "history" },
    ]);
  });

  it.each([
    ["fewer gaps than announced", `${START}${DELTA}${GAPS.split("\n")[0]}\n${SEGMENT}[1]\n${END}`],
    ["a gap after a segment", `${START}${DELTA}${SEGMENT}[1]\n${GAPS}${END}`],
    ["a gap in a replacement", `${START}${ENTITY}${GAPS}${SEGMENT}[1]\n${END}`],
    ["a gap without a bound", `${START}${DELTA}${GAPS.replace('"after":null,', "")}${SEGMENT}[1]\n${END}`],
    ["a gap whose bound is no key", `${START}${DELTA}${GAPS.replace("null", "true")}${SEGMENT}[1]\n${END}`],
    ["a segment of a delta that covers keys", `${START}${DELTA}${GAPS}${COVERING}[1]\n${END}`],
    ["a compared segment that covers nothing", `${START}${RANGES}${SEGMENT}[1]\n${END}`],
    ["a compared segment with one bound only", `${START}${RANGES}${COVERING.replace(',"until":1', "")}[1]\n${END}`],
    ["compared ranges without the whole", `${START}${RANGES.replace('"total":9,', "")}${COVERING}[1]\n${END}`],
    [
      "a delta with another number of rows",
      `${START}${DELTA.replace('"rows":1', '"rows":2')}${GAPS}${SEGMENT}[1]\n${END}`,
    ],
    ["a delta of another size", `${START}${DELTA.replace('"bytes":4', '"bytes":5')}${GAPS}${SEGMENT}[1]\n${END}`],
    ["a delta without columns", `${START}${DELTA.replace('"columns":["id"],', "")}${GAPS}${SEGMENT}[1]\n${END}`],
    ["rows after a reset", `${START}${head("reset", '"reason":"x",')}${SEGMENT}[1]\n${END}`],
    ["a reset without a reason", `${NOTHING}${head("reset", "")}${END}`],
    ["half of what unchanged says", `${NOTHING}${head("unchanged", '"rows":1,')}${END}`],
    ["an action after rows", `${START}${ENTITY}${SEGMENT}[1]\n{"type":"action","id":"a","status":"done"}\n${END}`],
    ["an action that ended as nothing", `${START}{"type":"action","id":"a"}\n${ENTITY}${SEGMENT}[1]\n${END}`],
    [
      "a refusal without an error",
      `${START}{"type":"action","id":"a","status":"refused"}\n${ENTITY}${SEGMENT}[1]\n${END}`,
    ],
    ["fewer rows than it began with", `${START.replace('"rows":1', '"rows":2')}${ENTITY}${SEGMENT}[1]\n${END}`],
    ["fewer bytes than it began with", `${START.replace('"bytes":4', '"bytes":5')}${ENTITY}${SEGMENT}[1]\n${END}`],
  ])("refuses an answer that has %s", async (_name, text) => {
    expect(await codeOf(text)).toBe("corrupt_response");
  });
});

const ID = "6f8f57dc-f2d9-4a0c-9d6c-0f3a1d1a5b11";
const outcome = (more: string) => `{"type":"outcome","id":"${ID}",${more}}\n`;
const ERROR = '"error":{"code":"invalid_values","message":"No.","retry":false,"fields":{"name":["Too long."]}}';

describe("outcomes of changes", () => {
  it("W3: each of them, before the rows", async () => {
    const lines = [
      '"status":"applied","key":10248,"version":3',
      '"status":"applied","key":"x","version":null',
      '"status":"conflict","theirs":{"id":1,"name":"Tofu"},"version":8,"attributes":["name"]',
      '"status":"gone"',
      `"status":"rejected",${ERROR}`,
      `"status":"waiting","for":"${ID}"`,
      `"status":"error",${ERROR}`,
      '"status":"doubt"',
    ];
    const messages = await read(encoder.encode(`${NOTHING}${lines.map(outcome).join("")}${END}`));
    const error = { code: "invalid_values", message: "No.", fields: { name: ["Too long."] } };
    const head = { type: "outcome", id: ID };
    expect(messages.slice(1)).toEqual([
      { ...head, status: "applied", key: 10248, version: 3 },
      { ...head, status: "applied", key: "x", version: null },
      { ...head, status: "conflict", theirs: { id: 1, name: "Tofu" }, version: 8, attributes: ["name"] },
      { ...head, status: "gone" },
      { ...head, status: "rejected", error: { ...error, retry: false } },
      { ...head, status: "waiting", for: ID },
      // Nothing happened: whatever it says of itself, it is sent again.
      { ...head, status: "error", error: { ...error, retry: true } },
      { ...head, status: "doubt" },
    ]);
  });

  it.each([
    ["of nobody", outcome('"status":"gone"').replace(`"${ID}"`, "7")],
    ["that is none", outcome('"status":"lost"')],
    ["without a status", outcome('"key":1')],
    ["applied without a key", outcome('"status":"applied","version":1')],
    ["applied without a version", outcome('"status":"applied","key":1')],
    ["applied with a version that is none", outcome('"status":"applied","key":1,"version":-1')],
    ["a conflict without the record", outcome('"status":"conflict","version":8,"attributes":["name"]')],
    ["a conflict with an array", outcome('"status":"conflict","theirs":[1],"version":8,"attributes":["name"]')],
    ["a conflict without its version", outcome('"status":"conflict","theirs":{},"attributes":["name"]')],
    ["a conflict without attributes", outcome('"status":"conflict","theirs":{},"version":8')],
    ["a conflict in what is no attribute", outcome('"status":"conflict","theirs":{},"version":8,"attributes":[7]')],
    ["rejected without an error", outcome('"status":"rejected"')],
    ["an error without a code", outcome('"status":"error","error":{"message":"No."}')],
    ["waiting for nothing", outcome('"status":"waiting"')],
  ])("refuses an outcome %s", async (_name, line) => {
    expect(await codeOf(`${NOTHING}${outcome('"status":"gone"')}${END}`)).toBe("none");
    expect(await codeOf(`${NOTHING}${line}${END}`)).toBe("corrupt_response");
  });

  it("refuses an outcome after rows, which would be of before it", async () => {
    const good = `${START}${outcome('"status":"gone"')}${ENTITY}${SEGMENT}[1]\n${END}`;
    expect(await codeOf(good)).toBe("none");
    expect(await codeOf(`${START}${ENTITY}${SEGMENT}[1]\n${outcome('"status":"gone"')}${END}`)).toBe(
      "corrupt_response",
    );
  });
});

describe("strictness", () => {
  it("takes a minimal answer", async () => {
    expect(await codeOf(`${START}${ENTITY}${SEGMENT}[1]\n${END}`)).toBe("none");
  });

  it("ignores messages and keys it does not know", async () => {
    const extra = '{"type":"weather","sun":true}\n';
    expect(await codeOf(`${START.replace("}", ',"x":1}')}${extra}${ENTITY}${extra}${SEGMENT}[1]\n${extra}${END}`)).toBe(
      "none",
    );
  });

  it.each([
    ["does not begin with start", `${ENTITY}${SEGMENT}[1]\n${END}`],
    ["has a row that no segment announced", `${START}[1]\n${END}`],
    ["has one row too many", `${START}${ENTITY}${SEGMENT}[1]\n[2]\n${END}`],
    ["has a segment of more than 1,000 rows", manyRows(1001)],
    ["has fewer rows than the segment says", `${START}${ENTITY}${SEGMENT.replace('"rows":1', '"rows":2')}[1]\n${END}`],
    ["has bytes that end inside of a row", `${START}${ENTITY}${SEGMENT.replace('"bytes":4', '"bytes":3')}[1]\n${END}`],
    ["lacks a segment", `${START}${ENTITY}${END}`],
    ["has another number of rows in all", `${START}${ENTITY.replace('"rows":1', '"rows":2')}${SEGMENT}[1]\n${END}`],
    ["has another fingerprint", `${START}${ENTITY}${SEGMENT}[2]\n${END}`],
    ["has segments out of order", `${START}${ENTITY}${SEGMENT.replace('"number":0', '"number":1')}[1]\n${END}`],
    ["has an unknown mode", `${START}${ENTITY.replace("replace", "improve")}${END}`],
    ["has a segment outside of an entity", `${START}${SEGMENT}[1]\n${END}`],
    ["is not JSON", `${START}{"type":\n${END}`],
    ["has a message without what it needs", `${START}${ENTITY.replace('"cursor":"c"', '"cursor":5')}${END}`],
  ])("refuses an answer that %s", async (_name, text) => {
    expect(await codeOf(text)).toBe("corrupt_response");
  });

  it("takes a segment of 1,000 rows", async () => {
    expect(await codeOf(manyRows(1000))).toBe("none");
  });

  it("refuses bytes that are not UTF-8", async () => {
    const bytes = encoder.encode(`${START}${ENTITY}${SEGMENT}[1]\n${END}`);
    bytes[START.length + 5] = 0xff;
    expect(await codeOf(bytes)).toBe("corrupt_response");
  });

  it("refuses another protocol", async () => {
    expect(await codeOf(START.replace('"protocol":1', '"protocol":2'))).toBe("protocol_unsupported");
  });

  it("lets the connection go when its reader stops", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(START + ENTITY)),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const message of readAnswer(body)) if (message.type === "entity") break;
    expect(cancelled).toBe(true);
  });
});
