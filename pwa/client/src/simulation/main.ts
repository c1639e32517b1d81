/** `make sim`, the part in Node: runs seeds, and makes what fails as small as can be. */

import "./quiet";
import "fake-indexeddb/auto";

import { type Ended, type Figures, Life } from "./life";
import { Office } from "./office";

declare const process: { env: Record<string, string | undefined>; exitCode: number };

const { env } = process;
const server = env.SERVER ?? "";
const realFetch = globalThis.fetch;
const office = new Office(server, realFetch);
const STEPS = Number(env.STEPS);
const only = env.ONLY ? env.ONLY.split(",").map(Number) : null;
/** Runs that may be spent on making a failure small. */
const TRIES = 60;
const MOST_SHRUNK = 3;

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

function run(seed: number, steps: readonly number[], isTold = false): Promise<Ended> {
  return new Life(
    seed,
    office,
    server,
    realFetch,
    env.RESTORES === "1",
    isTold ? (line) => console.log(line) : undefined,
  ).run(steps);
}

/** Fewer steps that fail, too: first as few as possible from the beginning, then without those that do not matter. */
async function shrink(seed: number, failing: number[]): Promise<number[]> {
  let tries = TRIES;
  const fails = async (steps: number[]) => tries-- > 0 && (await run(seed, steps)).failures.length > 0;
  let [works, least] = [0, failing.length];
  while (works < least) {
    const middle = Math.floor((works + least) / 2);
    if (await fails(failing.slice(0, middle))) least = middle;
    else works = middle + 1;
  }
  let steps = failing.slice(0, least);
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length && tries > 0; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (await fails(fewer)) steps = fewer;
      else at += size;
    }
  }
  return steps;
}

function add(all: Record<string, number>, more: Record<string, number>): void {
  for (const [name, count] of Object.entries(more)) all[name] = (all[name] ?? 0) + count;
}

const listed = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

async function main(): Promise<void> {
  const seeds = upTo(Number(env.SEEDS)).map((at) => at + Number(env.SEED_BASE));
  seeds.push(...upTo(Number(env.FRESH)).map((at) => (Number(env.FRESH_BASE) + at) % 2 ** 32));
  const steps = only ?? upTo(STEPS);
  const sum: Figures = { steps: 0, edits: 0, mutations: 0, requests: 0, faults: {}, outcomes: {} };
  const failed: number[] = [];
  for (const seed of seeds) {
    const { failures, log, figures } = await run(seed, steps, env.VERBOSE === "1");
    for (const name of ["steps", "edits", "mutations", "requests"] as const) sum[name] += figures[name];
    add(sum.faults, figures.faults);
    add(sum.outcomes, figures.outcomes);
    if (failures.length === 0) {
      console.log(`seed ${seed}: ok, ${figures.mutations} changes sent, ${figures.requests} requests`);
      continue;
    }
    failed.push(seed);
    console.log(`seed ${seed}: FAILED on ${env.DATABASE}\n${log.join("\n")}\n${failures.join("\n")}`);
    if (only !== null || failed.length > MOST_SHRUNK) continue;
    const few = await shrink(seed, steps);
    const again = await run(seed, few);
    console.log(`made small:\n${again.log.join("\n")}\n${again.failures.join("\n")}`);
    console.log(
      `again: make sim SEEDS=1 SEED_BASE=${seed} STEPS=${STEPS} ONLY=${few.join(",")}${env.RESTORES === "1" ? " RESTORES=1" : ""}`,
    );
  }
  console.log(
    `${env.DATABASE}: ${seeds.length} seeds, ${sum.steps} steps, ${sum.edits} edits, ${sum.mutations} changes sent, ` +
      `${sum.requests} requests`,
  );
  console.log(`outcomes: ${listed(sum.outcomes)}\nfaults: ${listed(sum.faults)}`);
  console.log(failed.length === 0 ? "nothing lost, nothing twice" : `FAILED: seeds ${failed.join(", ")}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await main();
