/** The database of one person in one app (decision 0006). */

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";

import type { Definition } from "../api";
import { Connection } from "./connection";
import type {
  EntityRecord,
  EntityView,
  Known,
  Overview,
  Segment,
  Store,
  StoredDefinition,
  StoredFile,
  Switch,
} from "./store";

type SegmentKey = [entity: string, generation: number, number: number];

interface UserSchema extends DBSchema {
  meta: { key: string; value: unknown };
  segments: { key: SegmentKey; value: Segment };
  files: { key: string; value: StoredFile };
}

type Names = StoreNames<UserSchema>;
/** What `meta` holds, by name. */
interface Meta {
  replica: string;
  version: string;
  definition: Definition;
  entities: Record<string, EntityRecord>;
  contexts: Record<string, string>;
  generation: number;
  filesMissing: number;
  filesSettled: boolean;
}

type AnyTransaction = IDBPTransaction<UserSchema, Names[], "readonly" | "readwrite" | "versionchange">;
type Writing = IDBPTransaction<UserSchema, Names[], "readwrite">;

// The server can send all of it again.
const RELAXED = { durability: "relaxed" } as const;

export class IdbStore implements Store {
  private readonly connection: Connection<UserSchema>;

  constructor(app: string, user: string, randomId: () => string) {
    this.connection = new Connection<UserSchema>(`haversack/${app}/${user}`, 1, (db, _old, _new, transaction) => {
      db.createObjectStore("meta");
      db.createObjectStore("segments");
      db.createObjectStore("files");
      transaction.objectStore("meta").put(randomId(), "replica");
    });
  }

