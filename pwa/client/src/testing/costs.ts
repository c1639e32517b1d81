import { vi } from "vitest";

/** What was asked of IndexedDB: records read and written, by object store, and transactions. */
export interface Costs {
  read: Record<string, number>;
  written: Record<string, number>;
  transactions: number;
}

/** Counts from now on; `vi.restoreAllMocks` ends it. */
export function watchCosts(): Costs {
  const costs: Costs = { read: {}, written: {}, transactions: 0 };
  const add = (to: Record<string, number>, name: string, records: number) => {
    to[name] = (to[name] ?? 0) + records;
  };
  for (const method of ["get", "getAll", "put"] as const) {
    const real = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest;
    const watched = function (this: IDBObjectStore, ...args: unknown[]) {
      const request = real.apply(this, args);
      request.addEventListener("success", () => {
        if (method === "put") add(costs.written, this.name, 1);
        else add(costs.read, this.name, Array.isArray(request.result) ? request.result.length : 1);
      });
      return request;
    };
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(watched as never);
  }
  const { transaction } = IDBDatabase.prototype;
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
    costs.transactions++;
    return transaction.apply(this, args);
  });
  return costs;
}
