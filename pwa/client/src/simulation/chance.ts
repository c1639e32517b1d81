/** Everything that a run leaves to chance, from its seed. */

import { random } from "../testing/random";

export class Chance {
  constructor(private readonly pick: (below: number) => number) {}

  /** Of one step of one seed: the same whatever other steps are left out. */
  static of(seed: number, step: number): Chance {
    return new Chance(random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b)));
  }

  /** A whole number from 0 up to, but not with, `most`. */
  below(most: number): number {
    return this.pick(most);
  }

  one<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length || 1)];
  }

  /** Once in so many times. */
  in(many: number): boolean {
    return this.below(many) === 0;
  }

  /** One of the names, each as often as its number says. */
  weighed<T extends string>(weights: Record<T, number>): T {
    const all = Object.entries(weights) as [T, number][];
    let at = this.below(all.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [name, weight] of all) {
      at -= weight;
      if (at < 0) return name;
    }
    throw new Error("There is nothing to choose from.");
  }

  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.below(1_000_000));
  }

  uuid(): string {
    const digits = Array.from({ length: 32 }, () => this.below(16).toString(16)).join("");
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `a${digits.slice(17, 20)}`,
      digits.slice(20),
    ].join("-");
  }
}
