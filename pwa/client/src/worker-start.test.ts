import { expect, it } from "vitest";

import { openIn } from "./worker-start";

const never = () => new Promise<void>(() => undefined);

it.each(["error", "messageerror"])("a worker that fails to start is an error, not a wait: %s", async (type) => {
  const worker = new EventTarget();
  const opened = openIn(worker, never);
  worker.dispatchEvent(new Event(type));
  await expect(opened).rejects.toMatchObject({ code: "internal" });
});

it("what goes wrong in a worker that has started is its own affair", async () => {
  const worker = new EventTarget();
  await openIn(worker, async () => undefined);
  worker.dispatchEvent(new Event("error"));
});
