/** The files that are loaded with the first screen that needs them. */
import { format } from "./format";
import type { Load } from "./parts/later";

export const loadForms: Load = () => import("./forms");
export const loadDevice: Load = () => import("./device");
export const loadChanges: Load = () => import("./changes");

/** Saves what the server has not taken as a file; returns how many changes there are. */
export async function exportChanges(): Promise<number> {
  const { exportChanges } = await import("./changes");
  return exportChanges(format());
}
