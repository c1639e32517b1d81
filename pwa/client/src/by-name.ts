/** What an app's own code reaches by the names of its entities: `entities.LocalProduct`, `actions.SyncLocalProduct()`. */

import type { Definition } from "./api";
import { LOCAL } from "./protocol/patterns";

/** `SyncLocal<Entity>`, for a class `LocalProduct` and for a class `Product`; no app has both (check E013). */
export function actionOf(entity: string): string {
  return `SyncLocal${entity.replace(/^Local/, "")}`;
}

/** The entity of a `SyncLocal<Entity>`, of those that are known. */
export function entityOf(action: string, names: readonly string[]): string {
  // Before the first definition the server decides, and most classes have the prefix.
  return names.find((name) => actionOf(name) === action) ?? action.slice("Sync".length);
}

/** The entities that are synced: others are only on this device. */
export function syncedNames(definition: Definition | null | undefined): string[] {
  return definition?.entities.filter(({ pattern }) => pattern !== LOCAL).map(({ name }) => name) ?? [];
}

/** An object that has a member for every name, and lists those that are known. */
export function byName<T>(make: (name: string) => T, names: () => string[]): Record<string, T> {
  const made: Record<string, T> = Object.create(null);
  return new Proxy(made, {
    get(_target, name) {
      // `await` asks everything whether it is a promise.
      if (typeof name === "symbol" || name === "then") return undefined;
      made[name] ??= make(name);
      return made[name];
    },
    has: (_target, name) => names().includes(String(name)),
    ownKeys: names,
    getOwnPropertyDescriptor(_target, name) {
      if (!names().includes(String(name))) return undefined;
      return { configurable: true, enumerable: true, writable: true, value: make(String(name)) };
    },
    set: () => false,
  });
}
