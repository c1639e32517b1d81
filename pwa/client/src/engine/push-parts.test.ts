import { expect, it } from "vitest";

import type { OutcomeMessage, WireMutation } from "../outbox/types";
import { Cargo } from "./push";

function mutation(number: number, group: string | null = null): WireMutation {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const head = { id, entity: "LocalOrder", op: "update", key: number, base: 1 } as const;
  return { ...head, values: { name: "" }, depends_on: [], group, made_at: "2026-01-31T09:30:00.000000Z" };
}

/** Whose changes were all sent before. */
function cargoOf(units: WireMutation[][], stored: OutcomeMessage[] = []): Cargo {
  return new Cargo(units, new Set(), {
    settle: async (outcomes) => stored.push(...outcomes),
    release: async () => undefined,
  });
}

const outcomeOf = ({ id }: WireMutation): OutcomeMessage => ({ type: "outcome", id, status: "gone" });

it("takes the outcome of what was sent, once, and sends the rest again", async () => {
  const [first, second] = [mutation(1), mutation(2)];
  const stored: OutcomeMessage[] = [];
  const cargo = cargoOf([[first], [second]], stored);
  await cargo.settle([outcomeOf(first)]);
  expect(cargo.toSend()).toEqual([second]);
  expect(() => cargo.settle([outcomeOf(first)])).toThrow("damaged");
  expect(() => cargo.settle([outcomeOf(mutation(7))])).toThrow("damaged");
  expect(stored).toEqual([outcomeOf(first)]);
});

it("W3: is divided until one is left, and what belongs together is not", async () => {
  const units = [[mutation(1)], [mutation(2, "a"), mutation(3, "a")], [mutation(4)]];
  const cargo = cargoOf(units);
  await cargo.settle([outcomeOf(mutation(1))]);
  const halves = cargo.halves();
  expect(halves?.map((half) => half.toSend().map(({ key }) => key))).toEqual([[2, 3], [4]]);
  expect(halves?.map((half) => half.halves())).toEqual([null, null]);
});
