/** The Network Information API, where the browser has it: pages and workers alike. */

import type { NetworkType } from "./api";
import type { Network } from "./ports";

export function browserNetwork(): Network {
  const connection = () =>
    (navigator as Navigator & { connection?: { type?: string; saveData?: boolean } }).connection ?? {};
  return {
    type(): NetworkType {
      if (!navigator.onLine) return "none";
      const { type } = connection();
      if (type === "wifi" || type === "cellular" || type === "ethernet" || type === "none") return type;
      return type === undefined || type === "unknown" ? "unknown" : "other";
    },
    metered: () => connection().type === "cellular" || connection().saveData === true,
  };
}
