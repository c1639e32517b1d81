import type { AttributeType, Definition, EntityDefinition, Key, Row, SyncError, User, WireValue } from "../api";
import { syncedNames } from "../by-name";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import type { Fetch } from "../protocol/http";
import type { CarriedCall, Range, SyncRequest } from "../protocol/messages";
import { isTracked } from "../protocol/patterns";
import { sha256 } from "../protocol/sha256";
import { areMutations, Pushed } from "./pushed";
import { areOrdered, listOf, type Publish, type Told, TrackedEntity } from "./tracked";

const encoder = new TextEncoder();

export interface Asked {
  method: string;
  /** Below the API's address, with its query. */
  path: string;
  headers: Headers;
  body: unknown;
  signal: AbortSignal | null;
}

export const API = "/api/sync/shop/";

/** An attribute that says nothing of itself. */
export function attribute(name: string, type: AttributeType = "string") {
  return { name, label: name, type, null: true };
}

export function entity(name: string, attributes: [string, AttributeType][], pattern = "read-only"): EntityDefinition {
  return {
    name,
    label: name,
    label_plural: `${name}s`,
    pattern,
    key: attributes[0]?.[0] ?? "id",
    attributes: attributes.map(([attributeName, type]) => attribute(attributeName, type)),
    list_display: ["name"],
    search_fields: ["name"],
    list_filter: [],
    ordering: ["name"],
    pictures: [],
  };
}

/** A server that speaks `docs/protocol.md` from memory, and can be made to misbehave. */
export class FakeServer {
  readonly asked: Asked[] = [];
  online = true;
  /** Called for each request while it is not online. */
  unreachable: () => void = () => undefined;
  user: User | null;
  passwords: Record<string, { password: string; user: User }> = {};
  definition: Definition;
  version = "v1";
  rows: Record<string, WireValue[][]> = {};
  files: Record<string, string> = {};
  /** Bytes of pictures in these sizes. */
  sizes: { small?: number; large?: number } = {};
  /** The project's own, by name. */
  actions: Record<string, (input: Row) => WireValue> = {};
  /** What came of actions that travelled with a sync, by id; `error` is no outcome. */
  readonly ledger = new Map<string, object>();
  /** Ids of which a device said that it does not ask again. */
  readonly confirmed: string[] = [];
  /** What devices changed. */
  readonly pushed = new Pushed({
    rows: () => this.rows,
    write: (rows) => {
      this.rows = rows;
    },
    entities: () => this.definition.entities,
  });
  /** Bytes of a body that is not too large. */
  mostBytes = 2_500_000;
  /** So many answers to the next syncs do not arrive: what they are of has happened. */
  lost = 0;
  token = "token-1";
  segmentRows = 1000;
  /** Entities of more rows come in parts to be fetched. */
  inlineRows = Number.POSITIVE_INFINITY;
  /** The parts that can be fetched, by entity and sum. */
  readonly parts = new Map<string, string>();
  /** What the last answer said of each entity. */
  told: Record<string, Told["message"]> = {};
  /** The order of keys that the database has, when it is not the one that devices have too. */
  sortAs: ((key: Key) => number) | null = null;
  private readonly tracked = new Map<string, TrackedEntity>();
  /** Answers instead of the server, when it returns something. */
  intercept: ((asked: Asked) => Response | undefined | Promise<Response | undefined>) | null = null;
  /** Changes the bytes of a sync's answer. */
  damage: ((bytes: Uint8Array) => Uint8Array | ReadableStream<Uint8Array>) | null = null;

  constructor(
    entities: EntityDefinition[],
    readonly anonymous = true,
  ) {
    this.user = anonymous ? { key: "anonymous", name: "" } : null;
    const contexts = { first: [entities[0]?.name ?? ""] };
    this.definition = { app: "shop", title: "Shop", description: "", anonymous, contexts, entities };
    for (const { name } of entities) this.rows[name] = [];
  }

