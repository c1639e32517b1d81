/** Whether the app's own files are kept for opening it without a connection. */

/** The service worker keeps pages under addresses that name their revision. */
const kept = { ignoreSearch: true };

/** True when an active service worker of this app keeps its page. */
export async function isShellKept(base: string): Promise<boolean> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration(base);
    return registration?.active?.state === "activated" && (await caches.match(base, kept)) !== undefined;
  } catch {
    // Storage is refused, in a private window say: nothing is kept there.
    return false;
  }
}
