/** The generated screens: importing this defines `<hv-app>`, which needs `window.offline`. */
import { adoptTokens } from "./tokens";
import "./app";

adoptTokens();
