/** A new state, with as much of the one before as is still true. */
import type { AppState } from "../api";

/**
 * The definition comes as a copy with every state. Unchanged it stays the same object: what is rendered from it then
 * stays too, with its focus and its scroll position.
 */
export function adoptState(before: AppState | null, state: AppState): AppState {
  const same = before?.definition && before.definitionVersion === state.definitionVersion;
  return same ? { ...state, definition: before.definition } : state;
}

/** Whether the person who was here left, in this tab or another. */
export function hasLeft(before: AppState | null, state: AppState): boolean {
  const user = before?.user;
  // The same person with another database signed out and in again: that ends a visit too.
  return !!user && (user.key !== state.user?.key || (!!before.replica && before.replica !== state.replica));
}
