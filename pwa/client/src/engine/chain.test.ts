import { expect, it } from "vitest";

import { FakeClock } from "../testing/clock";
import { Chain } from "./chain";
import type { Job } from "./plan";

const clock = new FakeClock();
const job = (change: Partial<Job> = {}): Job => ({ context: "", trigger: "manual", ...change });

/** How many runs, each begun as the one before it is complete, are admitted before the first that is not. */
function runs(chain: Chain, next: (index: number) => Job, pause = 0): number {
  for (let index = 0; index < 20; index++) {
    if (!chain.admits(next(index))) return index;
    clock.advance(5_000);
    chain.completed();
    clock.advance(pause);
  }
  return Number.POSITIVE_INFINITY;
}

it("Q1: a run and five that its end started are admitted, the next is not, until there was a pause", () => {
  const chain = new Chain(clock);
  expect(runs(chain, () => job())).toBe(6);
  expect(chain.admits(job())).toBe(false);
  clock.advance(101);
  expect(chain.admits(job())).toBe(true);
});

it("Q1: contexts that start each other in turn are a loop too", () => {
  expect(runs(new Chain(clock), (index) => job({ context: index % 2 ? "a" : "b" }))).toBe(12);
});

it.each([
  ["that a person starts", () => job({ pressed: true }), 0],
  ["that a trigger starts", () => job({ trigger: "retry" }), 0],
  ["with a pause between them", () => job(), 101],
  ["of contexts one after another", (index: number) => job({ context: `context ${index}` }), 0],
] as const)("Q1: runs %s are no loop", (_name, next, pause) => {
  expect(runs(new Chain(clock), next, pause)).toBe(Number.POSITIVE_INFINITY);
});

it("Q1: trying again what failed is no loop", () => {
  const chain = new Chain(clock);
  for (let index = 0; index < 20; index++) {
    expect(chain.admits(job())).toBe(true);
    chain.failed();
  }
});
