import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Engine } from "./engine/engine";
import type { Listener } from "./engine/events";
import { ClientError, InvalidValues } from "./protocol/errors";
import { answerCalls, engineBehind, methodOf, type Port, type RemoteEngine, tellPage } from "./wire";

const calls = {
  given: "it",
  list: async (name: string, options: unknown) => [{ name, options, given: calls.given }],
  get: async () => null,
  update: async () => {
    throw new InvalidValues({ title: ["Enter a value."] });
  },
  delete: () => Promise.reject(new ClientError("read_only", "LocalThing")),
  state: () => () => "no value that can be sent",
  act: () => {
    throw "text";
  },
};

let channel: MessageChannel;
let engine: RemoteEngine;
let told: Listener;

beforeEach(() => {
  channel = new MessageChannel();
  told = vi.fn();
  engine = engineBehind(channel.port1 as Port, () => told);
  answerCalls(channel.port2 as Port, (name) => methodOf(calls as unknown as Engine, name));
  channel.port1.start();
  channel.port2.start();
});

afterEach(() => channel.port1.close());

it("calls are answered, each its own, with what was given", async () => {
  const options = { where: { at: new Date(0) } };
  const [rows, one] = await Promise.all([engine.list("a", options as never), engine.get("a", 1)]);
  expect([rows, one]).toEqual([[{ name: "a", options, given: "it" }], null]);
});

it("errors come with their code, whether to retry, and fields", async () => {
  await expect(engine.update("a", 1, {})).rejects.toMatchObject({
    ...{ code: "invalid_values", retry: false, fields: { title: ["Enter a value."] } },
    message: new InvalidValues({}).message,
  });
  await expect(engine.delete("a", 1)).rejects.toMatchObject({ code: "read_only", retry: false });
  await expect(engine.delete("a", 1)).rejects.toBeInstanceOf(Error);
  await expect(engine.act("a", {})).rejects.toThrow("text");
});

it("what cannot be sent, or is not there, is an error and no wait", async () => {
  await expect(engine.state()).rejects.toThrow();
  await expect(engine.act("a", { call: () => 1 })).rejects.toThrow();
  await expect(engine.cancel()).rejects.toThrow("cancel");
});

it("events go to the listener of the moment, in order", async () => {
  const tell = tellPage(channel.port2 as Port);
  tell("synccomplete", { context: "a" } as never);
  tell("datachange", { entities: ["LocalThing"] });
  await engine.get("a", 1);
  expect(vi.mocked(told).mock.calls).toEqual([
    ["synccomplete", { context: "a" }],
    ["datachange", { entities: ["LocalThing"] }],
  ]);
});
