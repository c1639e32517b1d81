/** Answers that list parts (decision 0015), line by line. */

import { describe, expect, it } from "vitest";

import { streamOf } from "../testing/server";
import { readAnswer } from "./answer";
import type { ClientError } from "./errors";
import type { AnswerMessage } from "./messages";

const encoder = new TextEncoder();

async function read(text: string): Promise<AnswerMessage[]> {
  const messages: AnswerMessage[] = [];
  for await (const message of readAnswer(streamOf(encoder.encode(text)))) messages.push(message);
  return messages;
}

const SUM = "9c1f".repeat(16);
const HEAD = '{"type":"start","protocol":1,"definition":"v1","user":"anonymous","rows":1,"bytes":4';
const START = `${HEAD},"fetch":{"rows":1500,"bytes":600}}\n`;
const ENTITY =
  '{"type":"entity","entity":"A","mode":"snapshot","columns":["id"],"parts":2,"total":1500,"size":9000,"packed":600,' +
  '"fingerprint":5,"rows":1,"bytes":4,"segments":1,"gaps":1,"cursor":"c"}\n';
const FIRST = `{"type":"part","number":0,"sum":"${SUM}","rows":1000,"bytes":6000,"packed":400,"first":1,"last":"1000"}\n`;
const SECOND = `{"type":"part","number":1,"sum":"${SUM}","rows":500,"bytes":3000,"packed":200,"first":1001,"last":1500}\n`;
const GAP = '{"type":"gap","after":7,"before":null}\n';
const ROWS = '{"type":"segment","number":0,"rows":1,"bytes":4,"first":1,"last":1}\n[1]\n';
const END = '{"type":"end"}\n';
const GOOD = `${START}${ENTITY}${FIRST}${SECOND}${GAP}${ROWS}${END}`;

describe("a snapshot", () => {
  it("is parts, then what changed since", async () => {
    expect(await read(GOOD)).toMatchObject([
      { type: "start", rows: 1, bytes: 4, fetch: { rows: 1500, bytes: 600 } },
      { mode: "snapshot", parts: 2, total: 1500, size: 9000, packed: 600, fingerprint: 5, gaps: 1, cursor: "c" },
      { type: "part", number: 0, sum: SUM, rows: 1000, bytes: 6000, packed: 400, first: 1, last: "1000" },
      { type: "part", number: 1, rows: 500 },
      { type: "gap", after: 7, before: null },
      { type: "segment", rows: 1, covers: null },
    ]);
  });

  it("is nowhere in an answer that speaks of nothing to fetch", async () => {
    const [start] = await read(`${HEAD.replace('"rows":1,"bytes":4', '"rows":0,"bytes":0')}}\n${END}`);
    expect(start).toMatchObject({ fetch: { rows: 0, bytes: 0 } });
  });

  const change = (from: string, to: string) => GOOD.replace(from, to);
  it.each([
    ["fewer parts than announced", change(SECOND, "")],
    ["more parts than announced", change(SECOND, SECOND + SECOND.replace('"number":1', '"number":2'))],
    ["parts out of order", change(`${FIRST}${SECOND}`, `${SECOND}${FIRST}`)],
    ["a part after a gap", change(`${SECOND}${GAP}`, `${GAP}${SECOND}`)],
    ["a part after a segment", change(`${SECOND}${GAP}${ROWS}`, `${GAP}${ROWS}${SECOND}`)],
    ["a part in a delta", change('"mode":"snapshot"', '"mode":"delta"')],
    ["a part before any entity", change(`${ENTITY}${FIRST}`, `${FIRST}${ENTITY}`)],
    ["another number of rows in parts", change('"rows":500', '"rows":501')],
    ["another size of parts", change('"bytes":3000', '"bytes":3001')],
    ["another size of parts as they travel", change('"packed":200', '"packed":201')],
    ["other rows to fetch than it began with", change('"fetch":{"rows":1500', '"fetch":{"rows":1501')],
    ["other bytes to fetch than it began with", change('"bytes":600}', '"bytes":601}')],
    ["parts without having spoken of them", change(',"fetch":{"rows":1500,"bytes":600}', "")],
    ["something else to fetch", change('"fetch":{"rows":1500,"bytes":600}', '"fetch":"much"')],
    ["a sum that is none", change(SUM, SUM.toUpperCase())],
    ["a sum that is a path", change(SUM, `../${SUM.slice(3)}`)],
    ["a part of more than 1,000 rows", change('"rows":1000', '"rows":1001')],
    ["a part without rows", change('"rows":500', '"rows":0')],
    ["a part without its keys", change('"first":1,', "")],
    ["a snapshot that does not say how large it is", change('"size":9000,', "")],
    ["fewer gaps than announced", change(GAP, "")],
    ["a segment that covers keys", change('"first":1,"last":1}', '"first":1,"last":1,"after":null,"until":1}')],
    ["fewer segments than announced", change(ROWS, "")],
  ])("is refused in an answer that has %s", async (_what, text) => {
    expect(text).not.toBe(GOOD);
    const code = await read(text).then(
      () => "none",
      (error: ClientError) => error.code,
    );
    expect(code).toBe("corrupt_response");
  });
});
