/** The engine of one tab: everything that `window.offline` offers, off the main thread and behind one interface. */

import type {
  AppConfig,
  AppState,
  CheckResult,
  Choice,
  Conflict,
  Edit,
  Facet,
  Key,
  ListOptions,
  PendingChange,
  Row,
  StorageReport,
  SyncProperties,
  SyncResult,
  Trigger,
  User,
} from "../api";
import type { Ports } from "../ports";
import { ClientError, HaversackError } from "../protocol/errors";
import type { FacetOptions } from "../query/table";
import { Account } from "./account";
import { OnSyncModule } from "./custom";
import type { Emit, EventName, Listener, TabMessage } from "./events";
import { DEFAULT_LIMITS, type Limits } from "./limits";
import { isAnonymous, Person } from "./person";
import type { PictureSize } from "./pictures";
import type { Job } from "./plan";
import { Probing } from "./probing";
import { Reminder } from "./reminder";
import { Server } from "./server";
import { storageReport, textBytes } from "./storage";
import type { Occurrence } from "./triggers";

export interface SyncOptions {
  discardPending?: boolean;
  trigger?: Trigger;
  /** See `Job`. */
  pressed?: boolean;
}

const NO_REPLICA = "00000000-0000-0000-0000-000000000000";
const NOTHING = { done: 0, total: 0, bytes: 0, totalBytes: 0 };
const ANONYMOUS: User = { key: "anonymous", name: "" };

export class Engine {
  private readonly server: Server;
  private readonly account: Account;
  private readonly signOuts: Reminder;
  private person: Person | null = null;
  private listener: Listener = () => undefined;
  private readonly onSyncModule: OnSyncModule | null;
  private readonly probing: Probing;
  private online: boolean;
  private visible: boolean;
  private meeting: Promise<void> = Promise.resolve();
  private telling: Promise<void> = Promise.resolve();
  private asked: Promise<void> | null = null;
  private toTell = false;

  constructor(
    private readonly config: Pick<AppConfig, "app" | "api" | "anonymous" | "on_sync">,
    private readonly ports: Ports,
    /** How things stand at first: what the browser thinks of the network, and whether the page is looked at. */
    private readonly options: { online: boolean; visible: boolean; limits?: Limits },
  ) {
    this.online = options.online;
    this.visible = options.visible;
    this.server = new Server(ports.fetch, config.api, (online) => this.setOnline(online));
    this.account = new Account(ports, config.app, this.server, this.limits);
    this.signOuts = new Reminder(ports.clock, () => this.account.tellServer());
    this.onSyncModule = config.on_sync ? new OnSyncModule(ports.load, config.on_sync) : null;
    this.probing = new Probing(ports.clock, () => this.account.probe(), options);
  }

  /** Opens the store of whoever is signed in on this device. */
  async start(listener: Listener): Promise<void> {
    this.listener = listener;
    this.ports.channel.listen((message) => this.heard(message as TabMessage));
    if (!this.config.anonymous) await this.account.wipe();
    await this.meet();
    void this.begin();
    void this.tellSignOuts();
  }

  /** Whether the server can be reached is proved once at first; a device that has nothing needs it to begin at all. */
  private async begin(): Promise<void> {
    // Who is to sign in first has the session asked for.
    if (this.person === null) return;
    const proved = this.account.probe().catch(() => undefined);
    if ((await this.state()).definition === null) await proved;
    await this.person?.automatic.start().catch(() => undefined);
  }

  /** The names of the entities that the definition on this device has. */
  async entityNames(): Promise<string[]> {
    return (await this.state()).definition?.entities.map((entity) => entity.name) ?? [];
  }

  async list(entity: string, options: ListOptions = {}): Promise<Row[]> {
    return (await this.person?.tables.list(entity, options)) ?? [];
  }

  async count(entity: string, options: Pick<ListOptions, "search" | "where"> = {}): Promise<number> {
    return (await this.person?.tables.count(entity, options)) ?? 0;
  }

  async facets(entity: string, options: FacetOptions): Promise<Record<string, Facet>> {
    return (await this.person?.tables.facets(entity, options)) ?? {};
  }

  async get(entity: string, key: Key): Promise<Row | null> {
    return (await this.person?.tables.get(entity, key)) ?? null;
  }

  /** See `Writing`. */
  async save(entity: string, rows: Row[], isOne: boolean): Promise<Key[]> {
    return this.edit(({ writing }) => writing.save(entity, rows, isOne));
  }

  async update(entity: string, key: Key, values: Row): Promise<void> {
    await this.edit(({ writing }) => writing.update(entity, key, values));
  }

