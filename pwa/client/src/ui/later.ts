/** The files that are loaded with the first screen that needs them. */
import type { Load } from "./parts/later";

export const loadForms: Load = () => import("./forms");
export const loadChanges: Load = () => import("./changes");
