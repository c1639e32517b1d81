/** The segments of an entity, whatever happened to them on the device: what cannot be read of them is left out. */

import { mend } from "../store/mend";
import type { Segment, Store } from "../store/store";
import type { Source } from "./merge";

export class Readable implements Pick<Store, "segment" | "segments"> {
  /** Whether anything that was read is not as it was written. */
  isDamaged = false;

  constructor(private readonly source: Source) {}

  /** The same rows, read through this. */
  get asSource(): Source {
    return { ...this.source, store: this };
  }

  async segment(entity: string, generation: number, number: number): Promise<Segment> {
    return this.mended(generation, number, await this.source.store.segment(entity, generation, number));
  }

  async segments(entity: string, generation: number, most = 0): Promise<Segment[]> {
    const found = await this.source.store.segments(entity, generation, most);
    if (found.length === most) return found.map((segment, number) => this.mended(generation, number, segment));
    // Which are missing is told only by asking for each.
    const all: Segment[] = [];
    for (let number = 0; number < most; number++) all.push(await this.segment(entity, generation, number));
    return all;
  }

  private mended(generation: number, number: number, found: Segment | null): Segment {
    const { content, order } = this.source;
    const isBase = generation === content.generation;
    const last = isBase ? (content.lasts[number] ?? null) : null;
    const bounds = last === null ? null : { order, after: content.lasts[number - 1] ?? null, last };
    const { segment, isDamaged } = mend(found, bounds);
    this.isDamaged ||= isDamaged;
    return segment;
  }
}
