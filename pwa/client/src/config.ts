/** What the shell page says about the app. */

import type { AppConfig } from "./api";

/** Reads `<script type="application/json" id="haversack-config">`. */
export function readConfig(document: Document): AppConfig {
  const text = document.getElementById("haversack-config")?.textContent;
  if (!text) throw new Error('The page has no <script type="application/json" id="haversack-config">.');
  return JSON.parse(text) as AppConfig;
}
