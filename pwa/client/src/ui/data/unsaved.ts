/** Forms with something typed in them that is not saved: what would reload the page waits for them. */

const forms = new Set<object>();
const listeners = new Set<() => void>();

export function hasUnsaved(): boolean {
  return forms.size > 0;
}

export function markUnsaved(form: object, isUnsaved: boolean): void {
  if (isUnsaved === forms.has(form)) return;
  if (isUnsaved) forms.add(form);
  else forms.delete(form);
  for (const listener of listeners) listener();
}

/** Calls back when that changes. Returns a function that stops it. */
export function onUnsaved(callback: () => void): () => void {
  listeners.add(callback);
  return () => listeners.delete(callback);
}
