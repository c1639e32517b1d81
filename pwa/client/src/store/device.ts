/** The database of the device in one app: who is signed in, and what is still to be done for who is not any more. */

import type { DBSchema } from "idb";

import { Connection } from "./connection";
import type { DeviceRecord, DeviceStore } from "./store";

interface DeviceSchema extends DBSchema {
  meta: { key: string; value: DeviceRecord };
}

const EMPTY: DeviceRecord = { user: null, signOuts: [], wipe: [] };

export class IdbDeviceStore implements DeviceStore {
  private readonly connection: Connection<DeviceSchema>;

  constructor(app: string) {
    this.connection = new Connection<DeviceSchema>(`haversack/${app}`, 1, (db) => {
      db.createObjectStore("meta");
    });
  }

  read(): Promise<DeviceRecord> {
    return this.connection.use(async (db) => (await db.get("meta", "device")) ?? EMPTY);
  }

  update(change: (record: DeviceRecord) => DeviceRecord): Promise<DeviceRecord> {
    return this.connection.use(async (db) => {
      // Strict: a sign-out that a power cut undoes would bring a person's data back.
      const transaction = db.transaction("meta", "readwrite", { durability: "strict" });
      const record = change((await transaction.store.get("device")) ?? EMPTY);
      await Promise.all([transaction.store.put(record, "device"), transaction.done]);
      return record;
    });
  }

  close(): void {
    this.connection.close();
  }
}
