/** Values of one attribute to choose from, each with how many rows have it. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, Definition, Facet, WireValue } from "../../api";
import { fold } from "../../query/fold";
import type { Titles } from "../data/titles";
import { format } from "../format";
import { chosenValues, type Filter, toggled } from "../narrowing";
import { base, buttons, choices } from "../styles";
import { capitalize, t } from "../texts";
import { controls } from "./control.css";

const FIRST = 8;
const MOST = 1_000;

interface Option {
  value: WireValue;
  /** `undefined` while the title of a related record is looked up. */
  text: string | undefined;
  /** `null` while not counted. */
  count: number | null;
}

export class FacetValues extends LitElement {
  static override properties = {
    definition: { attribute: false },
    attribute: { attribute: false },
    filter: { attribute: false },
    facet: { attribute: false },
    titles: { attribute: false },
    turn: { type: Number },
    needle: { state: true },
    all: { state: true },
  };
  declare definition: Definition;
  declare attribute: AttributeDefinition;
  declare filter: Filter | undefined;
  declare facet: Facet | undefined;
  declare titles: Titles;
  /** Rises when `titles` has learnt something. */
  declare turn: number;
  declare needle: string;
  declare all: boolean;

  static override styles = [
    base,
    buttons,
    choices,
    controls,
    css`
      .control {
        margin-block: var(--space-1) var(--space-2);
      }

      p {
        padding-block: var(--space-2);
      }

      .button {
        padding-inline: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.needle = "";
    this.all = false;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { attribute } = this;
    if (changed.has("all") && this.all && attribute.relation && !attribute.choices) {
      void this.titles.learn(this.definition, attribute.relation, MOST);
    }
  }

  override render() {
    const { attribute, needle, all } = this;
    const options = this.#options();
    const name = capitalize(attribute.label);
    const wanted = fold(needle.trim());
    const found = wanted ? options.filter(({ text }) => text && fold(text).includes(wanted)) : options;
    const chosen = chosenValues(this.filter);
    const shown = all ? found : found.filter(({ value }, place) => place < FIRST || chosen.includes(value));
    return html`
      ${
        all && options.length > FIRST
          ? html`<input class="control" type="search" autocomplete="off" aria-label=${t("search", { name })} placeholder=${t("search", { name })}
              .value=${needle} @input=${(event: Event) => (this.needle = (event.target as HTMLInputElement).value)} />`
          : nothing
      }
      <ul>
        ${shown.map(
          ({ value, text, count }) => html`<li>
            <label class="choice ${count === 0 ? "none" : ""}">
              <input type="checkbox" data-value=${JSON.stringify(value)} .checked=${chosen.includes(value)}
                @change=${() => this.#send(toggled(this.filter, value))} />
              <span class="name" dir="auto">${text ?? "…"}</span>
              ${count === null ? nothing : html`<span class="number">${format().count(count)}</span>`}
            </label>
          </li>`,
        )}
      </ul>
      ${found.length ? nothing : html`<p class="muted">${this.facet || attribute.choices ? t("noValues") : t("loading")}</p>`}
      ${
        !all && options.length > shown.length
          ? html`<button class="button quiet" type="button" @click=${() => (this.all = true)}>
              ${t("showAll", { number: format().count(options.length) })}
            </button>`
          : nothing
      }
    `;
  }

  #options(): Option[] {
    const { attribute, facet } = this;
    const counts = new Map(facet?.values ?? []);
    const count = (value: WireValue) => (facet ? (counts.get(value) ?? 0) : null);
    const fixed: WireValue[] =
      attribute.choices?.map(([value]) => value) ?? (attribute.type === "boolean" ? [true, false] : []);
    const values = [...new Set([...fixed, ...counts.keys(), ...chosenValues(this.filter)])];
    return values.map((value) => ({ value, text: this.#text(value), count: count(value) }));
  }

  #text(value: WireValue): string | undefined {
    const { attribute } = this;
    if (value === null || value === "") return t("noValue");
    const { relation } = attribute;
    if (!relation || attribute.choices || typeof value === "object" || typeof value === "boolean") {
      return format().value(value, attribute);
    }
    const title = this.titles.get(this.definition, relation, value);
    return title === null ? format().value(value, attribute) : title;
  }

  #send(detail: Filter | undefined): void {
    this.dispatchEvent(new CustomEvent("hv-filter", { detail }));
  }
}

customElements.define("hv-facet-values", FacetValues);
