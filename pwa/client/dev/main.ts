/**
 * The generated screens on made-up data. The state is chosen in the address, for example `/?offline` or
 * `/LocalProduct/?many&session`:
 *
 * first, slow (a sync that takes its time), error, offline, signedout, session (expired), empty, many (100,000 rows),
 * crowded (more entities than the bar holds), update, files (pictures missing), loading, rtl.
 */
import { FakeOffline } from "./fake-offline";

const switches = new URLSearchParams(location.search);
// Kept for the visit: moving about inside the app drops the query.
for (const name of switches.keys()) if (name === "reset") sessionStorage.clear();
if ([...switches.keys()].length && !switches.has("q")) sessionStorage.setItem("switches", switches.toString());
const kept = new URLSearchParams(sessionStorage.getItem("switches") ?? "");

if (kept.has("rtl")) document.documentElement.dir = "rtl";
window.offline = new FakeOffline((name) => kept.has(name));
await import("../src/ui/index");
