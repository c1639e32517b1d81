/** The network between devices and the server: nothing moves on it before it is moved. */

import { quiet } from "./quiet";

/** What came back, whole. */
interface Answer {
  status: number;
  headers: [string, string][];
  cookies: string[];
  body: Uint8Array<ArrayBuffer>;
}

/** A request of a device, on its way there or back. */
export class Exchange {
  answer: Answer | null = null;
  /** Of an answer of which the first bytes came: brings the others, or breaks off. */
  rest: { come(): void; break(): void } | null = null;
  /** Nobody waits for it any more: it was given up, or its tab is closed. The server may get it all the same. */
  isForgotten = false;

  constructor(
    readonly device: string,
    readonly method: string,
    readonly path: string,
    readonly headers: Record<string, string>,
    readonly body: string | undefined,
    readonly resolve: (response: Response) => void,
    readonly reject: (error: unknown) => void,
    readonly jar: Map<string, string>,
  ) {}

  get isSync(): boolean {
    return this.method === "POST" && this.path === SYNC;
  }

  toString(): string {
    const { mutations = [] } = this.isSync ? (JSON.parse(this.body ?? "{}") as { mutations?: unknown[] }) : {};
    const what = this.path.replace(SYNC, "") || "sync";
    return `${this.device} ${this.method} ${what}${mutations.length > 0 ? ` with ${mutations.length} changes` : ""}`;
  }
}

export const SYNC = "/api/sync/sales/";
const MOST_FORGOTTEN = 6;

export class Network {
  private exchanges: Exchange[] = [];
  /** By kind, how often. */
  readonly faults: Record<string, number> = {};
  requests = 0;
  /** Final outcomes that devices were told of, by id of the mutation. */
  told = new Map<string, string>();
  private kept: ReadonlyMap<string, string> = new Map();
  /** Tabs that got an answer to its end, with cursors, since the last backup: their devices will know of a restore. */
  readonly complete = new Set<string>();
  /** How many final outcomes, by status. */
  readonly outcomes: Record<string, number> = {};
  private readonly sent = new Map<string, string>();
  readonly problems: string[] = [];

  constructor(
    private readonly server: string,
    private readonly realFetch: typeof fetch,
  ) {}

  get mutations(): number {
    return this.sent.size;
  }

