/** The app's page. The order matters: the screens use `window.offline` as soon as they are defined. */

import { config } from "./install";
import { askForWakeUp, needsWakeUp } from "./sw/wake-up";
import { registerServiceWorker } from "./updates";
import "./ui/index";

void registerServiceWorker(config.base);
window.offline.addEventListener("networkstatuschange", ({ detail }) => detail.online || askToBeWoken());
// The page may have been opened without a network: then that does not change.
window.offline.addEventListener("statechange", ({ detail }) => needsWakeUp(detail) && askToBeWoken());

function askToBeWoken(): void {
  void navigator.serviceWorker?.getRegistration().then((one) => one && askForWakeUp(one));
}
