import type { ReactiveController, ReactiveControllerHost } from "lit";
import { afterEach, expect, it, vi } from "vitest";
import { deferred, settle } from "../../testing/deferred";
import { All } from "./all";

/** A runtime whose counts the test answers, and a screen on the page. */
function made() {
  const target = new EventTarget();
  const counts: Record<string, () => Promise<number>> = {};
  const entities = new Proxy({}, { get: (_, name: string) => ({ count: () => counts[name]?.() }) });
  const offline = {
    entities,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  vi.stubGlobal("window", { offline });
  const requestUpdate = vi.fn();
  const addController = (controller: ReactiveController) => controller.hostConnected?.();
  const all = new All({ addController, requestUpdate } as unknown as ReactiveControllerHost);
  const change = (name: string) =>
    target.dispatchEvent(new CustomEvent("datachange", { detail: { entities: [name] } }));
  return { all, counts, change, requestUpdate };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("L1: all of a list are counted as they are on the device, again after each change", async () => {
  const { all, counts, change, requestUpdate } = made();
  counts.LocalOrder = async () => 7;
  expect(all.rows).toBe(null);
  await all.of("LocalOrder");
  expect([all.rows, requestUpdate.mock.calls.length]).toEqual([7, 1]);
  counts.LocalOrder = async () => 8;
  change("LocalLine");
  await settle();
  expect(all.rows).toBe(7);
  change("LocalOrder");
  await settle();
  expect([all.rows, requestUpdate.mock.calls.length]).toEqual([8, 2]);
});

it("an answer about the list before is dropped", async () => {
  const { all, counts } = made();
  const slow = deferred();
  counts.LocalOrder = async () => {
    await slow.promise;
    return 7;
  };
  counts.LocalLine = async () => 3;
  const before = all.of("LocalOrder");
  await all.of("LocalLine");
  slow.resolve();
  await before;
  expect(all.rows).toBe(3);
});
