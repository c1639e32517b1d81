/**
 * Reads the answer of a sync (`docs/protocol.md`): strict about everything it knows, deaf to what it does not know.
 * Row lines are never parsed: a segment's text is handed on as it came.
 */

import { ByteReader } from "./bytes";
import { ClientError } from "./errors";
import { addFingerprints, rowFingerprint } from "./fingerprint";
import {
  type AnswerMessage,
  type DefinitionMessage,
  PROTOCOL,
  type ReplaceMessage,
  type SegmentMessage,
  type StartMessage,
  type UnchangedMessage,
} from "./messages";

const LINE_FEED = 10;
const BRACKET = 91;
// The byte order mark is not ours to swallow, and bytes that are not UTF-8 are damage.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type Fields = Record<string, unknown>;

/**
 * The messages of an answer, each segment with its rows. Returns only after `end` was read.
 *
 * @throws ClientError `incomplete_response`, `corrupt_response`, `protocol_unsupported`, `network`.
 */
export async function* readAnswer(body: ReadableStream<Uint8Array>): AsyncGenerator<AnswerMessage, void> {
  const source = body.getReader();
  const reader = new ByteReader(source);
  try {
    const start = await nextMessage(reader);
    if (start.type !== "start") throw corrupt("the first message is not start");
    yield asStart(start);
    let entity: ReplaceMessage | null = null;
    let received: Received = NOTHING;
    for (;;) {
      const fields = await nextMessage(reader);
      if (fields.type === "segment") {
        if (entity === null) throw corrupt("a segment outside of an entity");
        const segment: SegmentMessage = await readSegment(fields, reader);
        if (segment.number !== received.segments) throw corrupt(`${entity.entity}: segments out of order`);
        received = add(received, segment);
        yield segment;
      } else if (fields.type === "entity" || fields.type === "end") {
        if (entity !== null) check(entity, received);
        if (fields.type === "end") return;
        const message: ReplaceMessage | UnchangedMessage = asEntity(fields);
        entity = message.mode === "replace" ? message : null;
        received = NOTHING;
        yield message;
      } else if (fields.type === "definition") {
        yield asDefinition(fields);
      }
    }
  } finally {
    // Also when the consumer stopped reading: the connection is let go.
    source.cancel().catch(() => undefined);
  }
}

interface Received {
  segments: number;
  rows: number;
  fingerprint: number;
}

const NOTHING: Received = { segments: 0, rows: 0, fingerprint: 0 };

function add(received: Received, segment: SegmentMessage): Received {
  return {
    segments: received.segments + 1,
    rows: received.rows + segment.rows,
    fingerprint: addFingerprints(received.fingerprint, segment.fingerprint),
  };
}

function check(entity: ReplaceMessage, received: Received): void {
  for (const name of ["segments", "rows", "fingerprint"] as const) {
    if (entity[name] !== received[name]) {
      throw corrupt(`${entity.entity}: ${name} is ${received[name]} where ${entity[name]} was announced`);
    }
  }
}

async function nextMessage(reader: ByteReader): Promise<Fields> {
  const line = await reader.line();
  if (line === null) throw new ClientError("incomplete_response");
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(line));
  } catch (error) {
    throw corrupt(error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw corrupt("a line that is no message, outside of a segment");
  }
  return value as Fields;
}

async function readSegment(fields: Fields, reader: ByteReader): Promise<SegmentMessage> {
  const rows = count(fields, "rows");
  const block = await reader.block(count(fields, "bytes"));
  if (block === null) throw new ClientError("incomplete_response");
  let lines = 0;
  let fingerprint = 0;
  for (let at = 0; at < block.length; lines++) {
    const end = block.indexOf(LINE_FEED, at);
    if (end < 0 || block[at] !== BRACKET) throw corrupt("a segment whose bytes are not whole rows");
    fingerprint = addFingerprints(fingerprint, rowFingerprint(block.subarray(at, end)));
    at = end + 1;
  }
  if (lines !== rows) throw corrupt(`a segment of ${lines} rows where ${rows} were announced`);
  return {
    type: "segment",
    number: count(fields, "number"),
    rows,
    first: key(fields, "first"),
    last: key(fields, "last"),
    text: decode(block),
    fingerprint,
  };
}

function decode(block: Uint8Array): string {
  try {
    return decoder.decode(block);
  } catch (error) {
    throw corrupt(error);
  }
}

function asStart(fields: Fields): StartMessage {
  if (fields.protocol !== PROTOCOL) throw new ClientError("protocol_unsupported", fields.protocol);
  return {
    type: "start",
    protocol: PROTOCOL,
    definition: text(fields, "definition"),
    user: text(fields, "user"),
    rows: count(fields, "rows"),
    bytes: count(fields, "bytes"),
  };
}

function asDefinition(fields: Fields): DefinitionMessage {
  const definition = fields.definition as DefinitionMessage["definition"] | undefined;
  if (!Array.isArray(definition?.entities) || typeof definition.contexts !== "object") {
    throw corrupt("a definition without entities or contexts");
  }
  return { type: "definition", version: text(fields, "version"), definition };
}

function asEntity(fields: Fields): ReplaceMessage | UnchangedMessage {
  const base = {
    type: "entity",
    entity: text(fields, "entity"),
    rows: count(fields, "rows"),
    fingerprint: count(fields, "fingerprint"),
    cursor: text(fields, "cursor"),
  } as const;
  if (fields.mode === "unchanged") return { ...base, mode: "unchanged" };
  if (fields.mode !== "replace") throw corrupt(`${base.entity}: unknown mode ${String(fields.mode)}`);
  const columns = fields.columns;
  if (!Array.isArray(columns) || columns.length === 0 || columns.some((name) => typeof name !== "string")) {
    throw corrupt(`${base.entity}: columns`);
  }
  return { ...base, mode: "replace", columns, segments: count(fields, "segments") };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw corrupt(`${name} is not a string`);
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw corrupt(`${name} is not a count`);
  }
  return value;
}

function key(fields: Fields, name: string): string | number {
  const value = fields[name];
  if (typeof value !== "string" && typeof value !== "number") throw corrupt(`${name} is not a key`);
  return value;
}

function corrupt(detail: unknown): ClientError {
  return new ClientError("corrupt_response", detail);
}
