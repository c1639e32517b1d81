/** One row of a list: picture, title, and the other attributes of `list_display`. */
import { html, nothing } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition, Row } from "../../api";
import type { Titles } from "../data/titles";
import { type Formatter, format } from "../format";
import { isNumber, keyOf, pictureName, recordTitle, secondaryAttributes } from "../model";
import { routePath } from "../router";
import { capitalize, t } from "../texts";
import "./picture";

export interface RowContext {
  definition: Definition;
  entity: EntityDefinition;
  titles: Titles;
  total: number;
  /** Key of the record shown beside the list. */
  selected: string;
}

export function rowTemplate(row: Row | undefined, index: number, context: RowContext) {
  const { entity, total } = context;
  if (!row) {
    return html`<li class="row waiting" aria-setsize=${total} aria-posinset=${index + 1}>
      <span class="only-read">${t("loadingRow")}</span>
      <span class="shape thumb" aria-hidden="true"></span>
      <span class="main" aria-hidden="true"><span class="shape line"></span><span class="shape line short"></span></span>
    </li>`;
  }
  const key = String(keyOf(entity, row));
  const title = recordTitle(entity, row, format());
  const href = routePath(window.offline.config.base, { screen: "detail", entity: entity.name, key });
  return html`<li class="row" data-test="list-row" data-key=${key} aria-setsize=${total} aria-posinset=${index + 1}>
    <a href=${href} data-index=${index} aria-current=${key === context.selected ? "page" : nothing}>
      ${entity.pictures.length ? html`<hv-picture class="thumb" .name=${pictureName(entity, row)} .label=${title}></hv-picture>` : nothing}
      <span class="main">
        <span class="title" dir="auto">${title}</span>
        <span class="facts">
          ${secondaryAttributes(entity).map(
            (attribute) => html`<span class="fact ${look(attribute)} ${row[attribute.name] ? "" : "bare"}">
              <span class="label">${capitalize(attribute.label)}</span>
              <span class="value" dir="auto">${fact(row, attribute, context, format())}</span></span>`,
          )}
        </span>
      </span>
    </a>
  </li>`;
}

function fact(row: Row, attribute: AttributeDefinition, context: RowContext, format: Formatter): string {
  const value = row[attribute.name];
  if (attribute.relation && (typeof value === "string" || typeof value === "number")) {
    // A dash of their own while titles are looked up would read as "none": better nothing for that moment.
    const title = context.titles.get(context.definition, attribute.relation, value);
    return title === undefined ? "" : (title ?? format.value(value, attribute));
  }
  return format.value(value, attribute);
}

/** Phones have little room: a category's name does without its label, an amount does not. */
function look(attribute: AttributeDefinition): string {
  const { type, relation, choices } = attribute;
  if (relation || choices || type === "string" || type === "text" || type === "email" || type === "url") return "";
  return isNumber(attribute) ? "measured numeric" : "measured";
}
