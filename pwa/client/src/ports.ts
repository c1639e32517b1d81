/**
 * What the engine needs of the world around it. The worker plugs in the browser; tests plug in a clock that they move,
 * a network that they cut and a random that they choose.
 */

import type { NetworkType } from "./api";
import type { Fetch } from "./protocol/http";
import type { DeviceStore, Store } from "./store/store";

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back once; the function returned cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The part of Web Locks that is used. */
export interface Locks {
  request<T>(name: string, options: { signal?: AbortSignal; steal?: boolean }, work: () => Promise<T>): Promise<T>;
}

/** Messages between the tabs of one app; a tab does not hear itself. */
export interface Channel<Message> {
  post(message: Message): void;
  listen(callback: (message: Message) => void): void;
}

/** SHA-256 of these bytes. */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** What the browser says of the space that this origin takes. */
export interface StorageFigures {
  /** Bytes; `null` where it does not say. */
  estimate(): Promise<{ usage: number; quota: number } | null>;
  /** Whether it promised not to remove anything by itself; `null` where it does not say. */
  persisted(): Promise<boolean | null>;
}

export interface Stores {
  /** What belongs to the device. */
  device(app: string): DeviceStore;
  /** What belongs to one person in one app. Opened when first used. */
  user(app: string, key: string): Store;
}

/** What the Network Information API says, where there is one. */
export interface Network {
  type(): NetworkType;
  /** Whether its use costs; what is not known does not. */
  metered(): boolean;
}

export interface Ports {
  clock: Clock;
  /** A number from 0 up to, but not with, 1. */
  random(): number;
  /** A random UUID. */
  uuid(): string;
  /** Loads a script module, and returns what it exports. */
  load(url: string): Promise<unknown>;
  network: Network;
  fetch: Fetch;
  locks: Locks;
  channel: Channel<unknown>;
  stores: Stores;
  sha256: Digest;
  storage: StorageFigures;
}
