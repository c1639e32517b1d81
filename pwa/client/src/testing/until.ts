import { vi } from "vitest";

/** Until a check holds. There is a limit, which only what hangs reaches: below that of a whole test, to say what it was. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 50_000 });
}
