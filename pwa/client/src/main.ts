/** The app's page. The order matters: the screens use `window.offline` as soon as they are defined. */

import { config } from "./install";
import { askForWakeUp } from "./sw/wake-up";
import { registerServiceWorker } from "./updates";
import "./ui/index";

void registerServiceWorker(config.base);
window.offline.addEventListener("networkstatuschange", ({ detail }) => {
  if (!detail.online) void navigator.serviceWorker?.getRegistration().then((one) => one && askForWakeUp(one));
});