  count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  }

  /** For the port of a device; `isOpen`: whether its tab is. */
  fetchFor(device: string, jar: Map<string, string>, isOpen: () => boolean) {
    return (path: string, init: RequestInit): Promise<Response> =>
      new Promise((resolve, reject) => {
        if (!isOpen()) return;
        const headers = { ...(init.headers as Record<string, string>) };
        if (jar.size > 0) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const body = init.body as string | undefined;
        const open =
          <T>(call: (given: T) => void) =>
          (given: T) =>
            isOpen() ? call(given) : undefined;
        const method = init.method ?? "GET";
        const exchange = new Exchange(device, method, path, headers, body, open(resolve), open(reject), jar);
        this.exchanges.push(exchange);
        init.signal?.addEventListener("abort", () => {
          exchange.isForgotten = true;
          exchange.rest?.break();
          exchange.reject(init.signal?.reason);
        });
      });
  }

  /** The tab that asked is closed. */
  forget(isIts: (exchange: Exchange) => boolean): void {
    for (const exchange of this.exchanges) if (isIts(exchange)) exchange.isForgotten = true;
  }

  /** What can be moved: by what there is of it. */
  get asked(): Exchange[] {
    return this.exchanges.filter(({ answer }) => answer === null);
  }

  get answered(): Exchange[] {
    return this.exchanges.filter(({ answer, rest, isForgotten }) => answer !== null && rest === null && !isForgotten);
  }

  get halfway(): Exchange[] {
    return this.exchanges.filter(({ rest, isForgotten }) => rest !== null && !isForgotten);
  }

  get waitedFor(): Exchange[] {
    return this.exchanges.filter(({ isForgotten }) => !isForgotten);
  }

  /** The server gets it, and answers; nobody has heard that yet. */
  async forward(exchange: Exchange): Promise<void> {
    exchange.answer = await this.ask(exchange);
    if (exchange.isForgotten) this.remove(exchange);
  }

  /** The server gets it twice; the device hears one of the answers. */
  async forwardTwice(exchange: Exchange, atOnce: boolean, second: boolean): Promise<void> {
    this.count(atOnce ? "request twice at once" : "request twice");
    const one = this.ask(exchange);
    if (!atOnce) await one;
    const answers = await Promise.all([one, this.ask(exchange)]);
    exchange.answer = answers[second ? 1 : 0] as Answer;
    if (exchange.isForgotten) this.remove(exchange);
  }

  /** The server gets it, and it is still under way, and will come there again. */
  async forwardEarly(exchange: Exchange): Promise<void> {
    this.count("request overtaken by itself");
    await this.ask(exchange);
  }

  /** A backup is made of what the server knows. */
  keep(): void {
    this.kept = new Map(this.told);
    this.complete.clear();
  }

  /** It is put in place of what the server knew, which was down meanwhile: what had not reached it never will. */
  restore(): void {
    this.count("restores");
    this.told = new Map(this.kept);
    for (const exchange of this.asked) this.lose(exchange, "request");
  }

  lose(exchange: Exchange, what: string): void {
    this.count(`${what} lost`);
    this.remove(exchange);
    exchange.rest?.break();
    exchange.reject(new TypeError("the network is gone"));
  }

  /** The device gets the answer: all of it. */
  deliver(exchange: Exchange): void {
    this.remove(exchange);
    if (exchange.isSync && exchange.answer?.status === 200) this.complete.add(exchange.device);
    if (exchange.rest !== null) exchange.rest.come();
    else exchange.resolve(this.response(exchange, (exchange.answer as Answer).body));
  }

  /** The first bytes of the answer come. */
  deliverPart(exchange: Exchange, share: number): void {
    this.count("answer in pieces");
    const { body } = exchange.answer as Answer;
    const middle = Math.floor(body.length * share);
    let isDone = false;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        if (middle > 0) controller.enqueue(body.slice(0, middle));
        const once = (end: () => void) => () => {
          if (!isDone) end();
          isDone = true;
        };
        exchange.rest = {
          come: once(() => {
            controller.enqueue(body.slice(middle));
            controller.close();
          }),
          break: once(() => controller.error(new TypeError("the network is gone"))),
        };
      },
      cancel() {
        isDone = true;
      },
    });
    exchange.resolve(this.response(exchange, stream));
  }

  /** Everything that is under way arrives, and what comes of it, until nothing is. */
  async calm(): Promise<void> {
    for (;;) {
      await quiet();
      const [next] = this.waitedFor;
      if (next === undefined) return;
      if (next.answer === null) await this.forward(next);
      this.deliver(next);
    }
  }

  /** What nobody waits for and the server never got is lost at last, but for the newest. */
  tidy(most = MOST_FORGOTTEN): void {
    const forgotten = this.exchanges.filter(({ isForgotten }) => isForgotten);
    const gone = forgotten.slice(0, Math.max(forgotten.length - most, 0));
    this.exchanges = this.exchanges.filter(
      (exchange) => !gone.includes(exchange) && !(exchange.isForgotten && exchange.answer !== null),
    );
  }

  private remove(exchange: Exchange): void {
    this.exchanges = this.exchanges.filter((other) => other !== exchange);
  }

  private response({ answer, jar }: Exchange, body: BodyInit): Response {
    const { status, headers, cookies } = answer as Answer;
    for (const cookie of cookies) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      if (value === "" || value === '""') jar.delete(name);
      else jar.set(name, value);
    }
    return new Response(status === 204 || status === 304 ? null : body, { status, headers });
  }

  private async ask(exchange: Exchange): Promise<Answer> {
    this.requests += 1;
    if (exchange.isSync) this.look(exchange);
    const { method, path, headers, body } = exchange;
    const response = await this.realFetch(this.server + path, { method, headers, ...(body !== undefined && { body }) });
    const answer = {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !["set-cookie", "content-encoding"].includes(name)),
      cookies: response.headers.getSetCookie(),
      body: new Uint8Array(await response.arrayBuffer()),
    };
    if (answer.status >= 500) this.problems.push(`S: ${exchange} is answered with ${answer.status}`);
    if (exchange.isSync) this.note(answer.body);
    return answer;
  }

  /** W1: what has an id is the same for ever. */
  private look({ body = "{}" }: Exchange): void {
    for (const mutation of (JSON.parse(body) as { mutations?: { id: string }[] }).mutations ?? []) {
      const text = JSON.stringify(mutation);
      if ((this.sent.get(mutation.id) ?? text) !== text) {
        this.problems.push(`W1: ${mutation.id} was ${this.sent.get(mutation.id)}, and is ${text}`);
      }
      this.sent.set(mutation.id, text);
    }
  }

  /** W1: what has an outcome has it for ever. */
  private note(body: Uint8Array): void {
    for (const line of new TextDecoder().decode(body).split("\n")) {
      if (!line.startsWith('{"type":"outcome"')) continue;
      const { id, status } = JSON.parse(line) as { id: string; status: string };
      this.outcomes[status] = (this.outcomes[status] ?? 0) + 1;
      if (["waiting", "error", "doubt"].includes(status)) continue;
      const before = this.told.get(id);
      const isHidden = before === "conflict" && status === "gone";
      if (before !== undefined && before !== status && !isHidden) {
        this.problems.push(`W1: ${id} was ${before}, and is ${status}`);
      }
      this.told.set(id, status);
    }
  }
}
