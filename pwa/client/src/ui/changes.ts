/** What is loaded with the first look at changes. */
import "./parts/record-state";
import "./screens/changes";
import "./screens/conflict";

export { exportChanges } from "./changes/export";
