/** The dedicated worker: one engine for the page that started it (L3). */

import { expose } from "comlink";

import type { AppConfig } from "./api";
import { browserPorts } from "./browser";
import { Engine } from "./engine/engine";
import type { Listener } from "./engine/events";
import { speak } from "./language";
import { carryErrorCodes } from "./wire";

let engine: Engine | null = null;

const opener = {
  async open(config: AppConfig, page: { online: boolean; visible: boolean }, listener: Listener): Promise<void> {
    speak(config);
    engine = new Engine(config, browserPorts(config.app), page);
    await engine.start((type, detail) => void listener(type, detail));
  },
};

carryErrorCodes();
expose(
  new Proxy(opener, {
    get(target, name) {
      if (name === "open") return target.open;
      const member: unknown = engine === null ? undefined : Reflect.get(engine, name);
      return typeof member === "function" ? member.bind(engine) : undefined;
    },
  }),
);
