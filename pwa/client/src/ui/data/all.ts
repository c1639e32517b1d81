/** How many records there are of an entity, with what was made and deleted on this device and not sent. */
import type { ReactiveControllerHost } from "lit";
import { Live } from "./live";

export class All {
  /** `null` while nobody has counted. */
  rows: number | null = null;
  #entity = "";
  /** An answer to an older question is dropped. */
  #version = 0;

  constructor(readonly host: ReactiveControllerHost) {
    new Live(host, {
      datachange: ({ entities }) => {
        if (entities.includes(this.#entity)) void this.#count();
      },
    });
  }

  /** Says of which entity. */
  of(entity: string): Promise<void> {
    this.#entity = entity;
    this.rows = null;
    return this.#count();
  }

  async #count(): Promise<void> {
    const version = ++this.#version;
    const rows = await window.offline.entities[this.#entity]?.count().catch(() => null);
    if (version !== this.#version || rows === undefined) return;
    this.rows = rows;
    this.host.requestUpdate();
  }
}
