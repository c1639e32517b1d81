import { expect, test } from "vitest";
import type { AppState } from "../api";
import { Formatter } from "./format";
import { reason, resultText, stateText } from "./sync-words";

const format = new Formatter("en-GB", "UTC");
const calm: AppState = {
  user: null,
  signInNeeded: false,
  sessionExpired: false,
  definition: null,
  definitionVersion: null,
  replica: null,
  entities: {},
  lastSync: "2026-01-31T09:30:00Z",
  syncing: null,
  lastCheck: null,
  lastError: null,
  retryAt: null,
  filesMissing: 0,
  online: true,
};

test("known codes have words, others keep their message", () => {
  expect(reason({ code: "network", message: "Failed to fetch", retry: true })).toBe("the server cannot be reached");
  expect(reason({ code: "new_code", message: "Something new.", retry: false })).toBe("Something new");
});

test("what is going on goes before what went wrong", () => {
  const lastError = { code: "network", message: "", retry: true };
  const syncing = { context: "", phase: "rows", done: 1, total: 4, bytes: 0, totalBytes: 0 } as const;
  expect(stateText({ ...calm, lastError, syncing }, format)).toBe("Syncing 25%");
  expect(stateText({ ...calm, lastError, online: false }, format)).toBe("Offline");
  expect(stateText({ ...calm, lastError }, format)).toBe("Sync failed");
  expect(stateText(calm, format)).toBeNull();
});

test("a sync says how many rows it brought", () => {
  const result = { status: "complete", context: "" } as const;
  expect(resultText({ ...result, received: {} }, format)).toBe("Up to date");
  expect(resultText({ ...result, received: { A: 1000, B: 5 } }, format)).toBe("1,005 rows updated");
});
