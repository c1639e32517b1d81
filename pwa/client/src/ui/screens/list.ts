/** The list of an entity: search, order, filters, and as many rows as fit, however many there are. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AppState, Definition, EntityDefinition } from "../../api";
import { Live } from "../data/live";
import { positions } from "../data/positions";
import { type Query, RowSource } from "../data/rows";
import { Titles } from "../data/titles";
import { type Range, scrollToShow, visibleRange } from "../data/windowing";
import { format } from "../format";
import { keyOf } from "../model";
import { rowTemplate } from "../parts/row";
import { emptyView, type ListView, viewQuery } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { listStyles } from "./list.css";
import { keyTarget, RowFocus, renderedRows } from "./list-focus";
import "../parts/filters";
import "../parts/search";
import "../parts/sync-button";

export class List extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    state: { attribute: false },
    view: { attribute: false },
    selected: {},
    range: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare state: AppState;
  declare view: ListView;
  /** Key of the record shown beside the list, `""` for none. */
  declare selected: string;
  declare range: Range;

  static override styles = [base, buttons, listStyles];

  #source: RowSource | undefined;
  #titles = new Titles(format(), () => this.requestUpdate());
  #resize = new ResizeObserver(() => this.#measure());
  #restore: number | null = null;
  #focus = new RowFocus(
    () => this.renderRoot,
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    this.range = { start: 0, end: 0 };
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (entities.includes(this.entity.name)) void this.#source?.reload();
      },
    });
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#focus.hold();
    if (!changed.has("view")) return;
    const before = changed.get("view");
    const query = this.#query();
    if (!this.#source) {
      this.#source = new RowSource(offlineEntity(this.entity.name), () => this.#arrived());
      this.#restore = positions.get(this.#place()) ?? 0;
      void this.#source.setQuery(query, Math.floor(this.#restore / this.#rowHeight()));
    } else if (!before || viewQuery(before) !== viewQuery(this.view)) {
      this.#restore = 0;
      void this.#source.setQuery(query);
    }
  }

  override firstUpdated(): void {
    const scroller = this.#scroller;
    if (scroller) this.#resize.observe(scroller);
  }

  override updated(): void {
    const total = this.#source?.total ?? 0;
    const height = this.#rowHeight();
    // Set here and not in the template: the Content-Security-Policy forbids style attributes.
    this.#style(".spacer", "block-size", `${total * height}px`);
    this.#style(".rows", "transform", `translateY(${this.range.start * height}px)`);
    this.#focus.place(this.range, height);
  }

  override render() {
    const { entity, view } = this;
    const name = entity.label_plural;
    const source = this.#source;
    const total = source?.total ?? null;
    return html`
      <header>
        <div class="bar">
          <h1 tabindex="-1">${capitalize(name)}</h1>
          <hv-sync-button .state=${this.state}></hv-sync-button>
        </div>
        ${
          entity.search_fields.length
            ? html`<hv-search .value=${view.search} .label=${t("search", { name })} @hv-search=${this.#searched}
                @hv-leave=${() => this.#focusIndex(0)}></hv-search>`
            : nothing
        }
      </header>
      <div class="scroller" data-test="list" @scroll=${this.#measure}>
        <hv-filters .definition=${this.definition} .entity=${entity} .view=${view}></hv-filters>
        <p class="count" role="status" data-test="result-count">${this.#countText(total)}</p>
        ${source?.failed ? this.#failed() : total === 0 ? this.#empty() : this.#rows(total)}
      </div>
    `;
  }

  #rows(total: number | null) {
    const { definition, entity, selected } = this;
    const titles = this.#titles;
    if (total === null) {
      const context = { definition, entity, titles, total: 8, selected };
      return html`<ul aria-busy="true">${Array.from({ length: 8 }, (_, index) => rowTemplate(undefined, index, context))}</ul>`;
    }
    const context = { definition, entity, titles, total, selected };
    const indexes = renderedRows(this.range, this.#focus.index, total);
    return html`
      <div class="spacer">
        <ul class="rows" aria-label=${capitalize(entity.label_plural)} @keydown=${this.#rowKey}
          @focusin=${this.#focus.arrived} @focusout=${this.#focus.left}>
          ${repeat(
            indexes,
            (index) => {
              const row = this.#source?.row(index);
              return row ? `key ${keyOf(entity, row)}` : index;
            },
            (index) => rowTemplate(this.#source?.row(index), index, context),
          )}
        </ul>
      </div>
    `;
  }

  #empty() {
    const name = this.entity.label_plural;
    const narrowed = viewQuery({ ...this.view, order: "" }) !== "";
    return html`<div class="empty">
      <h2>${narrowed ? t("emptyMatch") : t("emptyEntity", { name })}</h2>
      <p class="muted">${narrowed ? t("emptyMatchHint") : t("emptyEntityHint")}</p>
      ${
        narrowed
          ? html`<button class="button" type="button" @click=${this.#clear}>
              ${this.view.search ? t("clearSearch") : t("clearFilters")}
            </button>`
          : nothing
      }
    </div>`;
  }

  #failed() {
    return html`<div class="empty">
      <p>${t("loadFailed")}</p>
      <button class="button" type="button" @click=${() => this.#source?.reload()}>${t("tryAgain")}</button>
    </div>`;
  }

  #countText(total: number | null): string {
    if (total === null) return t("loading");
    const all = this.state.entities[this.entity.name]?.rows ?? total;
    const name = all === 1 ? this.entity.label : this.entity.label_plural;
    const number = format().count(total);
    return total === all
      ? t("results", { number, name })
      : t("resultsOf", { number, total: format().count(all), name });
  }

  /** Puts the focus on a record's row, when it is rendered. */
  focusRow(key: string): boolean {
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] a`);
    row?.focus({ preventScroll: true });
    return row !== null;
  }

  scrollToTop(): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#scroller?.scrollTo({ top: 0, behavior: still ? "instant" : "smooth" });
  }

  #query(): Query {
    const { search, order, filters } = this.view;
    const words = search.trim();
    return {
      ...(words && { search: words }),
      ...(order && { orderBy: order }),
      ...(Object.keys(filters).length && { where: filters }),
    };
  }

  #arrived(): void {
    this.requestUpdate();
    void this.updateComplete.then(() => {
      const scroller = this.#scroller;
      if (this.#restore !== null && scroller) {
        scroller.scrollTop = this.#restore;
        this.#restore = null;
      }
      this.#measure();
    });
  }

  #measure = (): void => {
    const scroller = this.#scroller;
    const source = this.#source;
    if (!scroller || !source || source.total === null) return;
    if (this.#restore === null) positions.set(this.#place(), scroller.scrollTop);
    const { start, end } = visibleRange(this.#top(scroller), scroller.clientHeight, this.#rowHeight(), source.total);
    if (start !== this.range.start || end !== this.range.end) this.range = { start, end };
    if (end > start) void source.want(start, end);
  };

  #place(): string {
    return `${this.entity.name} ${viewQuery(this.view)}`;
  }

  /** Scroll position within the rows, which start below the filters. */
  #top(scroller: HTMLElement): number {
    return scroller.scrollTop - (this.renderRoot.querySelector<HTMLElement>(".spacer")?.offsetTop ?? 0);
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  // In rem, so that rows grow with the reader's text size.
  #rowHeight(): number {
    const style = getComputedStyle(document.documentElement);
    return Number.parseFloat(style.getPropertyValue("--row")) * Number.parseFloat(style.fontSize);
  }

  #style(selector: string, property: string, value: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.style.setProperty(property, value);
  }

  #searched(event: CustomEvent<string>): void {
    this.#change({ ...this.view, search: event.detail });
  }

  #clear(): void {
    this.#change(this.view.search ? { ...this.view, search: "" } : { ...emptyView, order: this.view.order });
    this.#focusSearch();
  }

  #change(detail: ListView): void {
    this.dispatchEvent(new CustomEvent("hv-view", { detail, bubbles: true, composed: true }));
  }

  #focusSearch(): void {
    this.renderRoot.querySelector<HTMLElement>("hv-search")?.focus();
  }

  #rowKey(event: KeyboardEvent): void {
    const { from } = this.#focus;
    if (from === null || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = Math.max(Math.floor((this.#scroller?.clientHeight ?? 0) / this.#rowHeight()) - 1, 1);
    const index = keyTarget(event.key, from, this.#source?.total ?? 0, page);
    if (index === null) return;
    event.preventDefault();
    if (index < 0) this.#focusSearch();
    else this.#focusIndex(index);
  }

  #focusIndex(index: number): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const top = this.#top(scroller);
    const target = scrollToShow(index, top, scroller.clientHeight, this.#rowHeight());
    if (target !== null) scroller.scrollTop += target - top;
    this.#focus.want(index);
    this.#measure();
    this.requestUpdate();
  }
}

/** Any name gives an object (`api.ts`). */
function offlineEntity(name: string) {
  return window.offline.entities[name] as NonNullable<(typeof window.offline.entities)[string]>;
}

customElements.define("hv-list", List);
