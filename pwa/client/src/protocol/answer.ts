/**
 * Reads the answer of a sync (`docs/protocol.md`): strict about everything it knows, deaf to what it does not know.
 * Row lines are never parsed: a segment's text is handed on as it came.
 */

import { ByteReader } from "./bytes";
import { ClientError } from "./errors";
import { addFingerprints, rowFingerprint } from "./fingerprint";
import type { AnswerMessage, EntityMessage, PartMessage, SegmentMessage, StartMessage } from "./messages";
import {
  asAction,
  asDefinition,
  asEntity,
  asGap,
  asOutcome,
  asPart,
  asSegment,
  asStart,
  corrupt,
  type Fields,
} from "./parse";

const LINE_FEED = 10;
const BRACKET = 91;
// The byte order mark is not ours to swallow, and bytes that are not UTF-8 are damage.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The messages of an answer, each segment with its rows. Returns only after `end` was read.
 *
 * @throws ClientError `incomplete_response`, `corrupt_response`, `protocol_unsupported`, `network`.
 */
export async function* readAnswer(body: ReadableStream<Uint8Array>): AsyncGenerator<AnswerMessage, void> {
  const source = body.getReader();
  const reader = new ByteReader(source);
  try {
    const fields = await nextMessage(reader);
    if (fields.type !== "start") throw corrupt("the first message is not start");
    const start = asStart(fields);
    yield start;
    yield* readEntities(reader, start);
  } finally {
    // Also when the consumer stopped reading: the connection is let go.
    source.cancel().catch(() => undefined);
  }
}

async function* readEntities(reader: ByteReader, start: StartMessage): AsyncGenerator<AnswerMessage, void> {
  let entity: EntityMessage | null = null;
  let received: Received = NOTHING;
  const all = { rows: 0, bytes: 0, total: 0, packed: 0 };
  for (;;) {
    const fields = await nextMessage(reader);
    if (fields.type === "segment") {
      const segment = await readSegment(fields, reader);
      if (segment.number !== received.segments) throw corrupt("segments out of order");
      if (!isWhere(segment, entity)) throw corrupt("a segment where there is none");
      received = add(received, segment);
      yield segment;
    } else if (fields.type === "part") {
      const part = asPart(fields);
      if (entity?.mode !== "snapshot" || received.gaps + received.segments > 0)
        throw corrupt("a part where there is none");
      if (part.number !== received.parts) throw corrupt("parts out of order");
      received = addPart(received, part);
      yield part;
    } else if (fields.type === "gap") {
      const isWhere = entity?.mode === "delta" || entity?.mode === "snapshot";
      if (!isWhere || received.segments > 0) throw corrupt("a gap where there is none");
      received = { ...received, gaps: received.gaps + 1 };
      yield asGap(fields);
    } else if (fields.type === "entity" || fields.type === "end") {
      if (entity !== null) check(entity, received);
      for (const name of ["rows", "bytes", "total", "packed"] as const) all[name] += received[name];
      if (fields.type === "end") break;
      received = NOTHING;
      entity = asEntity(fields);
      yield entity;
    } else if (fields.type === "definition") {
      yield asDefinition(fields);
    } else if (fields.type === "action") {
      if (entity !== null) throw corrupt("the outcome of an action after rows");
      yield asAction(fields);
    } else if (fields.type === "outcome") {
      // The rows are of after it.
      if (entity !== null) throw corrupt("the outcome of a change after rows");
      yield asOutcome(fields);
    }
  }
  const { fetch } = start;
  const announced = { rows: start.rows, bytes: start.bytes, total: fetch.rows, packed: fetch.bytes };
  for (const [name, expected] of Object.entries(announced)) {
    const found = all[name as keyof typeof all];
    if (found !== expected) throw corrupt(`${name} is ${found} where ${expected} was announced in all`);
  }
}

interface Received {
  parts: number;
  /** Of the parts: rows, bytes of row lines, bytes compressed. */
  total: number;
  size: number;
  packed: number;
  gaps: number;
  segments: number;
  rows: number;
  bytes: number;
  fingerprint: number;
}

const NOTHING: Received = {
  parts: 0,
  total: 0,
  size: 0,
  packed: 0,
  gaps: 0,
  segments: 0,
  rows: 0,
  bytes: 0,
  fingerprint: 0,
};

/** Segments say which keys they cover in a comparison, and there only. */
function isWhere({ covers }: SegmentMessage, entity: EntityMessage | null): boolean {
  if (entity?.mode === "ranges") return covers !== null;
  return covers === null && ["replace", "delta", "snapshot"].includes(entity?.mode ?? "");
}

function add(received: Received, segment: SegmentMessage): Received {
  return {
    ...received,
    segments: received.segments + 1,
    rows: received.rows + segment.rows,
    bytes: received.bytes + segment.bytes,
    fingerprint: addFingerprints(received.fingerprint, segment.fingerprint),
  };
}

function addPart(received: Received, { rows, bytes, packed }: PartMessage): Received {
  return {
    ...received,
    parts: received.parts + 1,
    total: received.total + rows,
    size: received.size + bytes,
    packed: received.packed + packed,
  };
}

function check(entity: EntityMessage, received: Received): void {
  const announced: Partial<Received> = {};
  if (entity.mode !== "unchanged" && entity.mode !== "reset") {
    const { rows, bytes, segments } = entity;
    Object.assign(announced, { rows, bytes, segments });
  }
  if (entity.mode === "replace") announced.fingerprint = entity.fingerprint;
  if (entity.mode === "delta" || entity.mode === "snapshot") announced.gaps = entity.gaps;
  if (entity.mode === "snapshot") {
    const { parts, total, size, packed } = entity;
    Object.assign(announced, { parts, total, size, packed });
  }
  for (const [name, expected] of Object.entries(announced)) {
    const found = received[name as keyof Received];
    if (found !== expected) throw corrupt(`${entity.entity}: ${name} is ${found} where ${expected} was announced`);
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
  const segment = asSegment(fields);
  const block = await reader.block(segment.bytes);
  if (block === null) throw new ClientError("incomplete_response");
  let lines = 0;
  let fingerprint = 0;
  for (let at = 0; at < block.length; lines++) {
    const end = block.indexOf(LINE_FEED, at);
    if (end < 0 || block[at] !== BRACKET) throw corrupt("a segment whose bytes are not whole rows");
    fingerprint = addFingerprints(fingerprint, rowFingerprint(block.subarray(at, end)));
    at = end + 1;
  }
  if (lines !== segment.rows) throw corrupt(`a segment of ${lines} rows where ${segment.rows} were announced`);
  return { ...segment, text: decode(block), fingerprint };
}

function decode(block: Uint8Array): string {
  try {
    return decoder.decode(block);
  } catch (error) {
    throw corrupt(error);
  }
}
