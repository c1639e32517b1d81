/** `window.offline`: the page's side of the engine, which lives in the worker. */

import type { Actions, AppConfig, EntityApi, NetworkType, OfflineApi, OfflineEvents } from "./api";
import { actionOf, byName, entityOf, syncedNames } from "./by-name";
import type { Engine } from "./engine/engine";
import type { Listener } from "./engine/events";
import { LOCAL_KEY } from "./outbox/types";
import { randomId } from "./random-id";

/** The engine's public methods, each answered from another thread. */
export type EngineCalls = {
  [Name in keyof Engine as Engine[Name] extends (...args: never[]) => unknown ? Name : never]: Engine[Name] extends (
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

export interface RuntimeWorld {
  config: AppConfig;
  engine: Omit<EngineCalls, "start">;
  /** Opens the engine; events go to the listener. */
  open(listener: Listener): Promise<void>;
  networkType(): NetworkType;
  /** Only the page may ask. */
  persist(): Promise<boolean>;
  /** Whether a person has just pressed something: what runs now is then not code going round in circles. */
  pressed(): boolean;
}

export function createRuntime({ config, engine, open, networkType, persist, pressed }: RuntimeWorld): OfflineApi {
  const target = new EventTarget();
  const names: string[] = [];
  const synced: string[] = [];
  const ready = start();

  async function start(): Promise<void> {
    await open((type, detail) => {
      if (type === "statechange") learn(detail as OfflineEvents["statechange"]);
      target.dispatchEvent(new CustomEvent(type, { detail }));
    });
    learn(await engine.state());
  }

  /** What `entities` lists; any other name works too, and its actions say whether there is such an entity. */
  function learn({ definition }: OfflineEvents["statechange"]): void {
    names.splice(0, names.length, ...(definition?.entities.map(({ name }) => name) ?? []));
    synced.splice(0, synced.length, ...syncedNames(definition));
  }

  const entities = byName<EntityApi>(
    (name) => entityApi(name, engine, ready),
    () => names,
  );
  const actions = byName<Actions[string]>(
    (name) => async (input) => {
      const byHand = pressed();
      await ready;
      if (name.startsWith("SyncLocal")) return engine.syncEntity(entityOf(name, synced), byHand);
      return engine.act(name, input ?? {});
    },
    () => synced.map(actionOf),
  );

  return {
    ready,
    config,
    entities,
    actions: actions as Actions,
    async onSync(context = "", { discardPending = false } = {}) {
      const byHand = pressed();
      await ready;
      return engine.onSync(context, { discardPending, pressed: byHand });
    },
    async check() {
      const byHand = pressed();
      await ready;
      return engine.check(byHand);
    },
    cancel: () => ready.then(() => engine.cancel()),
    addEventListener: (type, listener) => target.addEventListener(type, listener as EventListener),
    removeEventListener: (type, listener) => target.removeEventListener(type, listener as EventListener),
    getNetworkStatus: () => ready.then(() => engine.isOnline()),
    getNetworkType: async () => networkType(),
    pending: () => ready.then(() => engine.pending()),
    conflicts: () => ready.then(() => engine.conflicts()),
    resolve: (id, choice) => ready.then(() => engine.resolve(id, choice)),
    resend: (ids) => ready.then(() => engine.resend(ids)),
    discard: (ids) => ready.then(() => engine.discard(ids)),
    saveTogether: (edits) => ready.then(() => engine.saveTogether(edits)),
    newKey: () => LOCAL_KEY + randomId(),
    syncProperties: () => ready.then(() => engine.syncProperties()),
    state: () => ready.then(() => engine.state()),
    file: (name) => ready.then(() => engine.file(name)),
    picture: (name, size) => ready.then(() => engine.picture(name, size)),
    storage: () => ready.then(() => engine.storage()),
    setPictureBudget: (bytes) => ready.then(() => engine.setPictureBudget(bytes)),
    persist,
    signIn: (username, password) => ready.then(() => engine.signIn(username, password)),
    signOut: () => ready.then(() => engine.signOut()),
  };
}

function entityApi(name: string, engine: RuntimeWorld["engine"], ready: Promise<void>): EntityApi {
  return {
    get: (key) => ready.then(() => engine.get(name, key)),
    list: (options) => ready.then(() => engine.list(name, options)),
    count: (options) => ready.then(() => engine.count(name, options)),
    facets: (options) => ready.then(() => engine.facets(name, options)),
    createOrUpdate: (values) =>
      ready.then(() => engine.save(name, [values], true)).then(([key]) => key as NonNullable<typeof key>),
    createOrUpdateAll: (rows) => ready.then(() => engine.save(name, rows, false)),
    update: (key, values) => ready.then(() => engine.update(name, key, values)),
    delete: (key) => ready.then(() => engine.delete(name, key)),
    deleteAll: () => ready.then(() => engine.deleteAll(name)),
  };
}
