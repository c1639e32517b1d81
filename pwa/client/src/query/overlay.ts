/** A table with local changes over its rows (decision 0030), and how it becomes the next when one of them changes. */

import type { Key, Row } from "../api";
import type { LocalRow } from "../outbox/types";
import { isLocalKey } from "./local-keys";
import { factsOf, mergedRow } from "./merged";
import type { Table } from "./table";
import type { Laid } from "./upper";

interface Known {
  key: Key;
  local: LocalRow;
  /** To tell what changed. */
  text: string;
  isOnServer: boolean;
  isShown: boolean;
}

export class Overlay {
  private constructor(
    readonly server: Table,
    /** With what is local. */
    readonly table: Table,
    /** By the text of the key. */
    private readonly known: ReadonlyMap<string, Known>,
  ) {}

  /** Without any. */
  static of(server: Table): Overlay {
    return new Overlay(server, server, new Map());
  }

  /** How many rows there are more than the server has; negative when there are fewer. */
  get more(): number {
    let more = 0;
    for (const { isOnServer, isShown } of this.known.values()) more += Number(isShown) - Number(isOnServer);
    return more;
  }

  /** How many changes there are. */
  get size(): number {
    return this.known.size;
  }

  /** With these instead: what is as it was is not looked at again. */
  async with(locals: ReadonlyMap<Key, LocalRow>): Promise<Overlay> {
    const known = new Map<string, Known>();
    const changed = new Map<string, { key: Key; local: LocalRow | null; text: string }>();
    for (const [key, local] of locals) {
      const before = this.known.get(String(key));
      const text = JSON.stringify(local);
      if (before?.text === text) known.set(String(key), before);
      else changed.set(String(key), { key, local, text });
    }
    for (const [id, { key }] of this.known) {
      if (!known.has(id) && !changed.has(id)) changed.set(id, { key, local: null, text: "" });
    }
    if (changed.size === 0) return this;
    return this.changed(known, changed);
  }

  /** With these as they are now, `null` for those that are no more; others are as they were. */
  async patched(locals: ReadonlyMap<Key, LocalRow | null>): Promise<Overlay> {
    const known = new Map(this.known);
    const changed = new Map<string, { key: Key; local: LocalRow | null; text: string }>();
    for (const [key, local] of locals) {
      const before = known.get(String(key));
      const text = local === null ? "" : JSON.stringify(local);
      if ((before?.text ?? "") === text) continue;
      known.delete(String(key));
      changed.set(String(key), { key, local, text });
    }
    return changed.size === 0 ? this : this.changed(known, changed);
  }

  private async changed(
    known: Map<string, Known>,
    changed: ReadonlyMap<string, { key: Key; local: LocalRow | null; text: string }>,
  ): Promise<Overlay> {
    const { base } = this.server;
    const wanted = [...changed.values()].map(({ key }) => key).filter((key) => !isLocalKey(key));
    const found = await this.server.find(wanted);
    const records: Laid[] = [];
    for (const [id, { key, local, text }] of changed) {
      const below = found.get(id) ?? null;
      const row = local === null ? undefined : mergedRow(base.entity, base.layout, below?.row ?? null, key, local);
      const facts = local === null || row === null ? null : factsOf(below !== null, local);
      records.push({ key, below, row, facts });
      if (local !== null) known.set(id, { key, local, text, isOnServer: below !== null, isShown: row !== null });
    }
    return new Overlay(this.server, await this.table.over(this.server, records), known);
  }

  /** What is in the way of rows of the server, by the text of the key, and the rows that are shown instead of them. */
  async own(): Promise<{ keys: ReadonlySet<string>; rows: Row[] }> {
    const shown = [...this.known.values()].filter(({ isShown }) => isShown).map(({ key }) => key);
    const rows = await this.table.some(shown);
    return { keys: new Set(this.known.keys()), rows };
  }
}
