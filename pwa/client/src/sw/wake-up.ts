/**
 * Background Sync, where the browser has it: the service worker is woken when there is a network again, and tells the
 * pages, which may be asleep. They look for the server and do what is due. Unsent changes could be sent from here, also
 * without a page.
 */

const MESSAGE = { type: "WAKE_UP" } as const;

/** What `sync` events of ours are called. */
export const TAG = "haversack";

interface SyncRegistration {
  sync?: { register(tag: string): Promise<void> };
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
