/** The database of one person in one app (decision 0006). */

import type { IDBPDatabase } from "idb";

import type { AppState, Key } from "../api";
import type { LocalTransaction } from "../outbox/types";
import { upgrade } from "../outbox/upgrade";
import { type Agenda, EMPTY_AGENDA } from "./agenda";
import {
  blocksOf,
  dropAll,
  dropPruned,
  dropWorthless,
  isSameBase,
  isSameWhole,
  madeOf,
  putBlocks,
  WHOLE,
} from "./blocks";
import { Connection } from "./connection";
import { deleteDrafts } from "./drafts";
import { dropFiles, fileBudget, keepWithin, keptFiles, NONE_KEPT, putFile, seeFile } from "./files";
import { catchUp, inLocal, localTransaction, pendingFigures } from "./local";
import { mend } from "./mend";
import { generationsOf, isSame, switched, unknownLayers, visibleGenerations } from "./references";
import {
  everything,
  generationRange,
  get,
  getState,
  type Names,
  put,
  type SegmentKey,
  type State,
  type UserSchema,
  type Writing,
} from "./schema";
import { changeRows, changesOf, countOf, countSingles, keyedRows, singleRows } from "./singles";
import type {
  Block,
  Check,
  EntityRecord,
  EntityView,
  FileFigures,
  FileKey,
  Known,
  Layer,
  Made,
  Overview,
  PartialCopy,
  Place,
  PresentFiles,
  Pruned,
  Segment,
  SentCall,
  SingleRows,
  Store,
  StoredFile,
  Switch,
  Whole,
} from "./store";

// The server can send all of it again.
const RELAXED = "relaxed";
// What a person typed is nowhere else, nor is the id of what is to be done once.
const STRICT = "strict";

const LOCAL_STORES: Names[] = ["meta", "rows", "outbox"];

export class IdbStore implements Store {
  private readonly connection: Connection<UserSchema>;

  constructor(
    private readonly app: string,
    private readonly user: string,
    private readonly randomId: () => string,
  ) {
    this.connection = new Connection<UserSchema>(`haversack/${app}/${user}`, 4, (db, old, _new, transaction) => {
      if (old < 1) {
        db.createObjectStore("meta");
        db.createObjectStore("segments");
        db.createObjectStore("files");
        transaction.objectStore("meta").put(randomId(), "replica");
        transaction.objectStore("meta").put(NONE_KEPT, "filesKept");
      }
      if (old < 2) db.createObjectStore("blocks");
      if (old < 3) db.createObjectStore("rows");
      transaction.objectStore("rows").createIndex("state", ["change.state", "change.madeAt"]);
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("seq", "seq");
    });
  }

