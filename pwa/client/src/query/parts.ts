/** What was worked out of the segments of a base, by segment. */

export class Parts {
  readonly all: unknown[];
  /** Segments of which it was made here and is not stored. */
  readonly made = new Set<number>();
  private missing: number;

  constructor(segments: number) {
    this.all = Array.from({ length: segments });
    this.missing = segments;
  }

  /** The same, with room for more segments. */
  grown(segments: number): Parts {
    const parts = new Parts(segments);
    for (const [segment, data] of this.all.entries()) if (data !== undefined) parts.put(segment, data);
    return parts;
  }

  get isWhole(): boolean {
    return this.missing === 0;
  }

  get(segment: number): unknown {
    return this.all[segment];
  }

  put(segment: number, data: unknown): void {
    if (this.all[segment] === undefined) this.missing--;
    this.all[segment] = data;
  }
}
