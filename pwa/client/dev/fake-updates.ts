/** Stands in for `src/updates.ts`: there is no service worker here. `?update` lets a version wait. */
export function onUpdateWaiting(callback: () => void): () => void {
  if (new URLSearchParams(sessionStorage.getItem("switches") ?? "").has("update")) callback();
  return () => {};
}

export function applyUpdate(): void {
  location.reload();
}