  overview(): Promise<Overview> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta"]);
      const [replica, version, definition, state, contexts, filesMissing, ...others] = await Promise.all([
        get(transaction, "replica"),
        get(transaction, "version"),
        get(transaction, "definition"),
        getState(transaction),
        get(transaction, "contexts"),
        get(transaction, "filesMissing"),
        get(transaction, "filesSettled"),
        get(transaction, "filesUnseen"),
        get(transaction, "filesKept"),
        get(transaction, "agenda"),
        get(transaction, "doubts"),
        get(transaction, "lastCheck"),
        countSingles(transaction),
        get(transaction, "calls"),
        get(transaction, "unconfirmed"),
        get(transaction, "settlings"),
      ]);
      const [settled, unseen, kept, agenda, doubts, lastCheck, singles, calls, unconfirmed, settlings] = others;
      return {
        replica: replica as string,
        definition: version === undefined || definition === undefined ? null : { version, definition },
        ...state,
        doubts: doubts ?? [],
        lastCheck: lastCheck ?? null,
        contexts: contexts ?? {},
        filesMissing: filesMissing ?? 0,
        filesSettled: kept !== undefined && (settled ?? true),
        filesUnseen: kept === undefined || (unseen ?? false),
        agenda: agenda ?? EMPTY_AGENDA,
        singles,
        confirmed: (calls ?? []).filter(({ isOver }) => isOver).map(({ id }) => id),
        unconfirmed: unconfirmed ?? [],
        settlings: settlings ?? 0,
      };
    });
  }

  newGeneration(): Promise<number> {
    return this.write(["meta"], async (transaction) => {
      const generation = ((await get(transaction, "generation")) ?? 0) + 1;
      await put(transaction, "generation", generation);
      return generation;
    });
  }

  async stage(entity: string, generation: number, number: number, segment: Segment): Promise<void> {
    await this.write(["segments"], (transaction) =>
      transaction.objectStore("segments").put(segment, [entity, generation, number]),
    );
  }

  stagePart(entity: string, place: Place, sum: string, segment: Segment, moved?: Place): Promise<void> {
    return this.write(["meta", "segments"], async (transaction) => {
      const segments = transaction.objectStore("segments");
      await segments.put(segment, [entity, place.generation, place.number]);
      if (moved !== undefined) await segments.delete([entity, moved.generation, moved.number]);
      const parts = (await get(transaction, "parts")) ?? {};
      await put(transaction, "parts", { ...parts, [entity]: { ...parts[entity], [sum]: place } });
    });
  }

  dropParts(): Promise<void> {
    return this.write(["meta", "segments"], async (transaction) => {
      const state = await getState(transaction);
      await put(transaction, "parts", {});
      await this.drop(transaction, state, { ...state, parts: {} });
    });
  }

  segment(entity: string, generation: number, number: number): Promise<Segment | null> {
    return this.connection.use(async (db) => (await db.get("segments", [entity, generation, number])) ?? null);
  }

  segments(entity: string, generation: number, most?: number): Promise<Segment[]> {
    return this.connection.use((db) => db.getAll("segments", generationRange(entity, generation, most)));
  }

  keepPartial(entity: string, partial: PartialCopy, expected: EntityRecord | undefined): Promise<boolean> {
    return this.write(["meta"], async (transaction) => {
      const { entities, partials } = await getState(transaction);
      if (!isSame(entities[entity], expected)) return false;
      await put(transaction, "partials", { ...partials, [entity]: partial });
      return true;
    });
  }

  dropPartials(entity?: string): Promise<void> {
    return this.write(["meta", "segments"], async (transaction) => {
      const state = await getState(transaction);
      const partials = { ...state.partials };
      for (const name of entity === undefined ? Object.keys(partials) : [entity]) delete partials[name];
      await put(transaction, "partials", partials);
      await this.drop(transaction, state, { ...state, partials });
    });
  }

  switch(change: Switch): Promise<boolean> {
    return this.write(["meta", "segments", "blocks", "rows", "outbox"], async (transaction) => {
      const state = await getState(transaction);
      if (!(await this.isCurrent(transaction, state.entities, change))) return false;
      const next = switched(state, change);
      if (change.definition !== null) {
        const { version, definition } = change.definition;
        await put(transaction, "version", version);
        await put(transaction, "definition", definition);
        await inLocal(transaction, (local) => upgrade(local, definition));
      }
      await put(transaction, "entities", next.entities);
      await put(transaction, "partials", next.partials);
      await put(transaction, "parts", next.parts);
      if (change.context !== null) {
        const contexts = (await get(transaction, "contexts")) ?? {};
        await put(transaction, "contexts", { ...contexts, [change.context.name]: change.context.at });
      }
      const brings = ([name, record]: [string, EntityRecord]) => {
        const old = state.entities[name];
        return old === undefined || String(visibleGenerations(old)) !== String(visibleGenerations(record));
      };
      if (change.definition !== null || Object.entries(change.entities).some(brings)) {
        await put(transaction, "filesSettled", false);
      }
      await this.drop(transaction, state, next);
      await dropWorthless(transaction, state.entities, next.entities, change.definition !== null);
      if (change.caughtUp !== undefined) await catchUp(transaction, change.caughtUp);
      return true;
    });
  }

  prune(entity: string, record: EntityRecord, pruned: Pruned | null): Promise<boolean> {
    return this.write(["meta", "segments", "blocks"], async (transaction) => {
      const { entities } = await getState(transaction);
      // A tab that was frozen would bring back what another has removed since.
      if (!isSame(entities[entity], record)) return false;
      if (pruned !== null) {
        const { generation, number, segment } = pruned;
        await transaction.objectStore("segments").put(segment, [entity, generation, number]);
        await dropPruned(transaction, entity, record, pruned);
      }
      const { unseenFiles = null } = entities[entity] ?? {};
      await put(transaction, "entities", { ...entities, [entity]: { ...record, unseenFiles } });
      return true;
    });
  }

  private async isCurrent(
    transaction: Writing,
    entities: Record<string, EntityRecord>,
    change: Switch,
  ): Promise<boolean> {
    for (const [name, expected] of Object.entries(change.expected)) {
      if (!isSame(entities[name], expected)) return false;
    }
    // A tab that was frozen long enough to lose its lock may find that its staged rows were swept.
    for (const [name, record] of Object.entries(change.entities)) {
      const old = entities[name];
      // What is shown already may be damaged: that is no reason not to go on from it.
      const shown = new Set(old === undefined ? [] : visibleGenerations(old));
      for (const { generation, segments } of [record, ...record.layers]) {
        if (shown.has(generation)) continue;
        const there = await transaction.objectStore("segments").count(generationRange(name, generation, segments));
        if (there !== segments) return false;
      }
    }
    return true;
  }

  /** Removes what was in use before and is no more. */
  private async drop(transaction: Writing, before: State, after: State): Promise<void> {
    const { entities, partials, parts } = before;
    for (const name of new Set([entities, partials, parts].flatMap(Object.keys))) {
      const kept = generationsOf(after, name);
      for (const generation of generationsOf(before, name)) {
        if (!kept.has(generation)) await transaction.objectStore("segments").delete(generationRange(name, generation));
      }
    }
  }

  doubt(entity: string, made?: Made): Promise<void> {
    return this.write(["meta", "blocks"], async (transaction) => {
      const doubts = (await get(transaction, "doubts")) ?? [];
      if (doubts.includes(entity)) return;
      const now = made && (await madeOf(transaction, entity));
      if (made && !(now && isSameWhole(now, made))) return;
      await put(transaction, "doubts", [...doubts, entity]);
      await dropAll(transaction, entity);
    });
  }

  noteCompared(entities: string[], check: Check | null): Promise<void> {
    return this.write(["meta"], async (transaction) => {
      const doubts = (await get(transaction, "doubts")) ?? [];
      await put(
        transaction,
        "doubts",
        doubts.filter((entity) => !entities.includes(entity)),
      );
      if (check !== null) await put(transaction, "lastCheck", check);
    });
  }

  sweep(): Promise<void> {
    return this.dropUnused(() => true);
  }

  discard(unwanted: number): Promise<void> {
    return this.dropUnused((generation) => generation === unwanted);
  }

  private dropUnused(isUnwanted: (generation: number) => boolean): Promise<void> {
    return this.write(["meta", "segments"], async (transaction) => {
      const state = await getState(transaction);
      const segments = transaction.objectStore("segments");
      let at: SegmentKey | undefined = await segments.getKey(everything());
      while (at !== undefined) {
        const [entity, generation] = at;
        const range = generationRange(entity, generation);
        if (isUnwanted(generation) && !generationsOf(state, entity).has(generation)) await segments.delete(range);
        at = await segments.getKey(IDBKeyRange.lowerBound(range.upper, true));
      }
    });
  }

  baseSegments(entity: string, generation: number, numbers: readonly number[]): Promise<(Segment | null)[]> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta", "segments"]);
      const segments = transaction.objectStore("segments");
      const [doubts = [], { entities }, ...found] = await Promise.all([
        get(transaction, "doubts"),
        getState(transaction),
        ...numbers.map((number) => segments.get([entity, generation, number])),
      ]);
      // Where it should be and is not, it is damaged: its reader says so, and asks again.
      const isShown = entities[entity]?.generation === generation;
      const isDoubted = isShown && doubts.includes(entity);
      const readable = (segment: Segment | undefined) => (typeof segment?.text === "string" ? segment : null);
      return found.map((segment) => (isDoubted ? mend(segment).segment : readable(segment)));
    });
  }

  view(entity: string, seen?: Known): Promise<EntityView> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta", "segments", "rows"]);
      const [replica, version, state, allPruned, doubts, changes] = await Promise.all([
        get(transaction, "replica"),
        get(transaction, "version"),
        getState(transaction),
        get(transaction, "pruned"),
        get(transaction, "doubts"),
        changesOf(transaction, entity),
      ]);
      // A database that was made anew counts its generations from 1 again.
      const known = seen?.replica === replica && seen?.version === version ? seen : undefined;
      const record = state.entities[entity] ?? null;
      const pruned = allPruned?.[entity] ?? 0;
      const definition = known === undefined ? get(transaction, "definition") : undefined;
      const local = keyedRows(transaction, entity, changes, known);
      const isKnown = record !== null && record.generation === known?.generation && pruned === (known.pruned ?? 0);
      const layers = record === null ? [] : unknownLayers(record, isKnown ? known.layers : []);
      const isDoubted = doubts?.includes(entity) ?? false;
      const read = async ({ generation, segments }: Layer) => {
        const found = await transaction.objectStore("segments").getAll(generationRange(entity, generation, segments));
        return isDoubted ? found.map((segment) => mend(segment).segment) : found;
      };
      return {
        replica: replica as string,
        record,
        pruned,
        isKnown,
        layers: await Promise.all(layers.map(read)),
        version: version ?? null,
        definition: (await definition) ?? null,
        local: await local,
      };
    });
  }

  changeLocal<T>(work: (local: LocalTransaction) => Promise<T>, durability: "strict" | "relaxed"): Promise<T> {
    return this.write(LOCAL_STORES, (transaction) => inLocal(transaction, work), durability);
  }

  readLocal<T>(work: (local: LocalTransaction) => Promise<T>): Promise<T> {
    return this.connection.use((db) => work(localTransaction(db.transaction(LOCAL_STORES))));
  }

  serverKey(local: Key): Promise<Key | undefined> {
    return this.readLocal((transaction) => transaction.serverKey(local));
  }

  outboxFigures(): Promise<NonNullable<AppState["pending"]>> {
    return this.connection.use((db) => pendingFigures(db.transaction(["rows"])));
  }

  singleRows(entity: string, known?: number): Promise<SingleRows> {
    return this.connection.use((db) => singleRows(db.transaction(["meta", "rows"]), entity, known));
  }

  changeRows(...[entity, keys, change]: Parameters<Store["changeRows"]>): Promise<void> {
    return this.write(["meta", "rows"], (transaction) => changeRows(transaction, entity, keys, change), STRICT);
  }

  complete(context: string, at: string): Promise<void> {
    return this.write(["meta"], async (transaction) => {
      const contexts = (await get(transaction, "contexts")) ?? {};
      await put(transaction, "contexts", { ...contexts, [context]: at });
    });
  }

  plan(change: (agenda: Agenda) => Agenda): Promise<Agenda> {
    return this.write(["meta"], async (transaction) => {
      const before = (await get(transaction, "agenda")) ?? EMPTY_AGENDA;
      const after = change(before);
      if (after !== before) await put(transaction, "agenda", after);
      return after;
    });
  }

  noteCalls(change: (calls: SentCall[], newId: () => string) => SentCall[]): Promise<void> {
    const work = async (transaction: Writing) => {
      const before = (await get(transaction, "calls")) ?? [];
      const after = change(before, this.randomId);
      if (after !== before) await put(transaction, "calls", after);
    };
    return this.write(["meta"], work, STRICT);
  }

  rows(entity: string): Promise<{ rows: number | null; singles: number }> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta", "rows"]);
      const [entities, singles] = await Promise.all([get(transaction, "entities"), countOf(transaction, entity)]);
      return { rows: entities?.[entity]?.rows ?? null, singles };
    });
  }

  whole(entity: string, name: string): Promise<Whole | null> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta", "blocks", "rows"]);
      const [now, { entities }, singles, block] = await Promise.all([
        madeOf(transaction, entity),
        getState(transaction),
        countOf(transaction, entity),
        transaction.objectStore("blocks").get([entity, name, WHOLE]),
      ]);
      const rows = entities[entity]?.rows;
      if (now === null || rows === undefined) return null;
      const isUseful = block !== undefined && isSameBase(block.made, now) && block.made.pruned === now.pruned;
      return { rows, singles, made: now, block: isUseful ? block : null };
    });
  }

  blocks(entity: string, name: string, made: Made): Promise<Block[]> {
    return this.connection.use(async (db) => {
      const blocks = await db.getAll("blocks", blocksOf(entity, name));
      return blocks.filter((block) => block.number !== WHOLE && isSameBase(block.made, made));
    });
  }

  putBlocks(entity: string, made: Made, blocks: readonly Block[]): Promise<boolean> {
    return this.write(["meta", "blocks"], (transaction) => putBlocks(transaction, entity, made, blocks));
  }

  async dropBlocks(): Promise<void> {
    await this.write(["blocks"], (transaction) => transaction.objectStore("blocks").clear());
  }

  fileKeys(): Promise<PresentFiles> {
    return this.connection.use(async (db) => {
      const present: PresentFiles = { keys: [], old: [] };
      for (const key of await db.getAllKeys("files")) {
        if (typeof key === "string") present.old.push(key);
        else present.keys.push({ kind: key[0], name: key[1] });
      }
      return present;
    });
  }

  fileFigures(): Promise<FileFigures> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta"]);
      const [kept, budget] = await Promise.all([keptFiles(transaction), fileBudget(transaction)]);
      return { kept, budget };
    });
  }

  file({ kind, name }: FileKey): Promise<StoredFile | null> {
    return this.connection.use(
      async (db) => (await db.get("files", [kind, name])) ?? (await db.get("files", name)) ?? null,
    );
  }

  putFile(key: FileKey, file: StoredFile, at: number, makeRoom: boolean): Promise<boolean> {
    return this.write(["meta", "files"], (transaction) => putFile(transaction, key, file, at, makeRoom));
  }

  seeFile(key: FileKey, at: number): Promise<void> {
    return this.write(["meta"], (transaction) => seeFile(transaction, key, at));
  }

  settleFiles(drop: FileKey[], missing: number, seen: Record<string, EntityRecord> = {}): Promise<void> {
    return this.write(["meta", "files"], async (transaction) => {
      await dropFiles(transaction, drop);
      await put(transaction, "filesMissing", missing);
      const { entities } = await getState(transaction);
      let isSettled = true;
      for (const [name, record] of Object.entries(seen)) {
        const now = entities[name];
        // Another sync was faster: what it brought was not looked at.
        if (!isSame(now, record)) isSettled = false;
        else if (now !== undefined) entities[name] = { ...now, unseenFiles: [] };
      }
      await put(transaction, "entities", entities);
      await put(transaction, "filesSettled", isSettled);
      if (isSettled) await put(transaction, "filesUnseen", false);
    });
  }

  noteMissing(missing: number): Promise<void> {
    return this.write(["meta"], (transaction) => put(transaction, "filesMissing", missing));
  }

  adoptFile(name: string): Promise<void> {
    return this.write(["meta", "files"], async (transaction) => {
      const files = transaction.objectStore("files");
      const old = await files.get(name);
      if (old === undefined) return;
      await putFile(transaction, { kind: "file", name }, old, 0, true);
      await files.delete(name);
    });
  }

  dropOldFiles(): Promise<void> {
    // Text sorts before arrays.
    return this.write(["files"], (transaction) =>
      transaction.objectStore("files").delete(IDBKeyRange.upperBound([], true)),
    );
  }

  setFileBudget(budget: number | null): Promise<boolean> {
    return this.write(["meta", "files"], async (transaction) => {
      const before = await fileBudget(transaction);
      await put(transaction, "fileBudget", budget);
      if (budget !== null && (await keepWithin(transaction, budget))) await put(transaction, "filesMissing", 0);
      const isMore = before !== null && (budget === null || budget > before);
      if (isMore) {
        await put(transaction, "filesUnseen", true);
        await put(transaction, "filesSettled", false);
      }
      return isMore;
    });
  }

  get closed(): boolean {
    return this.connection.isClosed;
  }

  close(): void {
    this.connection.close();
  }

  async destroy(): Promise<void> {
    // Emptied first: the deletion has to wait for other tabs, the data must not.
    await this.connection
      .use(async (db) => {
        const names: Names[] = ["meta", "segments", "files", "blocks", "rows", "outbox"];
        const transaction = db.transaction(names, "readwrite", { durability: STRICT });
        await Promise.all([...names.map((name) => transaction.objectStore(name).clear()), transaction.done]);
      })
      .catch(() => undefined);
    await this.connection.delete();
    await deleteDrafts(this.app, this.user);
  }

  /** A transaction that is complete, not merely asked for, when the promise resolves; and undone when it rejects. */
  private write<T>(
    names: Names[],
    work: (transaction: Writing) => Promise<T>,
    durability: "relaxed" | "strict" = RELAXED,
  ): Promise<T> {
    return this.connection.use(async (db: IDBPDatabase<UserSchema>) => {
      const transaction = db.transaction(names, "readwrite", { durability });
      // What went wrong is the request's error; the transaction's own says little more than "aborted".
      transaction.done.catch(() => undefined);
      let result: T;
      try {
        result = await work(transaction);
      } catch (error) {
        abort(transaction);
        throw error;
      }
      await transaction.done;
      return result;
    });
  }
}

function abort(transaction: Writing): void {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}
