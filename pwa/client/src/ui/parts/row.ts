/** One row of a list: a card with picture and title, or, where there is room, cells under column headings. */
import { html, nothing } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition, Key, Row } from "../../api";
import type { Titles } from "../data/titles";
import { format } from "../format";
import { highlight } from "../highlight";
import { isNumber, keyOf, pictureName, recordTitle, secondaryAttributes } from "../model";
import { addressOf } from "../router";
import { capitalize, t } from "../texts";
import { hasMark, localMark } from "./local-mark";
import "./picture";

export interface RowContext {
  definition: Definition;
  entity: EntityDefinition;
  titles: Titles;
  total: number;
  /** Key of the record shown beside the list. */
  selected: string;
  /** What was searched for: marked where it stands. */
  search: string;
  /** Cells instead of a card. */
  table: boolean;
}

export function rowTemplate(row: Row | undefined, index: number, context: RowContext) {
  const { entity, total } = context;
  if (!row) {
    return html`<li class="row waiting" aria-setsize=${total} aria-posinset=${index + 1}>
      <span class="only-read">${t("loadingRow")}</span>
      ${entity.pictures.length ? html`<span class="shape thumb" aria-hidden="true"></span>` : nothing}
      <span class="main" aria-hidden="true"><span class="shape line"></span><span class="shape line short"></span></span>
    </li>`;
  }
  const key = String(keyOf(entity, row));
  const title = recordTitle(entity, row, format());
  const href = addressOf({ screen: "detail", entity: entity.name, key });
  return html`<li class="row" data-test="list-row" data-key=${key} aria-setsize=${total} aria-posinset=${index + 1}>
    <a href=${href} data-index=${index} aria-current=${key === context.selected ? "page" : nothing}>
      ${entity.pictures.length ? html`<hv-picture class="thumb" .name=${pictureName(entity, row)} .label=${title}></hv-picture>` : nothing}
      ${context.table ? cells(row, title, context) : card(row, title, context)}
    </a>
  </li>`;
}

function card(row: Row, title: string, context: RowContext) {
  const attributes = secondaryAttributes(context.entity);
  // The first amount, or else the first date, is what a row is looked up for: it stands by itself at the end.
  const trail = attributes.find(isNumber) ?? attributes.find(isMeasured);
  const rest = attributes.filter((attribute) => attribute !== trail && !isEmpty(row, attribute));
  return html`<span class="main">
      <span class="title" dir="auto">${marked(title, context.search)}</span>
      ${
        rest.length || hasMark(row)
          ? html`<span class="facts">
              ${hasMark(row) ? html`<span class="fact">${localMark(row)}</span>` : nothing}${rest.map(
                (attribute) => html`<span class="fact ${isMeasured(attribute) ? "measured" : ""}">
                  <span class="label ${isMeasured(attribute) ? "" : "only-read"}">${capitalize(attribute.label)}</span>
                  <span class="value" dir="auto">${value(row, attribute, context)}</span></span>`,
              )}
            </span>`
          : nothing
      }
    </span>
    ${
      trail && !isEmpty(row, trail)
        ? html`<span class="trail">
            <span class="value">${value(row, trail, context)}</span>
            <span class="label">${capitalize(trail.label)}</span>
          </span>`
        : nothing
    }`;
}

function cells(row: Row, title: string, context: RowContext) {
  const name = html`<span class="title" dir="auto">${marked(title, context.search)}</span>`;
  return html`<span class="cells">
    ${hasMark(row) ? html`<span class="named">${name}${localMark(row)}</span>` : name}
    ${secondaryAttributes(context.entity).map(
      (
        attribute,
      ) => html`<span class="cell ${isNumber(attribute) ? "numeric" : ""} ${isEmpty(row, attribute) ? "bare" : ""}">
        <span class="only-read">${capitalize(attribute.label)}</span>
        <span class="value" dir="auto">${value(row, attribute, context)}</span></span>`,
    )}
  </span>`;
}

/** Widths of a table's cells: shares of what there is, the same for every row. */
export function columnWidths(entity: EntityDefinition): string {
  const width = (attribute: AttributeDefinition) =>
    isNumber(attribute) ? "minmax(5rem, 0.6fr)" : isMeasured(attribute) ? "minmax(6rem, 0.8fr)" : "minmax(0, 1.2fr)";
  return ["minmax(10rem, 2fr)", ...secondaryAttributes(entity).map(width)].join(" ");
}

function value(row: Row, attribute: AttributeDefinition, context: RowContext) {
  const wire = row[attribute.name];
  if (attribute.relation && (typeof wire === "string" || typeof wire === "number")) {
    // A dash of their own while titles are looked up would read as "none": better nothing for that moment.
    const title = context.titles.get(context.definition, attribute.relation, wire);
    return title === undefined ? "" : (title ?? format().value(wire, attribute));
  }
  if (attribute.relation && Array.isArray(wire)) {
    const { definition, titles } = context;
    const known = wire.map((key) => titles.get(definition, attribute.relation ?? "", key as Key));
    // All at once: names that came one after the other would move what stands behind them.
    if (known.includes(undefined)) return "";
    return known.length
      ? format().list(known.map((title, at) => title ?? String(wire[at])))
      : format().value(null, attribute);
  }
  const text = format().value(wire, attribute);
  return context.entity.search_fields.includes(attribute.name) ? marked(text, context.search) : text;
}

function marked(text: string, search: string) {
  return search ? highlight(text, search).map(([piece, found]) => (found ? html`<mark>${piece}</mark>` : piece)) : text;
}

function isEmpty(row: Row, { name, type }: AttributeDefinition): boolean {
  const wire = row[name];
  // "No" says nothing that its absence does not.
  const none = wire === null || wire === undefined || wire === "" || (Array.isArray(wire) && wire.length === 0);
  return none || (type === "boolean" && !wire);
}

/** Phones have little room: a category's name does without its label, a date does not. */
function isMeasured(attribute: AttributeDefinition): boolean {
  const { type, relation, choices, many } = attribute;
  return !(relation || choices || many || type === "string" || type === "text" || type === "email" || type === "url");
}