  async delete(entity: string, key: Key): Promise<void> {
    await this.edit(({ writing }) => writing.delete(entity, key));
  }

  async deleteAll(entity: string): Promise<void> {
    await this.edit(({ writing }) => writing.deleteAll(entity));
  }

  async saveTogether(edits: Edit[]): Promise<Key[]> {
    return this.edit(({ writing }) => writing.saveTogether(edits));
  }

  /** What the server has not taken. */
  async pending(): Promise<PendingChange[]> {
    return (await this.person?.outbox.pending().catch(ifClosed)) ?? [];
  }

  async conflicts(): Promise<Conflict[]> {
    return (await this.person?.outbox.conflicts().catch(ifClosed)) ?? [];
  }

  /** @throws ClientError `unknown_conflict`. */
  async resolve(id: string, choice: Choice): Promise<void> {
    await this.edit((person) => person.outbox.resolve(id, choice));
  }

  async resend(ids: string[]): Promise<void> {
    await this.edit((person) => person.outbox.resend(ids));
  }

  /** @throws ClientError `in_flight`. */
  async discard(ids: string[]): Promise<string[]> {
    return this.edit((person) => person.outbox.discard(ids));
  }

  /** What was done is sent soon, where the app's settings say so. */
  private async edit<T>(work: (person: Person) => Promise<T>): Promise<T> {
    const { person } = this;
    if (person === null) throw new ClientError("sign_in_required");
    const result = await work(person);
    person.automatic.noteEdit();
    return result;
  }

  /** Queues a sync of a context. @throws HaversackError `unknown_context`. */
  async onSync(context: string, options: SyncOptions = {}): Promise<SyncResult> {
    const { discardPending = false, trigger = "manual", pressed = false } = options;
    const turn = this.inOrder(context === "" ? null : () => this.checkContext(context));
    if (turn !== null) await turn;
    if (discardPending) this.person?.discard();
    const result = await this.push({ context, trigger, pressed });
    if (result.error?.code === "unknown_context") throw new ClientError("unknown_context", context);
    return result;
  }

  /** Queues a sync after which all rows are compared with the server's. */
  async check(pressed = false): Promise<CheckResult> {
    const turn = this.inOrder(null);
    if (turn !== null) await turn;
    const { check, error } = await this.push({ context: "", trigger: "manual", pressed, check: true });
    if (check !== undefined) return { status: "complete", repaired: check.repaired };
    return { status: "error", repaired: {}, error: error ?? new ClientError("cancelled").toJSON() };
  }

  /** Queues a sync of one entity. @throws HaversackError `unknown_entity`. */
  async syncEntity(entity: string, pressed = false): Promise<SyncResult> {
    await this.inOrder(() => this.person?.tables.checkSynced(entity));
    const result = await this.push({ context: "", trigger: "manual", pressed, entities: [entity] });
    if (result.error?.code === "unknown_entity") throw new ClientError("unknown_entity", entity);
    return result;
  }

  /** Ends the sync that runs, in this tab or another, and drops those that wait or are to be tried again. */
  async cancel(): Promise<void> {
    const { person } = this;
    if (person === null) return;
    this.ports.channel.post({ kind: "cancel", user: person.user.key } satisfies TabMessage);
    await person.cancel();
  }

  /** Has an action performed on the server. @throws HaversackError. */
  async act(name: string, input: object): Promise<unknown> {
    if (this.person === null) throw new ClientError("sign_in_required");
    return this.person.act(name, input);
  }

  /** @throws ClientError `unknown_context`. */
  private async checkContext(context: string): Promise<void> {
    // Before the first definition the server decides.
    const { definition } = await this.state();
    if (definition !== null && !Object.hasOwn(definition.contexts, context)) {
      throw new ClientError("unknown_context", context);
    }
  }

  /**
   * Syncs are queued in the order in which they are asked for, whatever has to be looked up before: whoever gets a
   * promise waits for it. `null` where nothing has to be waited for.
   */
  private inOrder(check: (() => Promise<void> | undefined) | null): Promise<void> | null {
    if (check === null && this.asked === null) return null;
    const turn = (this.asked ?? Promise.resolve()).then(check);
    const asked = turn
      .catch(() => undefined)
      .then(() => {
        if (this.asked === asked) this.asked = null;
      });
    this.asked = asked;
    return turn;
  }

  private async push(job: Job): Promise<SyncResult> {
    if (this.person === null) {
      const error = new ClientError("sign_in_required").toJSON();
      return { status: "error", context: job.context, received: {}, error };
    }
    return this.person.push(job);
  }

