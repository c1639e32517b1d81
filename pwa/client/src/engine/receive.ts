/** Phase: the answer of the server, from its stream into a staged generation that nobody sees yet. */

import type { AttributeType } from "../api";
import { SEGMENT_ROWS } from "../layers/merge";
import { keysOf } from "../layers/overlay";
import { Placed } from "../layers/placed";
import type { OutcomeMessage } from "../outbox/types";
import { readAnswer } from "../protocol/answer";
import { ClientError } from "../protocol/errors";
import { isOrdered, keyOrder } from "../protocol/keys";
import type { ActionMessage, AnswerMessage, EntityMessage, PartMessage, SegmentMessage } from "../protocol/messages";
import { trackedKeyType } from "../protocol/patterns";
import type { Preview } from "../query/preview";
import type { Content, Gap, Overview, PartialCopy, Segment, Store, StoredDefinition } from "../store/store";
import type { Ask } from "./asks";
import type { Progress } from "./progress";

/** What came of one entity, and what is staged of it in this generation. */
export interface Arrival {
  message: EntityMessage;
  segments: number;
  /** Rows and gaps. */
  size: number;
  /** Of the rows' text. */
  bytes: number;
  /** Of a snapshot. */
  parts: PartMessage[];
  lasts: Content["lasts"];
}

export interface Received {
  /** Version of the definition that explains the rows. */
  version: string;
  /** Present when it is another than the device's. */
  definition: StoredDefinition | null;
  generation: number;
  entities: Arrival[];
}

export interface Receiving {
  store: Pick<Store, "stage" | "keepPartial">;
  generation: number;
  /** Key of the user for whom the answer must be. */
  user: string;
  /** What the device has. */
  before: Pick<Overview, "definition" | "entities">;
  asks: ReadonlyMap<string, Ask>;
  progress: Progress;
  preview: Preview;
  /** What came of an action that travelled with the request: true, whatever becomes of the rest. */
  outcome(message: ActionMessage): Promise<void>;
  /** What came of changes that travelled with it, likewise. */
  outcomes(messages: OutcomeMessage[]): Promise<void>;
}

/** Outcomes that are stored at once: a transaction each would be slow, and what a closed browser loses comes again. */
const OUTCOMES_AT_ONCE = 250;

/** Resolves only when the answer was read to its end, and every segment of it is stored. */
export async function receive(body: ReadableStream<Uint8Array>, receiving: Receiving): Promise<Received> {
  const { generation, progress, before, preview } = receiving;
  const received: Received = { version: "", definition: null, generation, entities: [] };
  const seen = new Set<string>();
  let stage = new Stage(receiving);
  for await (const message of withOutcomes(readAnswer(body), receiving)) {
    if (message.type !== "gap") await stage.flush();
    if (message.type === "start") {
      if (message.user !== receiving.user) throw new ClientError("wrong_user");
      received.version = message.definition;
      progress.begin(message);
    } else if (message.type === "definition") {
      received.definition = { version: message.version, definition: message.definition };
    } else if (message.type === "action") {
      await receiving.outcome(message);
    } else if (message.type === "entity") {
      const { entity } = message;
      if (seen.has(entity)) throw new ClientError("corrupt_response", `${entity} comes twice`);
      seen.add(entity);
      const known = [received.definition, before.definition].find((one) => one?.version === received.version);
      const keyType = trackedKeyType(known?.definition, entity);
      stage = new Stage(receiving, message, keyType);
      const isWhole = message.mode === "replace" || message.mode === "snapshot";
      if (isWhole && known && before.entities[entity] === undefined) preview.begin(entity, message.columns, known);
      received.entities.push(stage.arrival);
      if (keyType !== null && isOrdered(keyType)) await keepPartial(message, keyType, receiving);
      progress.entity(message);
    } else if (message.type === "gap") {
      await stage.gap({ after: message.after, before: message.before });
    } else if (message.type === "part") {
      stage.arrival.parts.push(message);
      progress.listed(stage.arrival.message.entity, message);
    } else {
      await stage.segment(message);
      progress.rows(message.rows, message.bytes);
    }
  }
  await stage.flush(); // of the last entity: the end of an answer is no message
  return received;
}

/** The messages without outcomes of changes, which are stored as they come; of an answer that is cut those that came. */
async function* withOutcomes(
  messages: AsyncIterable<AnswerMessage>,
  { outcomes }: Receiving,
): AsyncGenerator<Exclude<AnswerMessage, OutcomeMessage>, void> {
  let waiting: OutcomeMessage[] = [];
  const store = async () => {
    const some = waiting;
    waiting = [];
    if (some.length > 0) await outcomes(some);
  };
  try {
    for await (const message of messages) {
      if (message.type === "outcome") waiting.push(message);
      if (message.type !== "outcome" || waiting.length >= OUTCOMES_AT_ONCE) await store();
      if (message.type !== "outcome") yield message;
    }
  } finally {
    await store();
  }
}

/** From here on, what is staged of a comparison is something to go on from, whatever happens (P2). */
async function keepPartial(
  message: EntityMessage,
  keyType: AttributeType,
  { store, generation, asks, before }: Receiving,
): Promise<void> {
  const { entity, mode } = message;
  const under = asks.get(entity)?.source.content;
  if (mode !== "ranges" || under === undefined) return;
  const layers = [...under.layers.map((layer) => layer.generation), generation];
  const partial: PartialCopy = { generation: under.generation, layers, keyType };
  if (!(await store.keepPartial(entity, partial, before.entities[entity]))) throw new ClientError("superseded");
}

/** Writes what comes of one entity, one numbered segment after another. */
class Stage {
  readonly arrival: Arrival;
  private gaps: Gap[] = [];
  private readonly placed: Placed | null;

  constructor(
    private readonly receiving: Pick<Receiving, "store" | "generation" | "preview">,
    message?: EntityMessage,
    keyType: AttributeType | null = null,
  ) {
    // A base is looked into for the rows that changes touch; what is replaced as a whole is not.
    this.placed = message?.mode === "replace" && keyType !== null ? new Placed(keyOrder(keyType)) : null;
    this.arrival = { message: message as EntityMessage, segments: 0, size: 0, bytes: 0, parts: [], lasts: [] };
  }

  async gap(gap: Gap): Promise<void> {
    this.gaps.push(gap);
    if (this.gaps.length >= SEGMENT_ROWS) await this.flush();
  }

  async segment({ first, last, rows, text, bytes, covers }: SegmentMessage): Promise<void> {
    const segment: Segment = { first, last, rows, text };
    if (this.placed !== null) segment.last = this.placed.last(keysOf(segment));
    if (covers !== null) segment.gaps = [{ after: covers.after, before: covers.until, closed: true }];
    await this.write(segment);
    this.arrival.bytes += bytes;
  }

  /** Writes the gaps that came so far. */
  async flush(): Promise<void> {
    const { gaps } = this;
    this.gaps = [];
    if (gaps.length > 0) await this.write({ first: null, last: null, rows: 0, text: "", gaps });
  }

  private async write(segment: Segment): Promise<void> {
    const { arrival } = this;
    const { store, generation, preview } = this.receiving;
    const { entity, mode } = arrival.message;
    await store.stage(entity, generation, arrival.segments, segment);
    if (mode === "replace") preview.staged(entity, { generation, number: arrival.segments }, segment.rows);
    arrival.segments++;
    arrival.size += segment.rows + (segment.gaps?.length ?? 0);
    arrival.lasts.push(this.placed === null ? null : segment.last);
  }
}
