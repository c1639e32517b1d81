import type { AttributeType, Definition, EntityDefinition, User, WireValue } from "../api";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import type { Fetch } from "../protocol/http";

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

export function entity(name: string, attributes: [string, AttributeType][]): EntityDefinition {
  return {
    name,
    label: name,
    label_plural: `${name}s`,
    pattern: "read-only",
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
  user: User | null;
  passwords: Record<string, { password: string; user: User }> = {};
  definition: Definition;
  version = "v1";
  rows: Record<string, WireValue[][]> = {};
  files: Record<string, string> = {};
  token = "token-1";
  segmentRows = 1000;
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
    if (!this.online) throw new TypeError("Failed to fetch");
    const asked: Asked = {
      method: init.method ?? "GET",
      path: url.slice(API.length),
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      signal: init.signal ?? null,
    };
    this.asked.push(asked);
    return (await this.intercept?.(asked)) ?? this.serve(asked);
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
    if (path.startsWith("files/")) return this.file(new URL(path, "http://x/").searchParams.get("name") ?? "");
    return this.sync(asked);
  }

  private session(): Response {
    return Response.json({ csrf_token: this.token, anonymous: this.anonymous, user: this.user });
  }

  private signIn({ username, password }: { username: string; password: string }): Response {
    const known = this.passwords[username];
    if (known?.password !== password) return failure(400, "invalid_credentials");
    this.user = known.user;
    this.token = `${this.token}+`;
    return this.session();
  }

  private file(name: string): Response {
    const content = this.files[name];
    if (content === undefined) return failure(404, "not_found");
    return new Response(content, { headers: { "Content-Type": "image/png", ETag: `"${name}"` } });
  }

  private sync({ body, headers }: Asked): Response {
    const request = body as { context: string; entities?: string[]; cursors: Record<string, string> };
    const all = this.definition.entities.map(({ name }) => name);
    const context = request.context === "" ? all : this.definition.contexts[request.context];
    if (context === undefined) return failure(400, "unknown_context");
    if (request.entities?.some((name) => !context.includes(name))) return failure(400, "unknown_entity");
    const bytes = this.answer(request.entities ?? context, request.cursors, headers.get("Haversack-Definition"));
    const content = this.damage?.(bytes) ?? bytes;
    return new Response(content as BodyInit, { headers: { "Content-Type": "application/x-ndjson" } });
  }

  /** The whole answer of a sync, as bytes. */
  answer(entities: string[], cursors: Record<string, string>, definition: string | null): Uint8Array {
    const lines: string[] = [];
    let total = 0;
    for (const name of entities) {
      const texts = (this.rows[name] ?? []).map((row) => JSON.stringify(row));
      const fingerprint = texts.reduce((sum, text) => addFingerprints(sum, rowFingerprint(encoder.encode(text))), 0);
      const cursor = `${texts.length}.${fingerprint}`;
      const head = { type: "entity", entity: name, rows: texts.length, fingerprint, cursor };
      if (cursors[name] === cursor) {
        lines.push(JSON.stringify({ ...head, mode: "unchanged" }));
        continue;
      }
      total += texts.length;
      const columns = this.definition.entities.find((candidate) => candidate.name === name)?.attributes ?? [];
      const segments = Math.ceil(texts.length / this.segmentRows);
      lines.push(JSON.stringify({ ...head, mode: "replace", columns: columns.map((column) => column.name), segments }));
      for (let number = 0; number < segments; number++) {
        const part = texts.slice(number * this.segmentRows, (number + 1) * this.segmentRows);
        const bytes = part.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
        const [first, last] = [part[0], part.at(-1)].map((text) => JSON.parse(text ?? "[]")[0]);
        lines.push(JSON.stringify({ type: "segment", number, rows: part.length, bytes, first, last }), ...part);
      }
    }
    const start = { type: "start", protocol: 1, definition: this.version, user: this.user?.key, rows: total, bytes: 0 };
    const head = [JSON.stringify(start)];
    if (definition !== this.version) {
      head.push(JSON.stringify({ type: "definition", version: this.version, definition: this.definition }));
    }
    return encoder.encode(`${[...head, ...lines, '{"type":"end"}'].join("\n")}\n`);
  }
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
