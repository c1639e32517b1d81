/** A `window.offline` that lives in memory, in whatever state the screens are to be looked at. */
import type {
  AppState,
  CheckResult,
  Choice,
  Edit,
  EntityApi,
  OfflineApi,
  OfflineEvents,
  StorageReport,
  SyncError,
  SyncProgress,
  SyncResult,
  Trigger,
  User,
} from "../src/api";
import { FakeChanges, prepareChanges } from "./fake-changes";
import { FakeEntity } from "./fake-entity";
import { drawPicture, products, sample, sampleDefinition } from "./sample-data";
import { sampleSales, sampleSalesDefinition } from "./sample-sales";

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const failure: SyncError = { code: "server_error", message: "Internal server error", retry: true };

export class FakeOffline implements OfflineApi {
  readonly ready: Promise<void>;
  readonly config;
  readonly entities: Record<string, EntityApi> = {};
  readonly actions = {};
  #events = new EventTarget();
  #state: AppState;
  #full: AppState;
  #budget: number | null = 250e6;
  #persisted = false;
  #changes: FakeChanges;

  constructor(readonly has: (name: string) => boolean) {
    const anonymous = has("anonymous");
    const catalog = sampleDefinition(has("crowded"), anonymous);
    const definition = has("sales") ? sampleSalesDefinition(catalog) : catalog;
    const { app, title, description } = definition;
    this.config = { app, title, description, anonymous, base: "/", api: "/api/", language: "en" };
    const rows: Record<string, typeof sample.LocalProduct> = { ...sample, ...sampleSales };
    if (has("many")) rows.LocalProduct = products(100_000);
    if (has("empty")) rows.LocalProduct = [];
    const records: Record<string, FakeEntity> = {};
    this.#changes = new FakeChanges(definition, records, (entities) => this.#changed(entities));
    for (const entity of definition.entities) {
      const made = new FakeEntity(entity, rows[entity.name] ?? [], has("loading"));
      made.changes = this.#changes;
      records[entity.name] = made;
    }
    Object.assign(this.entities, records);
    const syncedAt = new Date(Date.now() - 5 * 60_000).toISOString();
    this.#full = {
      user: anonymous ? { key: "anonymous", name: "" } : { key: "1", name: "Nancy Davolio" },
      signInNeeded: false,
      sessionExpired: has("session"),
      definition,
      definitionVersion: "1",
      replica: "1",
      entities: Object.fromEntries(
        definition.entities.map(({ name }) => [
          name,
          { rows: rows[name]?.length ?? 0, bytes: JSON.stringify(rows[name] ?? []).length, syncedAt },
        ]),
      ),
      lastSync: syncedAt,
      syncing: null,
      lastError: has("error") ? failure : null,
      retryAt: has("error") ? new Date(Date.now() + 25_000).toISOString() : null,
      filesMissing: has("files") ? 12 : 0,
      preview: {},
      lastCheck: has("checked") ? { at: syncedAt, repaired: { LocalProduct: 10, LocalCategory: 1 } } : null,
      online: !has("offline"),
    };
    const bare = { ...this.#full, definition: null, definitionVersion: null, entities: {}, lastSync: null };
    this.#state = this.#full;
    if (has("first")) this.#state = bare;
    if (has("signedout")) this.#state = { ...bare, user: null, signInNeeded: true };
    if (has("preview")) {
      const total = rows.LocalProduct?.length ?? 0;
      const syncing = {
        context: "",
        phase: "rows",
        done: Math.round(total * 0.45),
        total,
        bytes: 9.3e6,
        totalBytes: 20.6e6,
      } as const;
      const preview = { LocalProduct: total, LocalCategory: 8 };
      this.#state = { ...bare, definition, definitionVersion: "1", preview, syncing };
    }
    if (has("dropped")) this.#state = { ...bare, online: false, lastError: { ...failure, code: "network" } };
    if (has("slow")) void this.#run("start");
    this.ready = pause(20).then(() => (has("sales") && has("changes") ? prepareChanges(this.#changes) : undefined));
  }

  async onSync(): Promise<SyncResult> {
    return this.#run("manual");
  }

  async cancel(): Promise<void> {}

  async #run(trigger: Trigger): Promise<SyncResult> {
    const result: SyncResult = { status: "complete", context: "", received: {} };
    this.#emit("syncstart", { context: "", trigger });
    const total = this.#state.lastSync ? 12 : 85;
    const fails = this.has("error") || !this.#state.online;
    for (const [phase, last] of [
      ["connect", 0],
      ["rows", total],
      ["apply", total],
      ["files", 12],
    ] as const) {
      for (let done = 0; done <= last; done += Math.max(Math.round(last / 12), 1)) {
        const total = phase === "connect" ? 0 : last;
        this.#progress({ context: "", phase, done, total, bytes: done * 240_000, totalBytes: total * 240_000 });
        await pause(this.has("slow") ? 600 : 25);
      }
      if (fails) break;
    }
    if (fails) {
      const error = this.#state.online ? failure : { ...failure, code: "network" };
      this.#change({ syncing: null, lastError: error });
      this.#emit("syncerror", { context: "", trigger, error });
      return { ...result, status: "error", error };
    }
    const pushed = this.#changes.send();
    if (Object.values(pushed).some(Boolean)) result.pushed = pushed;
    result.received = { LocalProduct: total };
    const { pending } = this.#state;
    this.#state = { ...this.#full, lastError: null, lastSync: new Date().toISOString(), ...(pending && { pending }) };
    this.#emit("datachange", { entities: ["LocalProduct"] });
    this.#change({});
    this.#emit("synccomplete", { ...result, trigger });
    return result;
  }

  addEventListener<T extends keyof OfflineEvents>(type: T, listener: (event: CustomEvent<OfflineEvents[T]>) => void) {
    this.#events.addEventListener(type, listener as EventListener);
  }

  removeEventListener<T extends keyof OfflineEvents>(
    type: T,
    listener: (event: CustomEvent<OfflineEvents[T]>) => void,
  ) {
    this.#events.removeEventListener(type, listener as EventListener);
  }

  async state() {
    return this.#state;
  }

  async file(name: string) {
    return this.has("files") ? null : drawPicture(name);
  }

  async picture(name: string, size: "small" | "large") {
    if (size === "large") await pause(this.has("slow") ? 2000 : 100);
    return this.file(name);
  }

  async check(): Promise<CheckResult> {
    await pause(this.has("slow") ? 4_000 : 300);
    if (!this.#state.online) return { status: "error", repaired: {}, error: { ...failure, code: "network" } };
    const repaired = this.has("doubt") ? { LocalProduct: 10, LocalCategory: 1 } : {};
    this.#change({ lastCheck: { at: new Date().toISOString(), repaired } });
    return { status: "complete", repaired };
  }

  async storage(): Promise<StorageReport> {
    const entities = Object.entries(this.#state.entities).map(
      ([name, { rows, bytes = 0 }]) => [name, { rows, bytes }] as const,
    );
    return {
      entities: Object.fromEntries(entities),
      pictures: { count: 1_204, bytes: 41.3e6, budget: this.#budget, missing: this.#state.filesMissing ?? 0 },
      usage: 78.2e6,
      quota: 10.7e9,
      persisted: this.#persisted,
    };
  }

  async setPictureBudget(bytes: number | null) {
    this.#budget = bytes;
    this.#change({});
  }

  async persist() {
    this.#persisted = !this.has("refused");
    return this.#persisted;
  }

  async signIn(username: string, password: string): Promise<User> {
    await pause(400);
    if (!this.#state.online) throw Object.assign(new Error("offline"), { code: "network" });
    if (username === "busy") throw Object.assign(new Error("wait"), { code: "throttled", retryAfter: 30 });
    if (password !== "demo") throw Object.assign(new Error("wrong"), { code: "invalid_credentials" });
    const user = { key: "1", name: "Nancy Davolio" };
    this.#change({ user, signInNeeded: false, sessionExpired: false });
    return user;
  }

  async signOut() {
    this.#changes.all.clear();
    this.#change({ user: null, signInNeeded: true, definition: null, entities: {}, lastSync: null });
  }

  async getNetworkStatus() {
    return this.#state.online;
  }

  async getNetworkType() {
    return "unknown" as const;
  }

  async pending() {
    return structuredClone(this.#changes.pending());
  }

  async conflicts() {
    return structuredClone(this.#changes.conflicts());
  }

  async resend(ids: string[]) {
    this.#changes.resend(ids);
  }

  async discard(ids: string[]) {
    return this.#changes.discard(ids);
  }

  async saveTogether(edits: Edit[]) {
    return this.#changes.save(edits, "group");
  }

  newKey() {
    return this.#changes.newKey();
  }

  async resolve(id: string, choice: Choice) {
    this.#changes.resolve(id, choice);
  }

  async syncProperties() {
    return { entities: {}, contexts: {}, replica: "r", definition: "9f2c41d07be5a6183342" };
  }

  #changed(entities: string[]): void {
    const changes = this.#changes.pending();
    const count = (...states: string[]) => changes.filter(({ state }) => states.includes(state)).length;
    const oldest = changes.map(({ madeAt }) => madeAt).toSorted()[0] ?? null;
    const pending = {
      ...{ unsent: count("unsent", "sending"), attention: count("rejected", "gone") },
      ...{ conflicts: count("conflict"), waiting: count("waiting"), oldest },
    };
    this.#full = { ...this.#full, pending };
    this.#change({ pending });
    this.#emit("datachange", { entities });
  }

  #progress(progress: SyncProgress): void {
    this.#state = { ...this.#state, syncing: progress };
    this.#emit("syncprogress", progress);
  }

  #change(change: Partial<AppState>): void {
    this.#state = { ...this.#state, ...change };
    this.#emit("statechange", this.#state);
  }

  #emit<T extends keyof OfflineEvents>(type: T, detail: OfflineEvents[T]): void {
    this.#events.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
