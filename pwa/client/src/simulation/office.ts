/** The server's side of a run, as far as it needs no device: `tests/simulation/views.py`. */

import type { Key, Row } from "../api";

/** What a device asked for, and what came of it. */
export interface Arrived {
  id: string;
  op: "create" | "update" | "delete";
  status: "applied" | "conflict" | "rejected" | "gone";
  values: Row;
}

/** Of the server, whoever may see it. */
export interface Record_ {
  entity: string;
  key: Key;
  values: Row;
}

export type Place = [entity: string, key: Key, name: string];

export class Office {
  constructor(
    private readonly server: string,
    private readonly realFetch: typeof fetch,
  ) {}

  async reset(): Promise<void> {
    await this.ask("reset", {});
  }

  /** Somebody without a device does one thing; says what. */
  async edit(random: number[], text: string): Promise<string> {
    return (await this.ask<{ did: string }>("edit", { random, text })).did;
  }

  rows(user: string): Promise<{ rows: Record<string, Row[]>; counts: Record<string, number> }> {
    return this.ask("rows", { user });
  }

  async arrived(): Promise<Arrived[]> {
    return (await this.ask<{ changes: Arrived[] }>("arrived", {})).changes;
  }

  /** Makes a backup of the database. */
  async keep(): Promise<void> {
    await this.ask("keep", {});
  }

  /** Puts it back. `there`: texts that were in records; `lost`: of those, by text, what is in records no more that are. */
  restore(): Promise<{ there: string[]; lost: Record<string, Place> }> {
    return this.ask("restore", {});
  }

  /** What anybody changed since. */
  async touched(): Promise<Place[]> {
    return (await this.ask<{ places: Place[] }>("touched", {})).places;
  }

  async table(): Promise<Record_[]> {
    return (await this.ask<{ records: Record_[] }>("table", {})).records;
  }

  async verdict(outcomes: Record<string, string>): Promise<string[]> {
    return (await this.ask<{ wrong: string[] }>("verdict", { outcomes })).wrong;
  }

  private async ask<T>(what: string, asked: object): Promise<T> {
    const response = await this.realFetch(`${this.server}/simulation/${what}/`, {
      method: "POST",
      body: JSON.stringify(asked),
    });
    if (!response.ok) throw new Error(`simulation/${what}/ is answered with ${response.status}`);
    return (await response.json()) as T;
  }
}
