/** The dedicated worker: one engine for the page that started it (L3). */

import { browserPorts } from "./browser";
import { Engine } from "./engine/engine";
import { speak } from "./language";
import { answerCalls, methodOf, type Port, type RemoteEngine, tellPage } from "./wire";

const page = globalThis as unknown as Port;
let engine: Engine | null = null;

const open: RemoteEngine["open"] = async (config, seen) => {
  speak(config);
  engine = new Engine(config, browserPorts(config.app), seen);
  await engine.start(tellPage(page));
};

answerCalls(page, (name) => (name === "open" ? open : methodOf(engine, name)));
