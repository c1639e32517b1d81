/** What stands for an entity: the icon it names, or its initial. */
import { svg } from "lit";
import type { EntityDefinition } from "../../api";
import { drawing } from "../icons";
import { initial } from "../model";

export function entityIcon({ icon, label_plural }: EntityDefinition) {
  return drawing(
    icon
      ? svg`<path d=${icon} />`
      : svg`<text x="12" y="16.5" text-anchor="middle" font-size="13" font-weight="700" fill="currentColor" stroke="none">${initial(label_plural)}</text>`,
  );
}
