/** How long the engine waits, in milliseconds. */

export interface Limits {
  /** Until the first byte of a sync's answer: the server renders all of it before it sends any (decision 0009). */
  connect: number;
  /** Without progress, after which a sync is given up; and for a whole request that is answered at once. */
  progress: number;
  /** Of silence, after which a tab that holds a lock counts as frozen. */
  patience: number;
  /** Between two signs of life of a tab that syncs; well below the others' patience. */
  beat: number;
  /** Between two comparisons of all rows with the server's. */
  compareEvery: number;
}

const DAY = 24 * 60 * 60 * 1000;

export const DEFAULT_LIMITS: Limits = {
  connect: 120_000,
  progress: 30_000,
  patience: 60_000,
  beat: 5_000,
  compareEvery: 7 * DAY,
};
