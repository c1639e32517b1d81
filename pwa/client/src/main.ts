/** The app's page. The order matters: the screens use `window.offline` as soon as they are defined. */

import { config } from "./install";
import { registerServiceWorker } from "./updates";
import "./ui/index";

void registerServiceWorker(config.base);