  overview(): Promise<Overview> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta"]);
      const [replica, version, definition, entities, contexts, filesMissing, settled] = await Promise.all([
        get(transaction, "replica"),
        get(transaction, "version"),
        get(transaction, "definition"),
        get(transaction, "entities"),
        get(transaction, "contexts"),
        get(transaction, "filesMissing"),
        get(transaction, "filesSettled"),
      ]);
      return {
        replica: replica as string,
        definition: version === undefined || definition === undefined ? null : { version, definition },
        entities: entities ?? {},
        contexts: contexts ?? {},
        filesMissing: filesMissing ?? 0,
        filesSettled: settled ?? true,
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

  switch(change: Switch): Promise<boolean> {
    return this.write(["meta", "segments"], async (transaction) => {
      const entities = (await get(transaction, "entities")) ?? {};
      if (!(await this.isCurrent(transaction, entities, change))) return false;
      const generations = new Set(Object.values(entities).map((record) => record.generation));
      const isNew = (record: EntityRecord) => !generations.has(record.generation);
      const next = { ...entities, ...change.entities };
      if (change.definition !== null) {
        keepOnly(next, change.definition);
        await put(transaction, "version", change.definition.version);
        await put(transaction, "definition", change.definition.definition);
      }
      await put(transaction, "entities", next);
      if (change.context !== null) {
        const contexts = (await get(transaction, "contexts")) ?? {};
        await put(transaction, "contexts", { ...contexts, [change.context.name]: change.context.at });
      }
      if (change.definition !== null || Object.values(change.entities).some(isNew)) {
        await put(transaction, "filesSettled", false);
      }
      for (const [name, old] of Object.entries(entities)) {
        if (next[name]?.generation !== old.generation) {
          await transaction.objectStore("segments").delete(generationRange(name, old.generation));
        }
      }
      return true;
    });
  }

  private async isCurrent(
    transaction: Writing,
    entities: Record<string, EntityRecord>,
    change: Switch,
  ): Promise<boolean> {
    for (const [name, expected] of Object.entries(change.expected)) {
      const now = entities[name];
      if (now?.cursor !== expected?.cursor || now?.generation !== expected?.generation) return false;
    }
    // A tab that was frozen long enough to lose its lock may find that its staged rows were swept.
    for (const [name, record] of Object.entries(change.entities)) {
      const staged = await transaction.objectStore("segments").count(generationRange(name, record.generation));
      if (staged !== record.segments) return false;
    }
    return true;
  }

  sweep(): Promise<void> {
    return this.dropUnused(() => true);
  }

  discard(unwanted: number): Promise<void> {
    return this.dropUnused((generation) => generation === unwanted);
  }

  private dropUnused(isUnwanted: (generation: number) => boolean): Promise<void> {
    return this.write(["meta", "segments"], async (transaction) => {
      const entities = (await get(transaction, "entities")) ?? {};
      const segments = transaction.objectStore("segments");
      let at: SegmentKey | undefined = await segments.getKey(everything());
      while (at !== undefined) {
        const [entity, generation] = at;
        const range = generationRange(entity, generation);
        if (isUnwanted(generation) && entities[entity]?.generation !== generation) await segments.delete(range);
        at = await segments.getKey(IDBKeyRange.lowerBound(range.upper, true));
      }
    });
  }

  view(entity: string, seen?: Known): Promise<EntityView> {
    return this.connection.use(async (db) => {
      const transaction = db.transaction(["meta", "segments"]);
      const [replica, version, entities] = await Promise.all([
        get(transaction, "replica"),
        get(transaction, "version"),
        get(transaction, "entities"),
      ]);
      // A database that was made anew counts its generations from 1 again.
      const known = seen?.replica === replica ? seen : undefined;
      const record = entities?.[entity] ?? null;
      const definition = version === known?.version ? undefined : get(transaction, "definition");
      const segments =
        record === null || record.generation === known?.generation
          ? undefined
          : transaction.objectStore("segments").getAll(generationRange(entity, record.generation));
      return {
        replica: replica as string,
        record,
        segments: (await segments) ?? null,
        version: version ?? null,
        definition: (await definition) ?? null,
      };
    });
  }

  fileNames(): Promise<string[]> {
    return this.connection.use((db) => db.getAllKeys("files"));
  }

  file(name: string): Promise<StoredFile | null> {
    return this.connection.use(async (db) => (await db.get("files", name)) ?? null);
  }

  putFile(name: string, file: StoredFile): Promise<void> {
    return this.write(["meta", "files"], async (transaction) => {
      const files = transaction.objectStore("files");
      const known = (await files.getKey(name)) !== undefined;
      await files.put(file, name);
      // Counted down with every file: a phase that is cut off leaves the right number behind.
      const missing = (await get(transaction, "filesMissing")) ?? 0;
      if (!known && missing > 0) await put(transaction, "filesMissing", missing - 1);
    });
  }

  settleFiles(drop: string[], missing: number): Promise<void> {
    return this.write(["meta", "files"], async (transaction) => {
      for (const name of drop) await transaction.objectStore("files").delete(name);
      await put(transaction, "filesMissing", missing);
      await put(transaction, "filesSettled", true);
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
        const names: Names[] = ["meta", "segments", "files"];
        const transaction = db.transaction(names, "readwrite", { durability: "strict" });
        await Promise.all([...names.map((name) => transaction.objectStore(name).clear()), transaction.done]);
      })
      .catch(() => undefined);
    await this.connection.delete();
  }

  /** A transaction that is complete, not merely asked for, when the promise resolves; and undone when it rejects. */
  private write<T>(names: Names[], work: (transaction: Writing) => Promise<T>): Promise<T> {
    return this.connection.use(async (db: IDBPDatabase<UserSchema>) => {
      const transaction = db.transaction(names, "readwrite", RELAXED);
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

async function get<Name extends keyof Meta>(transaction: AnyTransaction, name: Name): Promise<Meta[Name] | undefined> {
  return (await transaction.objectStore("meta").get(name)) as Meta[Name] | undefined;
}

async function put<Name extends keyof Meta>(transaction: Writing, name: Name, value: Meta[Name]): Promise<void> {
  await transaction.objectStore("meta").put(value, name);
}

function abort(transaction: Writing): void {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}

function keepOnly(entities: Record<string, EntityRecord>, { definition }: StoredDefinition): void {
  const names = new Set(definition.entities.map((entity) => entity.name));
  for (const name of Object.keys(entities)) {
    if (!names.has(name)) delete entities[name];
  }
}

function generationRange(entity: string, generation: number): IDBKeyRange {
  // An array sorts after every number.
  return IDBKeyRange.bound([entity, generation], [entity, generation, []]);
}

function everything(): IDBKeyRange {
  return IDBKeyRange.lowerBound([]);
}
