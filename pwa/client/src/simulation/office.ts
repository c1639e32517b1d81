/** The server's side of a run, as far as it needs no device: `tests/simulation/views.py`. */

import type { Row } from "../api";

/** What a device asked for, and what came of it. */
export interface Arrived {
  id: string;
  op: "create" | "update" | "delete";
  status: "applied" | "conflict" | "rejected" | "gone";
  values: Row;
}

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
