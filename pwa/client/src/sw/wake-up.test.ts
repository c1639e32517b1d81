import { expect, it } from "vitest";

import { askForWakeUp, isWakeUp, TAG, wakeUp } from "./wake-up";

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
