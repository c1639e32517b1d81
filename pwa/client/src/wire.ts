/** How the page and its worker speak to each other. */

import { transferHandlers } from "comlink";

import type { AppConfig } from "./api";
import type { Engine } from "./engine/engine";
import type { Listener } from "./engine/events";
import { HaversackError } from "./protocol/errors";

/** What the worker exposes: the engine, once it was told which app it serves. */
export interface RemoteEngine extends Omit<Engine, "start"> {
  open(config: AppConfig, page: { online: boolean; visible: boolean }, listener: Listener): Promise<void>;
}

interface Thrown {
  isError: boolean;
  value: object;
}

/** Errors cross threads with their code and whether to retry; comlink by itself keeps the message only. */
export function carryErrorCodes(): void {
  const handler = transferHandlers.get("throw");
  if (handler === undefined) return;
  transferHandlers.set("throw", {
    ...handler,
    serialize(thrown: { value: unknown }) {
      const [serialized, transferables] = handler.serialize(thrown) as [Thrown, Transferable[]];
      const { value } = thrown;
      if (value instanceof HaversackError) Object.assign(serialized.value, value.toJSON());
      return [serialized, transferables];
    },
  });
}
