/**
 * Background Sync, where the browser has it: the service worker is woken when there is a network again, and tells the
 * pages, which may be asleep. They look for the server, send what is unsent where the app's settings say so, and do what
 * else is due. Where no page is open nothing is sent: that would take the whole engine into the service worker, and what
 * is unsent goes when the app is opened next.
 */

import type { AppState } from "../api";

const MESSAGE = { type: "WAKE_UP" } as const;

/** What `sync` events of ours are called. */
export const TAG = "haversack";

interface SyncRegistration {
  sync?: { register(tag: string): Promise<void> };
}

/** Whether there is anything to be woken for: the server cannot be reached, and there are changes for it. */
export function needsWakeUp({ online, pending }: Pick<AppState, "online" | "pending">): boolean {
  return !online && (pending?.unsent ?? 0) > 0;
}

/** Asks the browser to wake the service worker when there is a network. Never rejects: not every browser has it. */
export async function askForWakeUp(registration: object): Promise<void> {
  await (registration as SyncRegistration).sync?.register(TAG).catch(() => undefined);
}

/** Tells all pages. */
export function wakeUp(pages: readonly { postMessage(message: unknown): void }[]): void {
  for (const page of pages) page.postMessage(MESSAGE);
}

export function isWakeUp(message: unknown): boolean {
  return (message as { type?: unknown } | null)?.type === MESSAGE.type;
}
