/** Whether this app can be installed, and how. Browsers ask for one prompt, early; iOS has steps instead. */

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

export type InstallWay = "prompt" | "ios" | null;

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
  // Only Safari on iOS has `standalone`; there it is false until the app was put on the home screen.
  return (navigator as { standalone?: boolean }).standalone === false ? "ios" : null;
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
