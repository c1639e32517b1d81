import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { storeContract } from "./contract";
import { IdbStore } from "./user";

let replicas = 0;
const make = (user: string) => new IdbStore("shop", user, () => `replica-${++replicas}`);

storeContract("IndexedDB", make);

describe("a database that the browser takes away", () => {
  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory();
  });
  afterEach(() => vi.restoreAllMocks());

  const segment = { first: 1, last: 1, rows: 1, text: "[1]\n" };

  it("L4: a lost connection is opened anew, and the work done once", async () => {
    const store = make("ann");
    const { replica } = await store.overview();
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    expect(await store.newGeneration()).toBe(1);
    expect(transaction).toHaveBeenCalledTimes(2);
    expect((await store.overview()).replica).toBe(replica);
  });

  it("L4: a connection that cannot be had again is a storage error, not an empty store", async () => {
    const store = make("ann");
    await store.overview();
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
      throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
    });
    await expect(store.overview()).rejects.toMatchObject({ code: "storage", retry: true });
  });

  it("L4: work that the browser aborts while it closes the connection by force is done on a new one", async () => {
    const store = make("ann");
    const { replica } = await store.overview();
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(function (this: IDBObjectStore, value, key) {
      const request = put.call(this, value, key);
      request.addEventListener("success", () => {
        this.transaction.db.close();
        this.transaction.abort();
      });
      return request;
    });
    expect(await store.newGeneration()).toBe(1);
    expect((await store.overview()).replica).toBe(replica);
  });

  it("L4: an evicted database comes back empty, as another replica", async () => {
    const store = make("ann");
    const { replica } = await store.overview();
    globalThis.indexedDB = new IDBFactory();
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    const after = await store.overview();
    expect(after.replica).not.toBe(replica);
    expect(after.entities).toEqual({});
  });

  it("L4: no space is told by its own code, and leaves what was there", async () => {
    const store = make("ann");
    await store.stage("Thing", 1, 0, segment);
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("Quota exceeded", "QuotaExceededError");
    });
    await expect(store.stage("Thing", 1, 1, segment)).rejects.toMatchObject({ code: "quota", retry: false });
    await expect(
      store.putFile({ kind: "file", name: "a" }, { blob: new Blob([]), size: 0, etag: "" }, 1, true),
    ).rejects.toMatchObject({
      code: "quota",
    });
  });

  it("L4: a transaction that the browser aborts for lack of space rejects, although its requests succeeded", async () => {
    const store = make("ann");
    await store.overview();
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(function (this: IDBObjectStore, value, key) {
      const request = put.call(this, value, key);
      request.addEventListener("success", () => this.transaction.abort());
      return request;
    });
    await expect(store.stage("Thing", 1, 0, segment)).rejects.toMatchObject({ code: "storage" });
  });
});

it("L2: what a person typed is on the disk before anybody is told that it is kept", async () => {
  globalThis.indexedDB = new IDBFactory();
  const store = make("ann");
  await store.overview();
  const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
  await store.changeRows("Note", ["a"], () => new Map([["a", { values: { id: "a" } }]]));
  expect(transaction.mock.calls).toEqual([[["meta", "rows"], "readwrite", { durability: "strict" }]]);
  vi.restoreAllMocks();
});

it("L2: so is what a person changed of a synced entity, with what is to be sent", async () => {
  globalThis.indexedDB = new IDBFactory();
  const store = make("ann");
  await store.overview();
  const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
  await store.changeLocal((local) => local.setUnconfirmed(["a"]), "strict");
  expect(transaction.mock.calls).toEqual([[["meta", "rows", "outbox"], "readwrite", { durability: "strict" }]]);
  vi.restoreAllMocks();
});

it("a database of a version that knew no local changes keeps its single rows, and takes changes", async () => {
  globalThis.indexedDB = new IDBFactory();
  const old = await openDB("haversack/shop/old", 3, {
    upgrade(db, _old, _new, transaction) {
      for (const name of ["meta", "segments", "files", "blocks", "rows"]) db.createObjectStore(name);
      transaction.objectStore("meta").put("replica-of-old", "replica");
      transaction.objectStore("meta").put({ Note: { change: 4, rows: 1 } }, "singles");
      transaction.objectStore("rows").put({ values: { id: "a" } }, ["Note", "a"]);
    },
  });
  old.close();
  const store = make("old");
  expect(await store.overview()).toMatchObject({ replica: "replica-of-old", singles: { Note: 1 } });
  expect(await store.singleRows("Note")).toEqual({ change: 4, rows: [{ values: { id: "a" } }] });
  expect(await store.readLocal((local) => local.rows())).toEqual([]);
  expect(await store.changeLocal((local) => local.newSeq(), "strict")).toBe(1);
});

it("a database of a version that knew no single rows keeps what it has", async () => {
  globalThis.indexedDB = new IDBFactory();
  const old = await openDB("haversack/shop/old", 2, {
    upgrade(db, _old, _new, transaction) {
      for (const name of ["meta", "segments", "files", "blocks"]) db.createObjectStore(name);
      transaction.objectStore("meta").put("replica-of-old", "replica");
    },
  });
  old.close();
  const store = make("old");
  expect(await store.overview()).toMatchObject({ replica: "replica-of-old", singles: {} });
  await store.changeRows("Note", ["a"], () => new Map([["a", { values: { id: "a" } }]]));
  expect((await store.singleRows("Note")).rows).toEqual([{ values: { id: "a" } }]);
});

it("rows of a version that knew no layers are read as a base without any", async () => {
  globalThis.indexedDB = new IDBFactory();
  const store = make("old");
  await store.stage("Thing", 1, 0, { first: 1, last: 1, rows: 1, text: "[1]\n" });
  const db = await openDB("haversack/shop/old");
  const old = { generation: 1, cursor: "a", columns: ["id"], rows: 1, segments: 1, fingerprint: 7, syncedAt: "" };
  await db.put("meta", { Thing: old }, "entities");
  db.close();
  expect((await store.view("Thing")).record?.segments).toBe(1);
  expect((await store.overview()).entities.Thing).toEqual({
    ...old,
    lasts: [],
    sums: [],
    bytes: 0,
    layers: [],
    leftovers: null,
    unseenFiles: null,
  });
  expect((await store.overview()).partials).toEqual({});
});
