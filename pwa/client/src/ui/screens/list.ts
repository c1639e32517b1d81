/** The list of an entity: search, filters, order, and its rows; or, of records that form a tree, the tree. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, Definition, EntityDefinition, Key } from "../../api";
import { Live } from "../data/live";
import type { Query } from "../data/rows";
import { Trees } from "../data/trees";
import { format } from "../format";
import { icon } from "../icons";
import { backlinks, findAttribute, findEntity } from "../model";
import { filterAttributes, filterKind, isUnder, parentAttribute, whereOf } from "../narrowing";
import { emptyView, type ListView, type Route, viewQuery } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { listStyles } from "./list.css";
import type { Counted, Rows } from "./rows";
import "../parts/chips";
import "../parts/filter-panel";
import "../parts/order";
import "../parts/search";
import "../parts/strip";
import "../parts/sync-button";
import "../parts/tree-view";
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
    sums: { state: true },
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
  /** Rows by node of the tree that is walked down, with those below. */
  declare sums: Map<Key, number> | null;

  static override styles = [base, buttons, listStyles];

  #trees = new Trees(() => this.requestUpdate());
  #counting = 0;

  constructor() {
    super();
    this.filtering = false;
    this.query = null;
    this.counted = { total: null, failed: false };
    this.sums = null;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#trees.forget(entities, this.definition);
        if (this.#isTree) void this.#sum();
      },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#ask();
    if (changed.has("entity") && this.#isTree) void this.#sum();
  }

  override render() {
    const { entity, view, table } = this;
    const name = entity.label_plural;
    const walked = this.#walked;
    const filterable = filterAttributes(entity, view.filters).length > 0;
    const active = Object.keys(view.filters).length;
    return html`
      <header>
        <div class="title">
          <h1 tabindex="-1">${capitalize(name)}</h1>
          ${this.#count()}
        </div>
        <hv-sync-button .state=${this.state}></hv-sync-button>
        <div class="find">
          ${
            entity.search_fields.length
              ? html`<hv-search .value=${view.search} .label=${t("search", { name })} @hv-search=${this.#searched}
                  @hv-leave=${() => this.#enter()}></hv-search>`
              : nothing
          }
          ${this.#canBeTree ? this.#treeSwitch() : nothing}
          ${table || this.#isTree ? nothing : html`<hv-order .entity=${entity} .order=${view.order} @hv-order=${this.#ordered}></hv-order>`}
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
        ${walked ? this.#strip(walked) : nothing}
        ${
          Object.keys(view.filters).some((name) => name !== walked)
            ? html`<hv-chips .definition=${this.definition} .entity=${entity} .view=${view} .except=${walked}></hv-chips>`
            : nothing
        }
      </header>
      <div class="body">
        ${this.#isTree ? this.#tree() : this.#rows()}
        ${this.#panel()}
      </div>
    `;
  }

  #count() {
    const { entity } = this;
    const all = this.state.entities[entity.name]?.rows ?? this.state.preview?.[entity.name];
    const total = this.#isTree ? (all ?? null) : this.counted.total;
    if (total === null) return html`<p class="count" role="status" data-test="result-count"></p>`;
    const name = (all ?? total) === 1 ? entity.label : entity.label_plural;
    const number = format().count(total);
    const partly = all !== undefined && total !== all;
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
    const flat = !this.#isTree;
    return html`<button class="button square" type="button" data-test="tree-switch" title=${flat ? t("asTree") : t("asList")}
      aria-label=${flat ? t("asTree") : t("asList")} @click=${() => this.#change(flat ? emptyView : { ...emptyView, flat: true })}>
      ${icon(flat ? "tree" : "more")}
    </button>`;
  }

  #strip(name: string) {
    const attribute = findAttribute(this.entity, name);
    const tree = this.#trees.get(this.definition, attribute?.relation);
    const related = findEntity(this.definition, attribute?.relation ?? "");
    const filter = this.view.filters[name];
    if (!attribute || !tree || !related) return nothing;
    return html`<hv-strip .tree=${tree} .entity=${related} .attribute=${attribute} .counts=${this.sums}
      .selected=${isUnder(filter) ? filter.under : null}
      @hv-pick=${(event: CustomEvent<Key | null>) => this.#branch(name, event.detail)}></hv-strip>`;
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

  #tree() {
    const { definition, entity } = this;
    const tree = this.#trees.get(definition, entity.name);
    if (!tree) return nothing;
    const selected = tree.find(this.selected)?.key ?? tree.find(Number(this.selected))?.key ?? null;
    return html`<div class="tree">
      <hv-tree .tree=${tree} .entity=${entity} .label=${capitalize(entity.label_plural)} .counts=${this.sums}
        ?pictures=${entity.pictures.length > 0} unfold .selected=${this.selected ? selected : null}
        @hv-pick=${(event: CustomEvent<Key>) => this.#open(event.detail)}></hv-tree>
    </div>`;
  }

  #panel() {
    if (!this.filtering || !this.query) return nothing;
    return html`<hv-filter-panel .definition=${this.definition} .entity=${this.entity} .view=${this.view}
      .query=${this.query} .trees=${this.#trees} .total=${this.counted.total} ?docked=${this.docks}
      @hv-close=${this.#filtered}></hv-filter-panel>`;
  }

  #empty() {
    const name = this.entity.label_plural;
    const narrowed = viewQuery({ ...this.view, order: "" }) !== "";
    return html`<div class="empty">
      <span class="emblem">${icon(narrowed ? "search" : "download")}</span>
      <h2>${narrowed ? t("emptyMatch") : t("emptyEntity", { name })}</h2>
      <p class="muted">${narrowed ? this.#emptyHint : t("emptyEntityHint")}</p>
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
    const node = tree?.tree.find(key) ?? tree?.tree.find(Number(key));
    if (tree && node) void tree.focusNode(node.key);
    return node !== undefined || (this.#rowList?.focusRow(key) ?? false);
  }

  scrollToTop(): void {
    this.#rowList?.scrollToTop();
  }

  /** The attribute whose tree is walked down above the rows. */
  get #branching(): string | undefined {
    return this.entity.list_filter.find((name) => {
      const attribute = findAttribute(this.entity, name);
      return attribute && filterKind(this.definition, attribute) === "tree";
    });
  }

  /** The same, when its tree is there to walk down and there is something on it. */
  get #walked(): string | undefined {
    const name = this.#isTree ? undefined : this.#branching;
    const attribute = name && findAttribute(this.entity, name);
    const tree = attribute ? this.#trees.get(this.definition, attribute.relation) : null;
    const chosen = name !== undefined && name in this.view.filters;
    return tree?.size && (this.counted.total !== 0 || chosen) ? name : undefined;
  }

  get #canBeTree(): boolean {
    return (
      parentAttribute(this.entity) !== undefined && this.#trees.get(this.definition, this.entity.name)?.isDeep === true
    );
  }

  get #isTree(): boolean {
    return viewQuery(this.view) === "" && this.#canBeTree;
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
    const trees = (name: string) => this.#trees.get(this.definition, findAttribute(this.entity, name)?.relation);
    const reading = Object.entries(filters).some(([name, filter]) => isUnder(filter) && trees(name) === undefined);
    if (reading) return;
    const query: Query = {
      ...(words && { search: words }),
      ...(order && { orderBy: order }),
      ...(Object.keys(filters).length && { where: whereOf(filters, (name) => trees(name) ?? undefined) }),
    };
    if (JSON.stringify(query) !== JSON.stringify(this.query)) this.query = query;
  }

  #told(event: CustomEvent<Counted>): void {
    this.counted = event.detail;
    void this.#sum();
  }

  /** Counts what the branches of the tree hold: the rows of this list, or those that point at this entity. */
  async #sum(): Promise<void> {
    const counting = ++this.#counting;
    const { definition, entity, query } = this;
    const pointing = this.#isTree
      ? backlinks(definition, entity).find((link) => link.entity.name !== entity.name)
      : undefined;
    const name = pointing?.attribute.name ?? this.#branching;
    if (!name || (this.#isTree && !pointing)) return;
    const { orderBy: _, ...narrowed } = this.#isTree ? {} : (query ?? {});
    const api = window.offline.entities[pointing?.entity.name ?? entity.name];
    const facets = await api?.facets({ ...narrowed, fields: [name] }).catch(() => null);
    const relation = pointing ? entity.name : findAttribute(entity, name)?.relation;
    const tree = this.#trees.get(definition, relation);
    const values = facets?.[name]?.values.filter(([value]) => value !== null);
    if (counting === this.#counting) this.sums = tree && values ? tree.sums(values as [Key, number][]) : null;
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
