/**
 * The generated screens on made-up data. The state is chosen in the address, for example `/?offline` or
 * `/LocalProduct/?many&session`:
 *
 * first, slow (a sync that takes its time), error, offline, signedout, session (expired), empty, many (100,000 rows),
 * crowded (more entities than the bar holds), update, files (pictures missing), loading, rtl, preview (looking around
 * while the first download runs), dropped (the network went meanwhile), checked, doubt (a comparison that repairs),
 * refused (the browser does not protect the data), sales (customers, orders and visits that can be written; a sync sends
 * them, see `fake-changes.ts`), changes (with sales: one of each kind that waits for the server or a person), theme=<hex colour without #>.
 */
import { FakeOffline } from "./fake-offline";

const switches = new URLSearchParams(location.search);
// Kept for the visit: moving about inside the app drops the query.
for (const name of switches.keys()) if (name === "reset") sessionStorage.clear();
// What a list is narrowed by, or a new record begins with, is no switch.
const isSwitch = (name: string) => !["q", "order", "flat"].includes(name) && !name.startsWith("is.");
if ([...switches.keys()].some(isSwitch)) sessionStorage.setItem("switches", switches.toString());
const kept = new URLSearchParams(sessionStorage.getItem("switches") ?? "");

const theme = kept.get("theme");
if (theme) document.querySelector<HTMLMetaElement>('meta[name="theme-color"]')?.setAttribute("content", `#${theme}`);
if (kept.has("rtl")) document.documentElement.dir = "rtl";
window.offline = new FakeOffline((name) => kept.has(name));
await import("../src/ui/index");
