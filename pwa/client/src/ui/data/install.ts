/** Whether this app can be installed, and how. Browsers ask for one prompt, early; others have steps instead. */

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** `firefox`: on Android, where it has no prompt. */
export type InstallWay = "prompt" | "ios" | "firefox" | null;

let prompt: InstallEvent | null = null;
const listeners = new Set<() => void>();

function set(event: InstallEvent | null): void {
  prompt = event;
  for (const listener of listeners) listener();
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  set(event as InstallEvent);
});
addEventListener("appinstalled", () => set(null));

export function installWay(): InstallWay {
  if (prompt) return "prompt";
  if (isInstalled()) return null;
  // Only Safari on iOS has `standalone`; there it is false until the app was put on the home screen.
  if ((navigator as { standalone?: boolean }).standalone === false) return "ios";
  return /android.*firefox/i.test(navigator.userAgent) ? "firefox" : null;
}

/** Whether this is the installed app itself. */
export function isInstalled(): boolean {
  const { standalone } = navigator as { standalone?: boolean };
  return (
    standalone === true || matchMedia("(display-mode: standalone), (display-mode: window-controls-overlay)").matches
  );
}

export async function install(): Promise<void> {
  const event = prompt;
  // A prompt can be shown once.
  set(null);
  await event?.prompt();
}

export function onInstallChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
