/** Counts what is asked of IndexedDB in this page. */

export interface Counts {
  /** Records, and what their texts and arrays take, roughly. */
  records: number;
  bytes: number;
  transactions: number;
}

const counts: Counts = { records: 0, bytes: 0, transactions: 0 };

/** What `work` asks for, until it resolves. */
export async function counting(work: () => Promise<unknown>): Promise<Counts> {
  const before = { ...counts };
  await work();
  return {
    records: counts.records - before.records,
    bytes: counts.bytes - before.bytes,
    transactions: counts.transactions - before.transactions,
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  return Object.entries(value).reduce((sum, [name, one]) => sum + name.length + sizeOf(one), 0);
}

for (const name of ["get", "getAll"] as const) {
  const original = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest;
  const counted = function (this: IDBObjectStore, ...args: unknown[]): IDBRequest {
    const request = original.apply(this, args);
    request.addEventListener("success", () => {
      const found: unknown[] = name === "getAll" ? request.result : [request.result];
      counts.records += found.length;
      counts.bytes += sizeOf(found);
    });
    return request;
  };
  Object.assign(IDBObjectStore.prototype, { [name]: counted });
}

const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...args) {
  counts.transactions++;
  return transaction.apply(this, args);
};
