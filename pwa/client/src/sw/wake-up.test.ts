import { expect, it } from "vitest";

import { askForWakeUp, isWakeUp, needsWakeUp, TAG, wakeUp } from "./wake-up";

it("asks where the browser can, and takes a refusal", async () => {
  const tags: string[] = [];
  await askForWakeUp({ sync: { register: async (tag: string) => void tags.push(tag) } });
  await askForWakeUp({ sync: { register: () => Promise.reject(new DOMException("", "NotAllowedError")) } });
  await askForWakeUp({});
  expect(tags).toEqual([TAG]);
});

it("tells every page, in a way that pages know from anything else", () => {
  const told: unknown[] = [];
  const page = { postMessage: (message: unknown) => void told.push(message) };
  wakeUp([page, page]);
  expect(told.map(isWakeUp)).toEqual([true, true]);
  expect([null, undefined, "WAKE_UP", { type: "SKIP_WAITING" }].map(isWakeUp)).toEqual([false, false, false, false]);
});

it("is asked for where there are changes that cannot be sent", () => {
  const pending = { unsent: 1, attention: 0, conflicts: 0, waiting: 0, oldest: "2026-01-31T09:30:00.000Z" };
  expect(needsWakeUp({ online: false, pending })).toBe(true);
  expect(needsWakeUp({ online: true, pending })).toBe(false);
  // A person's turn first.
  expect(needsWakeUp({ online: false, pending: { ...pending, unsent: 0, attention: 1 } })).toBe(false);
  expect(needsWakeUp({ online: false })).toBe(false);
});
