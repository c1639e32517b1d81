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
