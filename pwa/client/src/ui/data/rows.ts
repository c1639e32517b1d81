/**
 * The rows of one list, fetched in pages around what is visible, so that a list of 100,000 rows costs what a screen
 * of it costs. A new query or changed data replaces everything shown at once, when it has arrived: no flicker.
 */
import type { EntityApi, ListOptions, Row } from "../../api";

export const PAGE = 50;
const KEPT_PAGES = 24;

export type Query = Pick<ListOptions, "search" | "where" | "orderBy">;

interface Generation {
  query: Query;
  total: number;
  /** In order of use, the latest last. */
  pages: Map<number, Row[]>;
}

export class RowSource {
  #shown: Generation | null = null;
  #query: Query = {};
  /** Rises with every query and every change of data; an answer to an older one is dropped. */
  #version = 0;
  #wanted: [number, number] = [0, PAGE];
  #pumping = false;
  #asking: Promise<void> | null = null;
  failed = false;

  constructor(
    readonly api: EntityApi,
    readonly changed: () => void,
  ) {}

  /** `null` until the first answer. */
  get total(): number | null {
    return this.#shown?.total ?? null;
  }

  /** The query of the rows shown now, which may be the one before the latest. */
  get shownQuery(): Query | null {
    return this.#shown?.query ?? null;
  }

  /** Another object when what is shown was asked for anew. */
  get answer(): object | null {
    return this.#shown;
  }

  /** The row at this place, `undefined` while it is not loaded. */
  row(index: number): Row | undefined {
    return this.#shown?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Where this row is, if it is among those loaded. */
  find(is: (row: Row) => boolean): number | null {
    for (const [page, rows] of this.#shown?.pages ?? []) {
      const place = rows.findIndex(is);
      if (place >= 0) return page * PAGE + place;
    }
    return null;
  }

  /** `start`: the first row that will be visible, when a list is come back to. */
  setQuery(query: Query, start = 0): Promise<void> {
    this.#query = query;
    this.#wanted = [start, start + PAGE / 2];
    return this.reload();
  }

  /** Asks again for what is visible. While an answer is awaited one more waits, which asks for what is wanted then. */
  async reload(): Promise<void> {
    const version = ++this.#version;
    // A worker that is handed every keystroke is still searching for the first when the last one comes.
    while (this.#asking !== null) await this.#asking;
    if (version !== this.#version) return;
    const query = this.#query;
    const asking = this.#ask(query, version).finally(() => {
      this.#asking = null;
    });
    this.#asking = asking;
    await asking;
    if (version !== this.#version) return;
    this.changed();
    await this.#pump();
  }

  async #ask(query: Query, version: number): Promise<void> {
    const { orderBy: _, ...narrowed } = query;
    try {
      const [total, pages] = await Promise.all([this.api.count(narrowed), this.#fetch(query, this.#wanted)]);
      if (version !== this.#version) return;
      this.#shown = { query, total, pages };
      this.failed = false;
    } catch {
      if (version === this.#version) this.failed = true;
    }
  }

  /** Says which rows are visible now; `end` is exclusive. */
  want(start: number, end: number): Promise<void> {
    this.#wanted = [start, Math.max(end, start + 1)];
    return this.#pump();
  }

  // One page at a time, always for where the list is now: a fast scroll skips the pages it flew over.
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
        const generation = this.#shown;
        if (!generation) return;
        const rows = await this.#page(generation.query, page);
        generation.pages.set(page, rows);
        if (generation !== this.#shown) continue;
        this.#forget(generation);
        this.changed();
      }
    } catch {
      this.failed = true;
      this.changed();
    } finally {
      this.#pumping = false;
    }
  }

  #missing(): number | undefined {
    const shown = this.#shown;
    if (!shown || this.failed) return undefined;
    return pagesOf(this.#wanted, shown.total).find((page) => !shown.pages.has(page));
  }

  #forget(generation: Generation): void {
    const needed = pagesOf(this.#wanted, generation.total);
    for (const page of generation.pages.keys()) {
      if (generation.pages.size <= KEPT_PAGES) return;
      if (!needed.includes(page)) generation.pages.delete(page);
    }
  }

  async #fetch(query: Query, wanted: [number, number]): Promise<Map<number, Row[]>> {
    const pages = pagesOf(wanted, Number.POSITIVE_INFINITY);
    return new Map(await Promise.all(pages.map(async (page) => [page, await this.#page(query, page)] as const)));
  }

  #page(query: Query, page: number): Promise<Row[]> {
    return this.api.list({ ...query, limit: PAGE, offset: page * PAGE });
  }
}

function pagesOf([start, end]: [number, number], total: number): number[] {
  const first = Math.floor(start / PAGE);
  const last = Math.floor((Math.min(end, total) - 1) / PAGE);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);
}
