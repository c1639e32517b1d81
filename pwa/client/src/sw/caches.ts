/** Names of caches. Several apps share an origin, and one scope may be the beginning of another. */

const FORMAT = 2;

/** The cache of the app with this scope. */
export function cacheName(scope: string): string {
  return `haversack|${scope}|${FORMAT}`;
}

/** Whether the cache belongs to this app, but not to this version of the format. */
export function isOutdated(name: string, scope: string): boolean {
  return name.startsWith(`haversack|${scope}|`) && name !== cacheName(scope);
}
