/**
 * As much of vitest as the contract suites use, for a page in a browser: `vite.contract.config.ts` puts it in the place
 * of vitest. Stricter than vitest where the two differ: `toEqual` takes no missing key for one that is undefined.
 */

export interface Case {
  name: string;
  run(): Promise<void>;
}

/** Everything that was declared, in its order. */
export const cases: Case[] = [];

interface Block {
  name: string;
  before: (() => unknown)[];
}

let blocks: Block[] = [{ name: "", before: [] }];

export function describe(name: string, declare: () => void): void {
  const outer = blocks;
  blocks = [...blocks, { name, before: [] }];
  declare();
  blocks = outer;
}

export function beforeEach(work: () => unknown): void {
  blocks.at(-1)?.before.push(work);
}

export function it(name: string, work: () => unknown): void {
  const around = blocks;
  cases.push({
    name: [...around.slice(1).map((block) => block.name), name].join(" > "),
    async run() {
      for (const block of around) for (const before of block.before) await before();
      await work();
    },
  });
}

it.each = <Row>(rows: readonly Row[]) => {
  return (name: string, work: (...values: never[]) => unknown): void => {
    for (const row of rows) {
      const values = (Array.isArray(row) ? row : [row]) as never[];
      let used = 0;
      it(
        name.replace(/%s/g, () => String(values[used++])),
        () => work(...values),
      );
    }
  };
};

class Anything {
  constructor(private readonly of: unknown) {}

  matches(value: unknown): boolean {
    return typeof value === "number" ? this.of === Number : typeof value === "string" && this.of === String;
  }
}

interface Matchers {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toMatchObject(expected: unknown): void;
  toHaveLength(expected: number): void;
  toBeGreaterThan(expected: number): void;
}

export function expect(actual: unknown) {
  return {
    ...matchers(actual, false),
    not: matchers(actual, true),
    get rejects() {
      const thrown = Promise.resolve(actual).then(
        () => Promise.reject(new Error("it did not reject")),
        (error: unknown) => error,
      );
      return {
        toMatchObject: async (expected: unknown) => matchers(await thrown, false).toMatchObject(expected),
      };
    },
  };
}

expect.any = (of: unknown) => new Anything(of);

function matchers(actual: unknown, negated: boolean): Matchers {
  const check = (isSo: boolean, what: string, expected: unknown) => {
    if (isSo !== negated) return;
    throw new Error(`${shown(actual)} ${negated ? "is" : "is not"} ${what} ${shown(expected)}`);
  };
  return {
    toBe: (expected) => check(Object.is(actual, expected), "", expected),
    toEqual: (expected) => check(isEqual(actual, expected, true), "equal to", expected),
    toMatchObject: (expected) => check(isEqual(actual, expected, false), "matched by", expected),
    toHaveLength: (expected) => check((actual as unknown[]).length === expected, "of length", expected),
    toBeGreaterThan: (expected) => check((actual as number) > expected, "greater than", expected),
  };
}

/** `whole`: no other keys than the expected ones. */
function isEqual(actual: unknown, expected: unknown, whole: boolean): boolean {
  if (expected instanceof Anything) return expected.matches(actual);
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) return false;
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  // Of these the keys say nothing.
  for (const one of [actual, expected])
    if (one instanceof Blob || one instanceof Set || one instanceof Map) return false;
  const [has, wants] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
  const keys = Object.keys(wants);
  if ((whole || Array.isArray(expected)) && Object.keys(has).length !== keys.length) return false;
  return keys.every((key) => Object.hasOwn(has, key) && isEqual(has[key], wants[key], whole));
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
