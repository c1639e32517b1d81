/**
 * The address of the engine's worker. Browsers ask a service worker for a worker's script only when the script's own
 * address is in scope, and static files are not: offline they would ask the network. So a page that is controlled asks
 * for the script under an address in scope, which the service worker answers from the file it keeps.
 */
export function workerAddress(url: string, base: string, controlled: boolean): string {
  return controlled ? `${base}${fileName(url)}` : url;
}

/** The precached file that is meant by an address made above. */
export function precachedWorker(pathname: string, precached: readonly string[]): string | undefined {
  return precached.find((url) => fileName(url) === fileName(pathname));
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
