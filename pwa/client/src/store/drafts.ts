/**
 * Where the screens keep what a person typed and has not saved: a database beside the person's own, which goes with it
 * when they sign out (S2). Written by `ui/forms/drafts.ts`; the worker only removes it.
 */

export function draftsDatabase(app: string, user: string): string {
  return `haversack/${app}/${user}/drafts`;
}

/** Resolves also when a frozen tab still holds it: the browser deletes it after that. */
export function deleteDrafts(app: string, user: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(draftsDatabase(app, user));
    request.onsuccess = () => resolve();
    request.onblocked = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
