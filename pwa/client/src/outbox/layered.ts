/** A map over another, which stays as it is until what was changed is taken over. */

export class Layered<Value> {
  /** `undefined` where it is gone. */
  private readonly over = new Map<string, Value | undefined>();

  constructor(private readonly under: Map<string, Value>) {}

  get(id: string): Value | undefined {
    return this.over.has(id) ? this.over.get(id) : this.under.get(id);
  }

  set(id: string, value: Value): void {
    this.over.set(id, value);
  }

  delete(id: string): void {
    if (this.under.has(id)) this.over.set(id, undefined);
    else this.over.delete(id);
  }

  get isEmpty(): boolean {
    for (const _ of this.values()) return false;
    return true;
  }

  *values(): Generator<Value> {
    for (const [id, value] of this.under) {
      const now = this.over.has(id) ? this.over.get(id) : value;
      if (now !== undefined) yield now;
    }
    for (const [id, value] of this.over) if (value !== undefined && !this.under.has(id)) yield value;
  }

  /** What was set or deleted, and what it was before. */
  *others(): Generator<[id: string, value: Value | undefined, before: Value | undefined]> {
    for (const [id, value] of this.over) yield [id, value, this.under.get(id)];
  }

  /** Whether it is another than below. */
  isOther(id: string, value: Value): boolean {
    return this.under.get(id) !== value;
  }

  /** Takes over into the map below what was changed. */
  takeOver(): void {
    for (const [id, value] of this.over) {
      if (value === undefined) this.under.delete(id);
      else this.under.set(id, value);
    }
    this.over.clear();
  }
}
