/** Everything a list can be narrowed by: a sheet under the thumb on phones, a panel beside the list where there is room. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition, Facet, Key } from "../../api";
import { Live } from "../data/live";
import type { Query } from "../data/rows";
import { Titles } from "../data/titles";
import type { Trees } from "../data/trees";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity } from "../model";
import { type Filter, filterAttributes, filterKind, isUnder } from "../narrowing";
import type { ListView } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { dialogs } from "./dialog.css";
import { panelStyles } from "./filter-panel.css";
import "./facet-range";
import "./facet-values";
import "./tree-view";

export class FilterPanel extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    query: { attribute: false },
    trees: { attribute: false },
    total: { attribute: false },
    docked: { type: Boolean, reflect: true },
    facets: { state: true },
    turn: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare view: ListView;
  /** What the view asks for. */
  declare query: Query;
  declare trees: Trees;
  /** How many rows match now; `null` while that is not known. */
  declare total: number | null;
  /** Beside the list instead of over it. */
  declare docked: boolean;
  declare facets: Record<string, Facet>;
  declare turn: number;

  static override styles = [base, buttons, dialogs, panelStyles];

  #titles = new Titles(format(), () => {
    this.turn += 1;
  });
  #counting = 0;

  constructor() {
    super();
    this.facets = {};
    this.turn = 0;
    this.docked = false;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (entities.includes(this.entity.name)) void this.#count();
      },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("query")) void this.#count();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has("docked")) return;
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }

  override firstUpdated(): void {
    if (this.docked) this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  override render() {
    return this.docked
      ? html`<section aria-labelledby="title" data-test="filters" @keydown=${this.#keyed}>${this.#content()}</section>`
      : html`<dialog class="sheet" aria-labelledby="title" data-test="filters" @close=${this.#closed}
          @click=${this.#backdrop}>${this.#content()}</dialog>`;
  }

  #content() {
    const { entity, view, total } = this;
    const active = Object.keys(view.filters).length > 0;
    const name = total === 1 ? entity.label : entity.label_plural;
    return html`
      <header>
        <h2 id="title" tabindex="-1">${t("filters")}</h2>
        ${
          active
            ? html`<button class="button quiet" type="button" data-test="clear-filters" @click=${() => this.#send({})}>
                ${t("clearFilters")}
              </button>`
            : nothing
        }
        <button class="button round" type="button" data-test="close-filters" aria-label=${t("close")} @click=${this.close}>
          ${icon("close")}
        </button>
      </header>
      <div class="sections">
        ${filterAttributes(entity, view.filters).map((attribute) => this.#section(attribute))}
      </div>
      ${
        this.docked
          ? nothing
          : html`<footer>
              <button class="button primary" type="button" data-test="show-results" @click=${this.close}>
                ${total === null ? t("showResults") : t("showCount", { number: format().count(total), name })}
              </button>
            </footer>`
      }
    `;
  }

  #section(attribute: AttributeDefinition) {
    const filter = this.view.filters[attribute.name];
    return html`<fieldset data-test="filter-${attribute.name}">
      <legend>${capitalize(attribute.label)}</legend>
      ${this.#control(attribute, filter)}
    </fieldset>`;
  }

  #control(attribute: AttributeDefinition, filter: Filter | undefined) {
    const { definition } = this;
    const facet = this.facets[attribute.name];
    const set = (event: CustomEvent<Filter | undefined>) => this.#set(attribute.name, event.detail);
    const kind = filterKind(definition, attribute);
    if (kind === "range") {
      return html`<hv-facet-range .attribute=${attribute} .filter=${filter} .facet=${facet} @hv-filter=${set}></hv-facet-range>`;
    }
    const related = findEntity(definition, attribute.relation ?? "");
    const tree = kind === "tree" ? this.trees.get(definition, attribute.relation) : null;
    if (related && tree) {
      return html`<hv-tree .tree=${tree} .entity=${related} .label=${capitalize(attribute.label)}
        .counts=${facet ? tree.sums(facet.values as [Key, number][]) : null} .selected=${isUnder(filter) ? filter.under : null}
        @hv-pick=${(event: CustomEvent<Key>) => this.#set(attribute.name, isUnder(filter) && filter.under === event.detail ? undefined : { under: event.detail })}
      ></hv-tree>`;
    }
    return html`<hv-facet-values .definition=${definition} .attribute=${attribute} .filter=${filter} .facet=${facet}
      .titles=${this.#titles} .turn=${this.turn} @hv-filter=${set}></hv-facet-values>`;
  }

  /** Puts the panel away. */
  close = (): void => {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog) dialog.close();
    else this.#closed();
  };

  #closed(): void {
    this.dispatchEvent(new CustomEvent("hv-close"));
  }

  #backdrop(event: MouseEvent): void {
    if (event.target === event.currentTarget) this.close();
  }

  #keyed(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  }

  #set(name: string, filter: Filter | undefined): void {
    const { [name]: _, ...filters } = this.view.filters;
    this.#send(filter === undefined ? filters : { ...filters, [name]: filter });
  }

  #send(filters: Record<string, Filter>): void {
    const detail = { ...this.view, filters };
    this.dispatchEvent(new CustomEvent("hv-view", { detail, bubbles: true, composed: true }));
  }

  async #count(): Promise<void> {
    const counting = ++this.#counting;
    const { orderBy: _, ...narrowed } = this.query;
    const fields = filterAttributes(this.entity, this.view.filters).map(({ name }) => name);
    // Uncounted is no reason to show nothing: what can be chosen is known without.
    const facets = await window.offline.entities[this.entity.name]?.facets({ ...narrowed, fields }).catch(() => null);
    if (facets && counting === this.#counting) this.facets = facets;
  }
}

customElements.define("hv-filter-panel", FilterPanel);
