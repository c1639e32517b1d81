import { expect, test } from "vitest";
import type { AppState } from "../api";
import { Formatter } from "./format";
import {
  checkText,
  measure,
  phaseText,
  reason,
  remainingText,
  resultText,
  stateLook,
  stateText,
  stateTitle,
} from "./sync-words";

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

test("an error of one change says which record it is of", () => {
  const about = { change: "1", title: "Mill" };
  expect(reason({ code: "server_error", message: "", retry: true, about })).toBe(
    "“Mill” was not sent, the server has a problem",
  );
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
  expect(resultText({ ...result, received: { A: 1000, B: 5 } }, format)).toBe("1,005 rows received");
});

test("W3: a sync says what became of the changes that it sent", () => {
  const result = { status: "complete", context: "", received: { A: 3 } } as const;
  const none = { applied: 0, conflict: 0, rejected: 0, gone: 0 };
  const told = (pushed: Partial<typeof none>) => resultText({ ...result, pushed: { ...none, ...pushed } }, format);
  expect(told({ applied: 3 })).toBe("3 changes sent");
  expect(told({ applied: 1, conflict: 1 })).toBe("1 change sent; 1 needs your attention");
  expect(told({ applied: 3, rejected: 1, gone: 1 })).toBe("3 changes sent; 2 need your attention");
  expect(told({ rejected: 1 })).toBe("1 change needs your attention");
  expect(told({})).toBe("3 rows received");
});

test("changes are sent first, and counted", () => {
  const push = { context: "", phase: "push", done: 3, total: 12, bytes: 0, totalBytes: 0 } as const;
  expect(phaseText(push, format)).toBe("Sending 3 of 12");
  expect(stateText({ ...calm, syncing: push }, format)).toBe("Sending 3 of 12");
});

test("what is not sent is said beside the sync button, before the time of the last sync", () => {
  const pending = { unsent: 3, attention: 0, conflicts: 0, waiting: 0, oldest: null };
  expect(stateText({ ...calm, pending }, format)).toBe("3 not sent");
  expect(stateText({ ...calm, pending: { ...pending, unsent: 0 } }, format)).toBeNull();
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
