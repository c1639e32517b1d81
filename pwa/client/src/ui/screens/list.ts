/** The list of an entity: search, filters, order, and its rows; or, of records that form a tree, the tree (`branches.ts`). */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, Definition, EntityDefinition, Key } from "../../api";
import { LOCAL } from "../../protocol/patterns";
import { All } from "../data/all";
import type { Query } from "../data/rows";
import { format } from "../format";
import { icon } from "../icons";
import { filterAttributes, isUnder, whereOf } from "../narrowing";
import { addressOf, emptyView, type ListView, type Route, viewQuery } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { Branches, nodeOf } from "./branches";
import { listStyles } from "./list.css";
import type { Counted, Rows } from "./rows";
import "../parts/chips";
import "../parts/filter-panel";
import "../parts/order";
import "../parts/search";
import "../parts/sync-button";
import "./rows";

export class List extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    state: { attribute: false },
    view: { attribute: false },
    selected: {},
    table: { type: Boolean, reflect: true },
    docks: { type: Boolean },
    filtering: { state: true },
    query: { state: true },
    counted: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare state: AppState;
  declare view: ListView;
  /** Key of the record shown beside the list, `""` for none. */
  declare selected: string;
  /** There is room for cells under headings. */
  declare table: boolean;
  /** There is room for the filters beside the rows. */
  declare docks: boolean;
  declare filtering: boolean;
  /** `null` while a tree that it needs is read. */
  declare query: Query | null;
  declare counted: Counted;

  static override styles = [base, buttons, listStyles];

  #branches = new Branches(this);
  #all = new All(this);

  constructor() {
    super();
    this.filtering = false;
    this.query = null;
    this.counted = { total: null, failed: false };
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#ask();
    if (changed.has("entity") && (changed.get("entity") as EntityDefinition | undefined)?.name !== this.entity.name) {
      void this.#all.of(this.entity.name);
    }
    if (changed.has("entity") && this.#branches.isTree) void this.#branches.sum();
  }

  override render() {
    const { entity, view, table } = this;
    const name = entity.label_plural;
    const { canBeTree, isTree, walked } = this.#branches;
    const filterable = filterAttributes(entity, view.filters).length > 0;
    const active = Object.keys(view.filters).length;
    return html`
      <header>
        <div class="title">
          <h1 tabindex="-1">${capitalize(name)}</h1>
          ${this.#count()}
        </div>
        <hv-sync-button .state=${this.state}></hv-sync-button>
        ${table ? this.#add() : nothing}
        <div class="find">
          ${
            entity.search_fields.length
              ? html`<hv-search .value=${view.search} .label=${t("search", { name })} @hv-search=${this.#searched}
                  @hv-leave=${() => this.#enter()}></hv-search>`
              : nothing
          }
          ${canBeTree ? this.#treeSwitch() : nothing}
          ${table || isTree ? nothing : html`<hv-order .entity=${entity} .order=${view.order} @hv-order=${this.#ordered}></hv-order>`}
          ${
            filterable
              ? html`<button class="button square ${active ? "on" : ""}" type="button" data-test="open-filters"
                  title=${t("filters")} aria-expanded=${this.filtering}
                  aria-label=${active ? t("filtersActive", { count: active }) : t("filters")} @click=${this.#filter}>
                  ${icon("filter")}${active ? html`<span class="badge" aria-hidden="true">${active}</span>` : nothing}
                </button>`
              : nothing
          }
        </div>
        ${walked ? this.#branches.strip(walked, (key) => this.#branch(walked, key)) : nothing}
        ${
          Object.keys(view.filters).some((name) => name !== walked)
            ? html`<hv-chips .definition=${this.definition} .entity=${entity} .view=${view} .except=${walked}></hv-chips>`
            : nothing
        }
      </header>
      ${table ? nothing : this.#add()}
      <div class="body">
        ${isTree ? this.#branches.tree((key) => this.#open(key)) : this.#rows()}
        ${this.#panel()}
      </div>
    `;
  }

  /** Where nobody can miss it, and on a phone within the thumb's reach. */
  #add() {
    const { entity } = this;
    if (!entity.writable?.create) return nothing;
    const href = addressOf({ screen: "new", entity: entity.name, values: {} });
    const label = t("addOf", { name: entity.label });
    return html`<a class="button primary add" data-test="add" href=${href} aria-label=${label} title=${label}>
      ${icon("plus")}<span>${capitalize(entity.label)}</span>
    </a>`;
  }

  #count() {
    const { entity } = this;
    const all = this.#all.rows;
    const total = this.#branches.isTree ? all : this.counted.total;
    if (total === null) return html`<p class="count" role="status" data-test="result-count"></p>`;
    const name = (all ?? total) === 1 ? entity.label : entity.label_plural;
    const number = format().count(total);
    // The two are counted one after the other: for a moment there may be more than all.
    const partly = all !== null && total < all;
    const [short, long] = partly
      ? [
          t("partOf", { number, total: format().count(all) }),
          t("resultsOf", { number, total: format().count(all), name }),
        ]
      : [number, t("results", { number, name })];
    return html`<p class="count" role="status" data-test="result-count">
      <span aria-hidden="true">${short}</span><span class="only-read">${long}</span>
    </p>`;
  }

  #treeSwitch() {
    const flat = !this.#branches.isTree;
    return html`<button class="button square" type="button" data-test="tree-switch" title=${flat ? t("asTree") : t("asList")}
      aria-label=${flat ? t("asTree") : t("asList")} @click=${() => this.#change(flat ? emptyView : { ...emptyView, flat: true })}>
      ${icon(flat ? "tree" : "more")}
    </button>`;
  }

  #rows() {
    const { counted, entity, view } = this;
    const empty = counted.failed || counted.total === 0;
    return html`
      ${counted.failed ? this.#failed() : counted.total === 0 ? this.#empty() : nothing}
      <hv-rows ?hidden=${empty} .definition=${this.definition} .entity=${entity} .query=${this.query} .order=${view.order}
        .place=${`${entity.name} ${viewQuery(view)}`} .selected=${this.selected} ?table=${this.table}
        @hv-counted=${this.#told} @hv-above=${this.#focusSearch} @hv-order=${this.#ordered}></hv-rows>
    `;
  }

  #panel() {
    if (!this.filtering || !this.query) return nothing;
    return html`<hv-filter-panel .definition=${this.definition} .entity=${this.entity} .view=${this.view}
      .query=${this.query} .trees=${this.#branches.trees} .total=${this.counted.total} ?docked=${this.docks}
      @hv-close=${this.#filtered}></hv-filter-panel>`;
  }

  #empty() {
    const name = this.entity.label_plural;
    const narrowed = viewQuery({ ...this.view, order: "" }) !== "";
    return html`<div class="empty">
      <span class="emblem">${icon(narrowed ? "search" : "download")}</span>
      <h2>${narrowed ? t("emptyMatch") : t("emptyEntity", { name })}</h2>
      <p class="muted">${narrowed ? this.#emptyHint : t(this.entity.pattern === LOCAL ? "emptyOnDeviceHint" : "emptyEntityHint")}</p>
      ${
        narrowed
          ? html`<button class="button" type="button" @click=${this.#clear}>
              ${this.view.search ? t("clearSearch") : t("clearFilters")}
            </button>`
          : nothing
      }
    </div>`;
  }

  get #emptyHint(): string {
    const filtered = Object.keys(this.view.filters).length > 0;
    if (!this.view.search) return t("emptyFilterHint");
    return filtered ? t("emptyBothHint") : t("emptyMatchHint");
  }

  #failed() {
    return html`<div class="empty">
      <span class="emblem">${icon("alert")}</span>
      <p>${t("loadFailed")}</p>
      <button class="button" type="button" @click=${() => this.#rowList?.reload()}>${t("tryAgain")}</button>
    </div>`;
  }

  /** Puts the focus on a record's row, when it is rendered. */
  focusRow(key: string): boolean {
    const tree = this.#treeView;
    const node = tree && nodeOf(tree.tree, key);
    if (!tree || !node) return this.#rowList?.focusRow(key) ?? false;
    void tree.focusNode(node.key);
    return true;
  }

  scrollToTop(): void {
    this.#rowList?.scrollToTop();
  }

  get #rowList(): Rows | null {
    return this.renderRoot.querySelector<Rows>("hv-rows");
  }

  get #treeView() {
    return this.renderRoot.querySelector<import("../parts/tree-view").TreeView>(".tree hv-tree");
  }

  #ask(): void {
    const { search, order, filters } = this.view;
    const words = search.trim();
    const reading = Object.entries(filters).some(
      ([name, filter]) => isUnder(filter) && this.#branches.along(name) === undefined,
    );
    if (reading) return;
    const query: Query = {
      ...(words && { search: words }),
      ...(order && { orderBy: order }),
      ...(Object.keys(filters).length && {
        where: whereOf(filters, (name) => this.#branches.along(name) ?? undefined),
      }),
    };
    if (JSON.stringify(query) !== JSON.stringify(this.query)) this.query = query;
  }

  #told(event: CustomEvent<Counted>): void {
    this.counted = event.detail;
    void this.#branches.sum();
  }

  #searched(event: CustomEvent<string>): void {
    this.#change({ ...this.view, search: event.detail });
  }

  #ordered(event: CustomEvent<string>): void {
    this.#change({ ...this.view, order: event.detail });
  }

  #branch(name: string, key: Key | null): void {
    const { [name]: _, ...filters } = this.view.filters;
    this.#change({ ...this.view, filters: key === null ? filters : { ...filters, [name]: { under: key } } });
  }

  #clear(): void {
    this.#change(this.view.search ? { ...this.view, search: "" } : { ...emptyView, order: this.view.order });
    this.#focusSearch();
  }

  #filter(): void {
    this.filtering = !this.filtering;
  }

  #filtered(): void {
    this.filtering = false;
    this.renderRoot.querySelector<HTMLElement>('[data-test="open-filters"]')?.focus();
  }

  #open(key: Key): void {
    const detail: Route = { screen: "detail", entity: this.entity.name, key: String(key) };
    this.dispatchEvent(new CustomEvent("hv-go", { detail, bubbles: true, composed: true }));
  }

  #change(detail: ListView): void {
    this.dispatchEvent(new CustomEvent("hv-view", { detail, bubbles: true, composed: true }));
  }

  #enter(): void {
    const tree = this.#treeView;
    const [first] = tree?.tree.roots ?? [];
    if (tree && first) void tree.focusNode(tree.active ?? first.key);
    else this.#rowList?.focusIndex(0);
  }

  #focusSearch(): void {
    this.renderRoot.querySelector<HTMLElement>("hv-search")?.focus();
  }
}

customElements.define("hv-list", List);
