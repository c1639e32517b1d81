/** The rows of a list, however many there are: as many are rendered as fit. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Definition, EntityDefinition } from "../../api";
import { Live } from "../data/live";
import { positions } from "../data/positions";
import { type Query, RowSource } from "../data/rows";
import { Titles } from "../data/titles";
import { type Range, scrollToShow, visibleRange } from "../data/windowing";
import { format } from "../format";
import { keyOf, recordTitle } from "../model";
import { localMarkStyles } from "../parts/local-mark";
import { columnWidths, type RowContext, rowTemplate } from "../parts/row";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { Anchor } from "./list-anchor";
import { keyTarget, RowFocus, renderedRows } from "./list-focus";
import { rowStyles } from "./rows.css";
import "../parts/columns";
import "../parts/scrub";

/** In rem, so that rows grow with the reader's text size. */
const CARD = 4.5;
const CELLS = 3.25;
/** Shorter lists are scrolled through sooner than a handle is found. */
const LONG = 200;

/** Where a record stands among the rows. */
export interface Place {
  index: number;
  total: number;
  /** Keys of the records beside it. */
  previous: string | null;
  next: string | null;
}

export interface Counted {
  /** `null` until the first answer. */
  total: number | null;
  failed: boolean;
}

export class Rows extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    query: { attribute: false },
    place: {},
    order: {},
    selected: {},
    table: { type: Boolean, reflect: true },
    range: { state: true },
    at: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  /** Another object is another query; `null` while it is not known. */
  declare query: Query | null;
  /** Names the query, for coming back to where it was scrolled to. */
  declare place: string;
  /** As in a `ListView`. */
  declare order: string;
  /** Key of the record shown beside the list, `""` for none. */
  declare selected: string;
  /** Cells under headings instead of cards. */
  declare table: boolean;
  declare range: Range;
  /** Scroll position from 0 to 1. */
  declare at: number;

  static override styles = [base, buttons, localMarkStyles, rowStyles];

  #source: RowSource | undefined;
  #titles = new Titles(format(), () => this.requestUpdate());
  #resize = new ResizeObserver(([entry]) => {
    this.#viewport = entry?.contentRect.height ?? this.#viewport;
    this.#measure();
  });
  #restore: number | null = null;
  /** Height of the scroller, as far as it was laid out. */
  #viewport = innerHeight;
  #settling = 0;
  #anchor = new Anchor(
    (index) => this.#keyAt(index),
    (key) => this.#indexOf(key),
  );
  #told = "";
  /** The record that is open is still to be brought into sight. */
  #reveal = false;
  #focus = new RowFocus(
    () => this.renderRoot,
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    this.range = { start: 0, end: 0 };
    this.at = 0;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (entities.includes(this.entity.name)) {
          this.#hold();
          void this.reload();
        } else this.requestUpdate();
      },
    });
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    cancelAnimationFrame(this.#settling);
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#focus.hold();
    this.#guess();
    // The row that was on top stays there when rows become higher or lower.
    if (changed.has("table") && this.hasUpdated && this.#scroller && this.#restore === null) {
      const before = this.#rowHeight(changed.get("table"));
      this.#restore = (this.#scroller.scrollTop / before) * this.#rowHeight();
      this.#settleSoon();
    }
    if (!changed.has("query") || !this.query) return;
    if (!this.#source) {
      this.#source = new RowSource(offlineEntity(this.entity.name), () => this.#arrived());
      this.#restore = positions.get(this.place) ?? 0;
      void this.#source.setQuery(this.query, Math.floor(this.#restore / this.#rowHeight()));
    } else {
      this.#restore = 0;
      this.#anchor.forget();
      void this.#source.setQuery(this.query);
    }
  }

  override firstUpdated(): void {
    const scroller = this.#scroller;
    if (scroller) this.#resize.observe(scroller);
  }

  override updated(changed: PropertyValues<this>): void {
    const total = this.#source?.total ?? 0;
    const height = this.#rowHeight();
    // Set here and not in the template: the Content-Security-Policy forbids style attributes.
    this.style.setProperty("--columns", columnWidths(this.entity));
    this.#style(".spacer", "block-size", `${total * height}px`);
    this.#style(".rows", "transform", `translateY(${this.range.start * height}px)`);
    this.#focus.place(this.range, height);
    // Steps from record to record take the list along, and so does an address that opens a record.
    if (changed.has("selected") && this.selected) this.#reveal = true;
    const index = this.#reveal ? this.#indexOf(this.selected) : null;
    if (index !== null && this.#restore === null) {
      this.#reveal = false;
      this.#show(index);
    }
    this.#tellPlace();
  }

  override render() {
    const { entity, table } = this;
    const total = this.#source?.total ?? null;
    const long = total !== null && total > LONG;
    return html`
      <div class="scroller ${long ? "long" : ""}" data-test="list" @scroll=${this.#measure}>
        ${table ? html`<hv-columns .entity=${entity} .order=${this.order}></hv-columns>` : nothing}
        ${total === null ? this.#waiting() : this.#rows(total)}
      </div>
      ${
        long
          ? html`<hv-scrub .at=${this.at} .hint=${this.#hint(total)} @hv-scrub=${this.#scrubbed}></hv-scrub>`
          : nothing
      }
    `;
  }

  #waiting() {
    const context = this.#context(8);
    return html`<ul aria-busy="true">${Array.from({ length: 8 }, (_, index) => rowTemplate(undefined, index, context))}</ul>`;
  }

  #rows(total: number) {
    const { entity } = this;
    const context = this.#context(total);
    return html`
      <div class="spacer">
        <ul class="rows" aria-label=${capitalize(entity.label_plural)} @keydown=${this.#rowKey}
          @focusin=${this.#focus.arrived} @focusout=${this.#focus.left}>
          ${repeat(
            renderedRows(this.range, this.#focus.index, total),
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

  #context(total: number): RowContext {
    const { definition, entity, selected, table } = this;
    // Marked is what the rows were found by, which may be the search before the latest.
    const search = this.#source?.shownQuery?.search ?? "";
    return { definition, entity, titles: this.#titles, total, selected, search, table };
  }

  /** Asks again for what is in sight. */
  async reload(): Promise<void> {
    await this.#source?.reload();
  }

  /** Puts the focus on a record's row, when it is rendered. */
  focusRow(key: string): boolean {
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] a`);
    row?.focus({ preventScroll: true });
    return row !== null;
  }

  /** Puts the focus on the row at this place, wherever the list is scrolled to. */
  focusIndex(index: number): void {
    if (!this.#source?.total) return;
    this.#show(index);
    this.#focus.want(index);
    this.#measure();
    this.requestUpdate();
  }

  scrollToTop(): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#scroller?.scrollTo({ top: 0, behavior: still ? "instant" : "smooth" });
  }

  #show(index: number | null): void {
    const scroller = this.#scroller;
    if (!scroller || index === null) return;
    const top = this.#top(scroller);
    // The headings stay in sight, and cover what lies under them.
    const covered = this.#spacerTop;
    const target = scrollToShow(index, top + covered, scroller.clientHeight - covered, this.#rowHeight());
    if (target !== null) scroller.scrollTop += target - top - covered;
  }

  #arrived(): void {
    this.#release();
    this.requestUpdate();
    const { total = null, failed = false } = this.#source ?? {};
    this.dispatchEvent(new CustomEvent<Counted>("hv-counted", { detail: { total, failed } }));
    this.#settleSoon();
  }

  /**
   * The first rows are those in sight by what is known without asking for a layout: that, and the rows beyond, come with
   * the frame. All in one task was the longest of a start.
   */
  #guess(): void {
    const { total = null, shownQuery = null } = this.#source ?? {};
    if (total === null) return;
    const { start, end } = this.range;
    const top = this.#restore !== null && shownQuery === this.query ? this.#restore : end === 0 ? 0 : null;
    if (top !== null) this.range = visibleRange(top, this.#viewport, this.#rowHeight(), total, 0);
    else if (end > total) this.range = { start: Math.min(start, total), end: total };
  }

  #hold(): void {
    const scroller = this.#scroller;
    const source = this.#source;
    if (!scroller || !source || this.#restore !== null) return;
    const top = scroller.scrollTop > 0 ? Math.max(Math.floor(this.#top(scroller) / this.#rowHeight()), 0) : null;
    this.#anchor.hold(source.answer, top, this.#focus.index);
  }

  #release(): void {
    const moved = this.#anchor.release(this.#source?.answer ?? null);
    if (!moved) return;
    if (moved.rows) this.#restore = (this.#scroller?.scrollTop ?? 0) + moved.rows * this.#rowHeight();
    this.#focus.moved(moved.focused);
  }

  #settleSoon(): void {
    cancelAnimationFrame(this.#settling);
    this.#settling = requestAnimationFrame(() => this.#settle());
  }

  #settle(): void {
    const scroller = this.#scroller;
    if (this.#restore !== null && scroller) {
      scroller.scrollTop = this.#restore;
      this.#restore = null;
      if (this.#reveal) this.requestUpdate();
    }
    this.#measure();
  }

  #measure = (): void => {
    const scroller = this.#scroller;
    const source = this.#source;
    if (!scroller || !source || source.total === null) return;
    if (this.#restore === null) positions.set(this.place, scroller.scrollTop);
    const { start, end } = visibleRange(this.#top(scroller), scroller.clientHeight, this.#rowHeight(), source.total);
    if (start !== this.range.start || end !== this.range.end) this.range = { start, end };
    const most = scroller.scrollHeight - scroller.clientHeight;
    this.at = most > 0 ? scroller.scrollTop / most : 0;
    if (end > start) void source.want(start, end);
  };

  /** Scroll position within the rows, which start below the headings. */
  #top(scroller: HTMLElement): number {
    return scroller.scrollTop - this.#spacerTop;
  }

  get #spacerTop(): number {
    return this.renderRoot.querySelector<HTMLElement>(".spacer")?.offsetTop ?? 0;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }

  #rowHeight(table = this.table): number {
    return (table ? CELLS : CARD) * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  #style(selector: string, property: string, value: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.style.setProperty(property, value);
  }

  #scrubbed(event: CustomEvent<number>): void {
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = event.detail * (scroller.scrollHeight - scroller.clientHeight);
  }

  /** What is on top: the beginning of its title when it is loaded, and how far down it is. */
  #hint(total: number): string {
    const first = Math.min(Math.round(this.at * (total - 1)), total - 1);
    const row = this.#source?.row(first);
    const number = t("placeOf", { number: format().count(first + 1), total: format().count(total) });
    return row
      ? `${Array.from(recordTitle(this.entity, row, format()))
          .slice(0, 12)
          .join("")} · ${number}`
      : number;
  }

  #keyAt(index: number): string | null {
    const row = this.#source?.row(index);
    return row ? String(keyOf(this.entity, row)) : null;
  }

  #indexOf(key: string): number | null {
    return this.#source?.find((row) => String(keyOf(this.entity, row)) === key) ?? null;
  }

  #tellPlace(): void {
    const source = this.#source;
    const index = this.selected ? this.#indexOf(this.selected) : null;
    const detail: Place | null =
      index === null
        ? null
        : {
            index,
            total: source?.total ?? 0,
            previous: index > 0 ? this.#keyAt(index - 1) : null,
            next: this.#keyAt(index + 1),
          };
    const told = JSON.stringify(detail);
    if (told === this.#told) return;
    this.#told = told;
    this.dispatchEvent(new CustomEvent("hv-place", { detail, bubbles: true, composed: true }));
  }

  #rowKey(event: KeyboardEvent): void {
    const { from } = this.#focus;
    if (from === null || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = Math.max(Math.floor((this.#scroller?.clientHeight ?? 0) / this.#rowHeight()) - 1, 1);
    const index = keyTarget(event.key, from, this.#source?.total ?? 0, page);
    if (index === null) return;
    event.preventDefault();
    if (index < 0) this.dispatchEvent(new CustomEvent("hv-above"));
    else this.focusIndex(index);
  }
}

/** Any name gives an object (`OfflineApi`). */
function offlineEntity(name: string) {
  return window.offline.entities[name] as NonNullable<(typeof window.offline.entities)[string]>;
}

customElements.define("hv-rows", Rows);
