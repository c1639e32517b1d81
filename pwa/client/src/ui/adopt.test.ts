import { expect, test } from "vitest";
import type { AppState, Definition } from "../api";
import { adoptState, hasLeft } from "./adopt";

function state(change: Partial<AppState> = {}): AppState {
  return {
    user: { key: "1", name: "Ann" },
    signInNeeded: false,
    sessionExpired: false,
    // A copy each time, as it comes from the worker.
    definition: { app: "shop" } as Definition,
    definitionVersion: "v1",
    replica: "r1",
    entities: {},
    lastSync: null,
    lastCheck: null,
    syncing: null,
    lastError: null,
    retryAt: null,
    filesMissing: 0,
    online: true,
    ...change,
  };
}

test("an unchanged definition stays the same object, so that what is rendered from it stays", () => {
  const before = state();
  const after = adoptState(before, state({ online: false }));
  expect(after.definition).toBe(before.definition);
  expect(after.online).toBe(false);
});

test("L5: a new definition is taken over, and so is none", () => {
  const before = state();
  const newer = state({ definitionVersion: "v2" });
  expect(adoptState(before, newer)).toBe(newer);
  const none = state({ definition: null, definitionVersion: null });
  expect(adoptState(before, none).definition).toBe(null);
  expect(adoptState(none, newer)).toBe(newer);
});

test.each([
  ["nobody was here", null, state(), false],
  ["nothing changed", state(), state(), false],
  ["signed out", state(), state({ user: null, replica: null }), true],
  ["another person", state(), state({ user: { key: "2", name: "Bob" }, replica: "r2" }), true],
  ["the same person, out and in again", state(), state({ replica: "r2" }), true],
] as const)("S2: whether somebody left: %s", (_name, before, after, left) => {
  expect(hasLeft(before, after)).toBe(left);
});
