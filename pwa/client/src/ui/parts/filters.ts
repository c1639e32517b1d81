/** The order of a list and its simple filters, as pills over native selects: one thumb, every assistive technology. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition, WireValue } from "../../api";
import { Live } from "../data/live";
import { format } from "../format";
import { icon } from "../icons";
import { filterAttributes, findEntity, keyOf, orderAttributes, recordTitle } from "../model";
import type { ListView } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";

/** Longer lists are no use in a select; the search finds those. */
const MOST_OPTIONS = 300;

type Option = [WireValue, string];

export class Filters extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    related: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare view: ListView;
  /** Options of relations, by the related entity's name. */
  declare related: Map<string, Option[]>;

  static override styles = [
    base,
    buttons,
    css`
      .pills {
        display: flex;
        gap: var(--space-2);
        overflow-x: auto;
        padding: 3px var(--space-4);
        scrollbar-width: none;
        scroll-padding-inline: var(--space-4);
      }

      /* A mouse cannot swipe. */
      @media (hover: hover) and (pointer: fine) and (min-width: 900px) {
        .pills {
          flex-wrap: wrap;
        }
      }

      .pill {
        position: relative;
        flex: none;
        display: block;
      }

      select {
        appearance: none;
        field-sizing: content;
        max-inline-size: 16rem;
        min-block-size: var(--touch);
        padding-block: var(--space-1);
        padding-inline: var(--space-4) 2.25rem;
        border: 1px solid var(--edge);
        border-radius: var(--radius-full);
        background: var(--surface);
        color: var(--text);
        font: inherit;
        text-overflow: ellipsis;
        cursor: pointer;
      }

      .on select {
        border-color: var(--accent);
        background: var(--accent-soft);
        font-weight: 600;
      }

      .pill .icon {
        position: absolute;
        inset-block-start: calc(50% - 0.5625rem);
        inset-inline-end: var(--space-3);
        inline-size: 1.125rem;
        block-size: 1.125rem;
        pointer-events: none;
      }

      .button {
        flex: none;
      }
    `,
  ];

  constructor() {
    super();
    this.related = new Map();
    new Live(this, { datachange: ({ entities }) => void this.#load(entities) });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("entity")) void this.#load();
  }

  override render() {
    const { entity, view } = this;
    const active = Object.keys(view.filters).length > 0;
    return html`
      <div class="pills" role="group" aria-label=${t("filtersOf")}>
        <label class="pill ${view.order ? "on" : ""}">
          <span class="only-read">${t("order")}</span>
          <select data-test="order" @change=${this.#order}>
            ${this.#orders().map(([value, label]) => this.#option(String(value), label, value === view.order))}
          </select>
          ${icon("chevron")}
        </label>
        ${filterAttributes(entity, view.filters).map((attribute) => this.#filter(attribute))}
        ${
          active
            ? html`<button class="button quiet" type="button" data-test="clear-filters" @click=${() => this.#change({ filters: {} })}>
                ${t("clearFilters")}
              </button>`
            : nothing
        }
      </div>
    `;
  }

  #filter(attribute: AttributeDefinition) {
    const name = capitalize(attribute.label);
    const chosen = this.view.filters[attribute.name];
    const on = chosen !== undefined;
    const options = this.#options(attribute);
    if (on && !options.some(([value]) => value === chosen)) options.push([chosen, format().value(chosen, attribute)]);
    return html`
      <label class="pill ${on ? "on" : ""}">
        <span class="only-read">${t("filterBy", { name })}</span>
        <select
          data-test="filter-${attribute.name}"
          @change=${(event: Event) => this.#narrow(attribute, (event.target as HTMLSelectElement).value)}
        >
          ${this.#option("", t("filterAll", { name }), !on)}
          ${options.map(([value, label]) => this.#option(JSON.stringify(value), on && value === chosen ? t("filterValue", { name, value: label }) : label, on && value === chosen))}
        </select>
        ${icon("chevron")}
      </label>
    `;
  }

  #option(value: string, label: string, selected: boolean) {
    return html`<option value=${value} ?selected=${selected} .selected=${selected}>${label}</option>`;
  }

  #orders(): [string, string][] {
    const columns = orderAttributes(this.entity).flatMap(({ name, label }): [string, string][] => [
      [name, t("orderUp", { name: capitalize(label) })],
      [`-${name}`, t("orderDown", { name: capitalize(label) })],
    ]);
    return [["", t("orderDefault")], ...columns];
  }

  #options(attribute: AttributeDefinition): Option[] {
    if (attribute.choices) return [...attribute.choices];
    if (attribute.relation) return [...(this.related.get(attribute.relation) ?? [])];
    if (attribute.type !== "boolean") return [];
    return [
      [true, t("yes")],
      [false, t("no")],
    ];
  }

  #order(event: Event): void {
    this.#change({ order: (event.target as HTMLSelectElement).value });
  }

  #narrow(attribute: AttributeDefinition, value: string): void {
    const { [attribute.name]: _, ...filters } = this.view.filters;
    this.#change({ filters: value ? { ...filters, [attribute.name]: JSON.parse(value) } : filters });
  }

  #change(change: Partial<ListView>): void {
    const detail = { ...this.view, ...change };
    this.dispatchEvent(new CustomEvent("hv-view", { detail, bubbles: true, composed: true }));
  }

  async #load(only?: string[]): Promise<void> {
    const names = filterAttributes(this.entity, this.view.filters).flatMap(({ relation }) => relation ?? []);
    for (const name of new Set(names)) {
      const related = findEntity(this.definition, name);
      if (!related || (only && !only.includes(name))) continue;
      const rows = (await window.offline.entities[name]?.list({ limit: MOST_OPTIONS }).catch(() => [])) ?? [];
      const options = rows.map((row): Option => [keyOf(related, row), recordTitle(related, row, format())]);
      this.related = new Map(this.related).set(name, options);
    }
  }
}

customElements.define("hv-filters", Filters);