  /** The file of this name as kept on the device; of a picture the largest size that is there. */
  async file(name: string): Promise<Blob | null> {
    for (const kind of ["file", "large", "small"] as const) {
      const kept = await this.person?.store.file({ kind, name });
      if (kept) return kept.blob;
    }
    return null;
  }

  /** From the device; fetched where it is not there and one is online. */
  async picture(name: string, size: PictureSize): Promise<Blob | null> {
    return (await this.person?.pictures.get(name, size).catch(ifClosed)) ?? null;
  }

  async storage(): Promise<StorageReport> {
    return storageReport(this.person?.store ?? null, this.ports.storage);
  }

  /** @throws ClientError `invalid_budget`. */
  async setPictureBudget(bytes: number | null): Promise<void> {
    if (bytes !== null && !(Number.isSafeInteger(bytes) && bytes >= 0)) throw new ClientError("invalid_budget");
    await this.person?.setPictureBudget(bytes, this.online);
  }

  async state(): Promise<AppState> {
    const person = this.person;
    const asked = [person?.store.overview().catch(ifClosed), person?.store.outboxFigures().catch(ifClosed)] as const;
    const [overview = null, pending = null] = await Promise.all(asked);
    const agenda = overview?.agenda;
    const preview = person?.tables.preview ?? null;
    const definition = overview?.definition ?? preview?.definition;
    const entities: AppState["entities"] = {};
    for (const [name, record] of Object.entries(overview?.entities ?? {})) {
      entities[name] = { rows: record.rows, syncedAt: record.syncedAt, bytes: textBytes(record) };
    }
    return {
      user: person === null ? null : person.user,
      signInNeeded: person === null,
      sessionExpired: person?.sessionExpired ?? false,
      definition: definition?.definition ?? null,
      definitionVersion: definition?.version ?? null,
      replica: overview?.replica ?? null,
      entities,
      lastCheck: overview?.lastCheck ?? null,
      lastSync: overview?.contexts[""] ?? null,
      syncing: person?.syncing ?? null,
      lastError: person?.lastError ?? (agenda?.retry ? (agenda.failure?.error ?? null) : null),
      retryAt: agenda?.retry ? new Date(agenda.retry.at).toISOString() : null,
      preview: preview?.rows ?? {},
      ...(pending && { pending }),
      onlyHere: Object.fromEntries(Object.entries(overview?.singles ?? {}).filter(([, rows]) => rows > 0)),
      filesMissing: overview?.filesSettled === false ? null : (overview?.filesMissing ?? 0),
      online: this.online,
    };
  }

  async syncProperties(): Promise<SyncProperties> {
    const overview = await this.person?.store.overview();
    const entities: SyncProperties["entities"] = {};
    for (const [name, { cursor, rows, fingerprint, syncedAt }] of Object.entries(overview?.entities ?? {})) {
      entities[name] = { cursor, rows, fingerprint, syncedAt };
    }
    const { contexts = {}, replica = "" } = overview ?? {};
    return { entities, contexts, replica, definition: overview?.definition?.version ?? "" };
  }

  isOnline(): boolean {
    return this.online;
  }

  /** What the browser thinks of the network: "offline" is believed, "online" is tried. */
  async hint(online: boolean): Promise<void> {
    if (!online) return this.setOnline(false);
    // What the attempt proves is reported by the server's own watch.
    await this.account.probe().catch(() => undefined);
  }

  /** The page is not looked at any more. */
  pause(): void {
    this.visible = false;
    this.probing.seen(false);
  }

  /** The page is looked at again. */
  async resume(): Promise<void> {
    // Browsers may say it twice: as shown, and as taken from their cache.
    if (!this.visible) this.occurred("resume");
    this.visible = true;
    this.probing.seen(true);
    await this.tellSignOuts();
  }

  /** What the server has not heard of yet may reach it now. */
  private async tellSignOuts(): Promise<void> {
    if (!this.config.anonymous) await this.signOuts.now();
  }

  private occurred(occurrence: Occurrence): void {
    void this.person?.automatic.occurred(occurrence).catch(() => undefined);
  }

  /** Needs the network. @throws HaversackError `invalid_credentials`, `throttled`, `network`, … */
  async signIn(username: string, password: string): Promise<User> {
    const user = await this.account.signIn(username, password);
    await this.accountChanged();
    this.occurred("login");
    return user;
  }

  /** Takes over the session that the browser holds, if there is one and nobody is signed in here. */
  async adoptSession(): Promise<User | null> {
    if (this.person !== null) return this.person.user;
    const user = await this.account.adopt();
    if (user === null) return null;
    await this.accountChanged();
    this.occurred("login");
    return user;
  }

