/** The generated screens: importing this defines `<hv-app>`, which needs `window.offline`. */
import { adoptTokens } from "./tokens.ts";
import "./app.ts";

export { setTexts } from "./texts.ts";

adoptTokens();
