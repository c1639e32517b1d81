/** Values in changes, as people read them: related records by title, choices by label, what differs marked. */
import { html, nothing, type TemplateResult } from "lit";
import type { AttributeDefinition, Definition, Key, Row, WireValue } from "../../api";
import type { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { isSame } from "./equal";
import { c } from "./texts";
import { differingWords } from "./words";

/** Longer texts are compared by words. */
const SHORT = 24;

export class Shown {
  constructor(
    readonly definition: Definition,
    readonly titles: Titles,
  ) {}

  /**
   * @param title what the row of this value calls the related record, where it brings that along.
   */
  text(value: WireValue | undefined, attribute: AttributeDefinition, title?: WireValue): string {
    if (isEmpty(value)) return c("empty");
    if (Array.isArray(value)) return format().list(value.map((one) => this.text(one, attribute)));
    if (attribute.relation === undefined || typeof value === "object") return format().value(value, attribute);
    const known = this.titles.get(this.definition, attribute.relation, value as Key);
    if (known === undefined) return "…";
    return known ?? (typeof title === "string" && title ? title : `#${value}`);
  }

  /** `other`: what it is compared with, to mark what is not in it. */
  value(
    value: WireValue | undefined,
    attribute: AttributeDefinition,
    { title, other }: { title?: WireValue | undefined; other?: WireValue | undefined } = {},
  ): TemplateResult {
    if (isEmpty(value)) return html`<span class="empty">${c("empty")}</span>`;
    if (Array.isArray(value) && attribute.relation) return this.#chips(value, attribute, other);
    if (attribute.type === "json" && typeof value === "object" && !attribute.relation) {
      return html`<pre tabindex="0" dir="ltr">${JSON.stringify(value, null, 2)}</pre>`;
    }
    const text = this.text(value, attribute, title);
    const compares = isText(attribute) && typeof value === "string" && typeof other === "string" && other !== "";
    const long = typeof value === "string" && (value.length > SHORT || value.includes("\n"));
    if (!compares || !long || value === other) return html`<span class="text" dir="auto">${text}</span>`;
    return html`<span class="text" dir="auto">${differingWords(value, other).map(([piece, differs]) => (differs ? html`<mark>${piece}</mark>` : piece))}</span>`;
  }

  #chips(value: WireValue[], attribute: AttributeDefinition, other: WireValue | undefined) {
    const others = Array.isArray(other) ? other : null;
    const has = (keys: WireValue[], key: WireValue) => keys.some((one) => isSame(one, key));
    const removed = others?.filter((key) => !has(value, key)) ?? [];
    return html`<ul class="chips">
      ${value.map((key) => {
        const isNew = others !== null && !has(others, key);
        return html`<li class="chip ${isNew ? "added" : ""}">
          ${isNew ? html`${icon("plus")}<span class="only-read">${c("added")}: </span>` : nothing}<span dir="auto">${this.text(key, attribute)}</span>
        </li>`;
      })}
      ${removed.map(
        (key) =>
          html`<li class="chip removed">${icon("minus")}<span class="only-read">${c("removed")}: </span><s dir="auto">${this.text(key, attribute)}</s></li>`,
      )}
    </ul>`;
  }
}

/** What the row calls the record that its attribute points at. */
export function titleIn(row: Row | null | undefined, titled: string | null): WireValue | undefined {
  return titled === null ? undefined : row?.[titled];
}

export function isEmpty(value: WireValue | undefined): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function isText({ type, choices, relation }: AttributeDefinition): boolean {
  return !choices && !relation && (type === "text" || type === "string");
}