  /** Removes the person's data from this device at once; the server hears of it when reached. */
  async signOut(): Promise<void> {
    const person = this.person;
    if (person === null || isAnonymous(person.user)) return;
    // A broken store is no reason to keep somebody signed in.
    const replica = await person.store.overview().then(
      (overview) => overview.replica,
      () => NO_REPLICA,
    );
    this.person = null;
    person.leave();
    try {
      await this.account.signOut({ user: person.user.key, replica });
    } finally {
      // Even when it could not be noted: the data is gone, and no tab may go on showing it.
      await this.accountChanged();
    }
    void this.tellSignOuts();
  }

  /** Opens the store of whoever is signed in now, and lets go of anybody else's. */
  private meet(): Promise<void> {
    // One after another, or two would each open a store.
    this.meeting = this.meeting.then(
      () => this.meetNow(),
      () => this.meetNow(),
    );
    return this.meeting;
  }

  private async meetNow(): Promise<void> {
    const user = this.config.anonymous ? ANONYMOUS : await this.account.current();
    // A tab that slept through a sign-out and a sign-in of the same person holds on to a database that is gone.
    if (user?.key === this.person?.user.key && !this.person?.store.closed) {
      if (this.person !== null) this.person.sessionExpired = false;
      return;
    }
    this.person?.leave();
    this.person =
      user === null
        ? null
        : new Person(
            ...([user, this.config.app, this.ports, this.server, this.account, this.limits] as const),
            this.emitFor(user),
            this.onSyncModule,
            () => this.online,
          );
  }

  private get limits(): Limits {
    return this.options.limits ?? DEFAULT_LIMITS;
  }

  private async accountChanged(): Promise<void> {
    try {
      await this.meet();
    } finally {
      this.ports.channel.post({ kind: "account" } satisfies TabMessage);
      this.tellState();
    }
  }

  private emitFor(user: User): Emit {
    return (...[type, detail]) => {
      if (this.person?.user.key !== user.key) return;
      this.tell(type, detail);
      this.ports.channel.post({ kind: "event", user: user.key, type, detail } satisfies TabMessage);
    };
  }

  private tell(type: EventName, detail: unknown): void {
    if (type === "statechange") this.tellState();
    else this.listener(type, detail as never);
  }

  /** One telling at a time, of the state as it is then; changes that come meanwhile are told together. */
  private tellState(): void {
    if (this.toTell) return;
    this.toTell = true;
    this.telling = this.telling.then(async () => {
      this.toTell = false;
      // A state that could not be read is not told; the next change must be.
      const state = await this.state().catch(() => null);
      if (state !== null) this.listener("statechange", state);
    });
  }

  private setOnline(online: boolean, fromHere = true): void {
    this.probing.found(online);
    if (this.online === online) return;
    this.online = online;
    this.tell("networkstatuschange", { online });
    this.tellState();
    const user = this.person?.user.key ?? "";
    if (fromHere) {
      const message: TabMessage = { kind: "event", user, type: "networkstatuschange", detail: { online } };
      this.ports.channel.post(message);
      // One tab answers: the one that found it out.
      if (online) this.occurred("online");
    }
  }

  private heard(message: TabMessage): void {
    if (message.kind === "account") {
      this.server.forgetSession();
      void this.meet()
        .catch(() => undefined)
        .then(() => this.tellState());
    } else if (message.kind === "cancel") {
      if (message.user === this.person?.user.key) void this.person.cancel();
    } else if (message.kind === "alive") {
      if (message.user === this.person?.user.key) this.person.heard(message.syncing);
    } else if (message.type === "networkstatuschange") {
      this.setOnline((message.detail as { online: boolean }).online, false);
    } else if (message.user === this.person?.user.key) {
      this.learn(this.person, message);
      this.tell(message.type, message.detail);
    }
  }

  /** What another tab's sync means for our own idea of it. */
  private learn(person: Person, { type, detail }: { type: EventName; detail: unknown }): void {
    const told = detail as { context: string; error?: AppState["lastError"] };
    if (type === "syncstart") person.heard({ context: told.context, phase: "connect", ...NOTHING });
    else if (type === "syncprogress") person.heard(detail as AppState["syncing"]);
    else if (type === "synccomplete" || type === "syncerror") person.heard(null, told.error ?? null);
  }
}

/** The person is signing out while somebody asks. */
function ifClosed(error: unknown): null {
  if (error instanceof HaversackError && error.code === "closed") return null;
  throw error;
}
