/** The segments of an entity, whatever happened to them on the device: what cannot be read of them is left out. */

import { type Bounds, looksWhole, mend } from "../store/mend";
import type { Segment, Store } from "../store/store";
import type { Source } from "./merge";

export class Readable implements Pick<Store, "segment" | "segments" | "baseSegments"> {
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

  /** Those that look whole are not looked through: who reads some of their rows sees what these are. */
  async baseSegments(entity: string, generation: number, numbers: readonly number[]): Promise<Segment[]> {
    const found = await this.source.store.baseSegments(entity, generation, numbers);
    return found.map((segment, at) => {
      const number = numbers[at] as number;
      const isWhole = looksWhole(segment, this.bounds(generation, number));
      return isWhole ? (segment as Segment) : this.mended(generation, number, segment);
    });
  }

  private bounds(generation: number, number: number): Bounds | null {
    const { content, order } = this.source;
    const isBase = generation === content.generation;
    const last = isBase ? (content.lasts[number] ?? null) : null;
    return last === null ? null : { order, after: content.lasts[number - 1] ?? null, last };
  }

  private mended(generation: number, number: number, found: Segment | null): Segment {
    const bounds = this.bounds(generation, number);
    const { segment, isDamaged } = mend(found, bounds);
    this.isDamaged ||= isDamaged;
    return segment;
  }
}
