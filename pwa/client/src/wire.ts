/** How the page and its worker speak to each other: calls by name, what came of them, and events. */

import type { AppConfig } from "./api";
import type { Engine } from "./engine/engine";
import type { EventName, Listener } from "./engine/events";
import { HaversackError } from "./protocol/errors";
import type { EngineCalls } from "./runtime";

/** What the worker offers: the engine, once it was told which app it serves. */
export interface RemoteEngine extends Omit<EngineCalls, "start"> {
  open(config: AppConfig, page: { online: boolean; visible: boolean }): Promise<void>;
}

/** A worker, as the page has it, or what the worker's own script runs in. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

interface Call {
  id: number;
  name: string;
  args: unknown[];
}

type Answer = { id: number; value: unknown } | { id: number; error: object } | { event: [EventName, unknown] };

/** The page's side. Calls are answered from the worker; what it tells goes to the listener of the moment. */
export function engineBehind(port: Port, listener: () => Listener): RemoteEngine {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  port.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if ("event" in data) return listener()(...(data.event as Parameters<Listener>));
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) call?.reject(Object.assign(new Error(), data.error));
    else call?.resolve(data.value);
  });
  const call = (name: string | symbol, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      // What cannot be sent throws, and nothing is waited for.
      port.postMessage({ id, name: String(name), args } satisfies Call);
      waiting.set(id, { resolve, reject });
    });
  const get = (_target: object, name: string | symbol) =>
    name === "then" ? undefined : (...args: unknown[]) => call(name, args);
  return new Proxy({}, { get }) as RemoteEngine;
}

/** The worker's side: has what the page calls done by the method of this name. */
export function answerCalls(port: Port, method: (name: string) => ((...args: never[]) => unknown) | undefined): void {
  port.addEventListener("message", async ({ data: { id, name, args } }: MessageEvent<Call>) => {
    try {
      const work = method(name);
      if (work === undefined) throw new TypeError(`${name} is no method of the engine`);
      port.postMessage({ id, value: await work(...(args as never[])) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error: thrown(error) } satisfies Answer);
    }
  });
}

/** The worker's side: tells the page. */
export function tellPage(port: Port): Listener {
  return (type, detail) => port.postMessage({ event: [type, detail] } satisfies Answer);
}

/** Errors cross threads with their code, and whether to retry. */
function thrown(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack, ...(error instanceof HaversackError && error.toJSON()) };
}

/** Names of the engine's methods, by which it is called. */
export function methodOf(engine: Engine | null, name: string) {
  const member: unknown = engine === null ? undefined : Reflect.get(engine, name);
  return typeof member === "function" ? (member.bind(engine) as (...args: never[]) => unknown) : undefined;
}