  /** What was asked, in words: `POST session/`. */
  get log(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  readonly fetch: Fetch = async (url, init) => {
    if (!this.online) {
      this.unreachable();
      throw new TypeError("Failed to fetch");
    }
    const asked: Asked = {
      method: init.method ?? "GET",
      path: url.slice(API.length),
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      signal: init.signal ?? null,
    };
    this.asked.push(asked);
    const answer = (await this.intercept?.(asked)) ?? this.serve(asked);
    if (asked.method !== "POST" || asked.path !== "" || this.lost === 0) return answer;
    this.lost--;
    throw new TypeError("Failed to fetch");
  };

  /** What the server itself would answer. */
  serve(asked: Asked): Response {
    const { method, path, headers } = asked;
    if (method !== "GET" && headers.get("X-CSRFToken") !== this.token) return failure(403, "csrf_failed");
    if (path === "session/") {
      if (method === "POST") return this.signIn(asked.body as { username: string; password: string });
      if (method === "DELETE") {
        if (this.user !== null && headers.get("Haversack-User") !== this.user.key) return failure(409, "wrong_user");
        this.user = null;
      }
      return this.session();
    }
    if (this.user === null) return failure(401, "sign_in_required");
    if (headers.get("Haversack-User") !== this.user.key) return failure(409, "wrong_user");
    if (path.startsWith("segments/")) return this.part(path.slice("segments/".length, -1));
    if (path.startsWith("actions/")) return this.act(asked);
    if (path.startsWith("files/")) return this.file(new URL(path, "http://x/").searchParams);
    return this.sync(asked);
  }

  private session(): Response {
    const { settings } = this.definition;
    return Response.json({ csrf_token: this.token, anonymous: this.anonymous, user: this.user, settings });
  }

  private signIn({ username, password }: { username: string; password: string }): Response {
    const known = this.passwords[username];
    if (known?.password !== password) return failure(400, "invalid_credentials");
    this.user = known.user;
    this.token = `${this.token}+`;
    return this.session();
  }

  private act({ path, body }: Asked): Response {
    const action = this.actions[path.slice("actions/".length, -1)];
    if (action === undefined) return failure(404, "unknown_action");
    return Response.json({ output: action((body as { input: Row }).input) });
  }

  /** Once for each id. An action that throws an error of the protocol says no, or that it is to be tried again. */
  private perform({ id, name, input }: CarriedCall): object {
    const known = this.ledger.get(id);
    if (known !== undefined) return known;
    let outcome: object;
    try {
      outcome = { status: "done", output: this.actions[name]?.(input as unknown as Row) };
    } catch (error) {
      if ((error as SyncError).retry) return { status: "error", error };
      outcome = { status: "refused", error };
    }
    this.ledger.set(id, outcome);
    return outcome;
  }

  /** A picture in a size says which; it has as many bytes as `sizes` says. */
  private file(asked: URLSearchParams): Response {
    const [name, size] = [asked.get("name") ?? "", asked.get("size")];
    const original = this.files[name];
    if (original === undefined) return failure(404, "not_found");
    const bytes = size === "small" || size === "large" ? this.sizes[size] : undefined;
    const content = size === null ? original : `${size} ${original}`.padEnd(bytes ?? 0);
    return new Response(content, { headers: { "Content-Type": "image/png", ETag: `"${name}"` } });
  }

  private part(name: string): Response {
    const text = this.parts.get(name);
    if (text === undefined) return failure(404, "not_found");
    return new Response(text, { headers: { "Content-Type": "application/x-ndjson", ETag: `"${name}"` } });
  }

  private sync({ body, headers }: Asked): Response {
    const { context: name, entities, cursors, ranges } = body as SyncRequest;
    const all = syncedNames(this.definition);
    const context = name === "" ? all : this.definition.contexts[name];
    if (context === undefined) return failure(400, "unknown_context");
    if (entities?.some((wanted) => !context.includes(wanted))) return failure(400, "unknown_entity");
    const typeOf = (of: string) => this.definition.entities.find((one) => one.name === of)?.attributes[0]?.type ?? "";
    const isRefused = ([of, list]: [string, Range[]]) => !areOrdered(list, typeOf(of));
    if (Object.entries(ranges ?? {}).some(isRefused)) return failure(400, "invalid_request");
    const { actions = [], confirmed = [], mutations = [] } = body as SyncRequest;
    if (encoder.encode(JSON.stringify(body)).length > this.mostBytes) return failure(413, "body_too_large");
    if (!areMutations(mutations)) return failure(400, "invalid_request");
    if (actions.some((call) => this.actions[call.name] === undefined)) return failure(404, "unknown_action");
    this.confirmed.push(...confirmed);
    const outcomes = actions.map((call) => JSON.stringify({ type: "action", id: call.id, ...this.perform(call) }));
    const user = headers.get("Haversack-User") ?? "";
    const who = { user, replica: headers.get("Haversack-Replica") ?? "" };
    const isDoubt = Object.entries(cursors).some(([of, cursor]) => this.tracked.get(of)?.knows(cursor) === false);
    outcomes.push(...this.pushed.push(mutations, who, isDoubt).map((outcome) => JSON.stringify(outcome)));
    const bytes = this.answer(entities ?? context, cursors, headers.get("Haversack-Definition"), ranges, outcomes);
    const content = this.damage?.(bytes) ?? bytes;
    return new Response(content as BodyInit, { headers: { "Content-Type": "application/x-ndjson" } });
  }

  /** The whole answer of a sync, as bytes. */
  answer(
    entities: string[],
    cursors: Record<string, string>,
    definition: string | null,
    ranges: SyncRequest["ranges"] = {},
    outcomes: string[] = [],
  ): Uint8Array {
    const told = entities.map((name) => this.tell(name, cursors[name], ranges[name]));
    this.told = Object.fromEntries(entities.map((name, at) => [name, (told[at] as Told).message]));
    const [rows, bytes] = (["rows", "bytes"] as const).map((count) => {
      return told.reduce((sum, { message, lines }) => sum + (lines.length > 0 ? (message[count] ?? 0) : 0), 0);
    });
    const listed = told.flatMap(({ message }) => (message.mode === "snapshot" ? message : []));
    const all = (count: string) => listed.reduce((sum, message) => sum + Number(message[count]), 0);
    const fetch = listed.length > 0 ? { fetch: { rows: all("total"), bytes: all("packed") } } : {};
    const start = { type: "start", protocol: 1, definition: this.version, user: this.user?.key, rows, bytes, ...fetch };
    const head = [JSON.stringify(start)];
    if (definition !== this.version) {
      head.push(JSON.stringify({ type: "definition", version: this.version, definition: this.definition }));
    }
    const lines = told.flatMap(({ message, lines }) => [JSON.stringify(message), ...lines]);
    return encoder.encode(`${[...head, ...outcomes, ...lines, '{"type":"end"}'].join("\n")}\n`);
  }

  /** Another history, as after a restore from a backup: cursors of tracked entities mean nothing any more. */
  forget(): void {
    for (const tracked of this.tracked.values()) tracked.forget();
  }

  /** Number of rows of an entity, and the sum of their fingerprints. */
  contentOf(name: string): { rows: number; fingerprint: number } {
    const rows = this.rows[name] ?? [];
    return { rows: rows.length, fingerprint: contentOf(rows, this.segmentRows).fingerprint };
  }

  /** What keeps the parts of an entity; `null` where it is so small that it comes whole. */
  private publisher(name: string): Publish | null {
    if ((this.rows[name]?.length ?? 0) <= this.inlineRows) return null;
    return (text) => {
      const sum = sumOf(text);
      this.parts.set(`${name}/${sum}`, text);
      return sum;
    };
  }

  private tell(name: string, cursor: string | undefined, ranges: Range[] | undefined): Told {
    const declared = this.definition.entities.find((candidate) => candidate.name === name) ?? entity(name, []);
    const rows = this.rows[name] ?? [];
    if (isTracked(declared.pattern)) {
      const tracked = this.tracked.get(name) ?? new TrackedEntity(name);
      this.tracked.set(name, tracked);
      return tracked.tell(declared, rows, cursor, ranges, this.segmentRows, this.sortAs, this.publisher(name));
    }
    const content = contentOf(rows, this.segmentRows);
    const { fingerprint, bytes, segments } = content;
    const now = `${rows.length}.${fingerprint}`;
    const head = { type: "entity", entity: name, rows: rows.length, fingerprint, cursor: now };
    if (cursor === now) return { message: { ...head, mode: "unchanged" }, lines: [] };
    const columns = declared.attributes.map((column) => column.name);
    const publish = this.publisher(name);
    if (publish !== null) {
      const texts = rows.map((row) => JSON.stringify(row));
      const count = Math.ceil(texts.length / this.segmentRows);
      const parts = Array.from({ length: count }, (_, at) => {
        return texts.slice(at * this.segmentRows, (at + 1) * this.segmentRows);
      });
      const { message, lines } = listOf(parts, publish);
      return { message: { ...head, ...message, columns, rows: 0, bytes: 0, segments: 0, gaps: 0 }, lines };
    }
    return { message: { ...head, mode: "replace", bytes, columns, segments }, lines: content.lines };
  }
}

function sumOf(text: string): string {
  return Array.from(sha256(encoder.encode(text)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function contentOf(rows: WireValue[][], segmentRows: number) {
  const texts = rows.map((row) => JSON.stringify(row));
  const fingerprint = texts.reduce((sum, text) => addFingerprints(sum, rowFingerprint(encoder.encode(text))), 0);
  const lines: string[] = [];
  let total = 0;
  const segments = Math.ceil(texts.length / segmentRows);
  for (let number = 0; number < segments; number++) {
    const part = texts.slice(number * segmentRows, (number + 1) * segmentRows);
    const bytes = part.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
    total += bytes;
    const [first, last] = [part[0], part.at(-1)].map((text) => JSON.parse(text ?? "[]")[0]);
    lines.push(JSON.stringify({ type: "segment", number, rows: part.length, bytes, first, last }), ...part);
  }
  return { fingerprint, bytes: total, segments, lines };
}

export function failure(status: number, code: string, retry = false, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { code, message: `It is ${code}.`, retry } }, { status, headers });
}

/** A stream of these chunks, and then its end. */
export function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
