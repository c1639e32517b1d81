/**
 * Knows when devices have nothing left to do by themselves: what remains is for the network, the clock or a person.
 * To be imported before anything that opens a database: the fake one has its tasks run by `setImmediate`.
 */

type Immediate = (callback: (...given: unknown[]) => void, ...given: unknown[]) => unknown;
type Timeout = (callback: (...given: unknown[]) => void, milliseconds?: number, ...given: unknown[]) => unknown;

const node = globalThis as unknown as { setImmediate: Immediate; setTimeout: Timeout };
const soon = node.setImmediate;
const later = node.setTimeout;
let waiting = 0;

node.setImmediate = (callback, ...given) => {
  waiting += 1;
  return soon(() => {
    waiting -= 1;
    callback(...given);
  });
};

// What lets others have their turn, and goes on after it.
node.setTimeout = (callback, milliseconds = 0, ...given) =>
  milliseconds > 0 ? later(callback, milliseconds, ...given) : node.setImmediate(callback, ...given);

const TURNS = 4;
const MOST = 200_000;

/** Resolves when nothing moves. @throws Error when things move for ever. */
export async function quiet(): Promise<void> {
  let still = 0;
  for (let turn = 0; turn < MOST; turn++) {
    await new Promise<void>((resolve) => soon(() => resolve()));
    still = waiting === 0 ? still + 1 : 0;
    if (still >= TURNS) return;
  }
  throw new Error("L: something on a device goes round and round");
}

/** A promise of which one can ask whether it is settled. */
export interface Watched<T> {
  isSettled: boolean;
  promise: Promise<T>;
}

export function watch<T>(promise: Promise<T>): Watched<T> {
  const watched: Watched<T> = { isSettled: false, promise };
  const settled = () => {
    watched.isSettled = true;
  };
  promise.then(settled, settled);
  return watched;
}
