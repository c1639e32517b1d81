/**
 * The address of the engine's worker: in the app's own scope, where the server answers with the built file, and the
 * service worker from the file it keeps. Not the file's own address: browsers start workers only from the page's
 * origin, where static files need not be, and ask a service worker only for scripts in its scope.
 */
export function workerAddress(url: string, base: string): string {
  return `${base}${fileName(url)}`;
}

/** The precached file that is meant by an address made above. */
export function precachedWorker(pathname: string, precached: readonly string[]): string | undefined {
  return precached.find((url) => fileName(url) === fileName(pathname));
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
