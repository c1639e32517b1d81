import { expect, test } from "vitest";
import type { AppState } from "../api";
import { Formatter } from "./format";
import { checkText, measure, reason, remainingText, resultText, stateLook, stateText, stateTitle } from "./sync-words";

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

test("without a network nothing has failed", () => {
  const lastError = { code: "network", message: "", retry: true };
  expect(stateLook({ ...calm, lastError, online: false })).toBe("offline");
  expect(stateLook({ ...calm, lastError })).toBe("failed");
  expect(stateTitle(calm)).toBe("Up to date");
  expect(stateTitle({ ...calm, lastSync: null })).toBe("Not synced yet");
});

test("remaining time is said as roughly as it is known", () => {
  const words = [null, 4, 12, 54, 55, 89, 95, 1_790].map((seconds) => remainingText(seconds, format));
  expect(words).toEqual([
    "",
    "A moment left",
    "About 20 seconds left",
    "About 1 minute left",
    "About 1 minute left",
    "About 1 minute left",
    "About 2 minutes left",
    "About 30 minutes left",
  ]);
});

test("a comparison says what it repaired", () => {
  const entities = [
    { name: "LocalProduct", label: "product", label_plural: "products" },
    { name: "LocalCategory", label: "category", label_plural: "categories" },
  ];
  const state = { definition: { entities } } as unknown as AppState;
  expect(checkText({}, state, format)).toBe("Everything is as on the server.");
  expect(checkText({ LocalProduct: 0 }, state, format)).toBe("Everything is as on the server.");
  expect(checkText({ LocalProduct: 10, LocalCategory: 1 }, state, format)).toBe(
    "Repaired: 10 products and 1 category.",
  );
});

test("progress counts bytes where they are known, and pictures one by one", () => {
  const progress = { context: "", done: 10, total: 100, bytes: 300, totalBytes: 1_000 };
  expect(measure({ ...progress, phase: "rows" })).toEqual([300, 1_000]);
  expect(measure({ ...progress, phase: "rows", totalBytes: 0 })).toEqual([10, 100]);
  expect(measure({ ...progress, phase: "files" })).toEqual([10, 100]);
});
