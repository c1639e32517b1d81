/// <reference types="vite/client" />
/** The golden messages, which the server's tests read too. */

const FILES = import.meta.glob<string>("/tests/protocol/*.{json,ndjson}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The text of `tests/protocol/<name>`. */
export function golden(name: string): string {
  const text = FILES[`/tests/protocol/${name}`];
  if (text === undefined) throw new Error(`There is no tests/protocol/${name}.`);
  return text;
}

/** The names of all golden answers to a sync. */
export function goldenAnswers(): string[] {
  return Object.keys(FILES)
    .map((path) => path.slice("/tests/protocol/".length))
    .filter((name) => /^sync-.*\.response\.ndjson$/.test(name));
}
