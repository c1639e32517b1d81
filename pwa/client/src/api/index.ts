/**
 * The public types of the client runtime: what `window.offline` offers to an app's own code and to the generated
 * screens. Everything here works without a network unless it says otherwise.
 */

export type * from "./changes";
export type * from "./config";
export type * from "./definition";
export type * from "./entities";
export type * from "./offline";
export type * from "./on-sync";
export type * from "./state";
export type * from "./sync";
export type * from "./values";
