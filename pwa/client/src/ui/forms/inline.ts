/** The records within another, in its form: lines of an order. Cards on a phone, rows under headings where there is room. */
import { html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AttributeDefinition, Definition, Key } from "../../api";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { findAttribute, findEntity, valuesLine } from "../model";
import { base, buttons } from "../styles";
import { capitalize } from "../texts";
import type { Field, TypedDetail } from "./field";
import type { Child, Children } from "./filling";
import { inlineStyles } from "./inline.css";
import { problemsOf } from "./problems";
import { f } from "./texts";
import { isEmpty } from "./typed";
import { may, widgetOf } from "./widgets";
import "./field";

export class InlineRows extends LitElement {
  static override properties = {
    definition: { attribute: false },
    within: { attribute: false },
    judged: { type: Boolean },
    table: { type: Boolean, reflect: true },
    make: { attribute: false },
    revision: { type: Number },
    opened: { state: true },
  };
  declare definition: Definition;
  declare within: Children;
  /** All of what is wrong is said, also of fields nobody has been in. */
  declare judged: boolean;
  declare table: boolean;
  declare make: () => Child;
  /** Rises when something in the rows changed. */
  declare revision: number;
  /** Ids of the cards that are open. */
  declare opened: ReadonlySet<string>;
  /** Fields that somebody has been in, by the row's id and name. */
  #left = new Set<string>();

  static override styles = [base, buttons, inlineStyles];

  #titles = new Titles(format(), () => this.requestUpdate());

  constructor() {
    super();
    this.judged = false;
    this.table = false;
    this.revision = 0;
    this.opened = new Set();
  }

  /** What something is wrong with is open, and stays so when it is put right. */
  override willUpdate(): void {
    const bad = this.within.rows.filter((row) => !this.opened.has(row.id) && this.#problems(row).size > 0);
    if (bad.length > 0) this.opened = new Set([...this.opened, ...bad.map(({ id }) => id)]);
  }

  override render() {
    const { inline, rows } = this.within;
    const { entity } = inline;
    const [first] = rows;
    return html`
      <div class="head">
        <h2 id="title">${capitalize(entity.label_plural)}</h2>
        <span class="muted small">${format().count(rows.filter(({ removed }) => !removed).length)}</span>
      </div>
      ${
        rows.length === 0
          ? html`<p class="empty">${f("rowsNone", { name: entity.label_plural })}</p>`
          : html`<ul aria-labelledby="title">
              ${this.table && first ? this.#heads(first) : nothing}
              ${repeat(
                rows,
                ({ id }) => id,
                (row, at) => (row.removed ? this.#gone(row) : this.table ? this.#row(row, at) : this.#card(row, at)),
              )}
            </ul>`
      }
      ${
        may(entity, "create")
          ? html`<button class="button add" type="button" data-test="add-${entity.name}" @click=${this.#add}>${icon("plus")}${f("addRow", { name: entity.label })}</button>`
          : nothing
      }
    `;
  }

  override updated(): void {
    // As a property: the policy allows no style in the page's text.
    this.style.setProperty("--columns", this.#columns);
  }

  #attributes(row: Child): readonly AttributeDefinition[] {
    return row.editing.attributes;
  }

  get #columns(): string {
    const [first] = this.within.rows;
    if (!first) return "";
    return this.#attributes(first)
      .map((attribute) => (this.#isShort(attribute) ? "minmax(5.5rem, 1fr)" : "minmax(10rem, 2.5fr)"))
      .join(" ");
  }

  #isShort(attribute: AttributeDefinition): boolean {
    const widget = widgetOf(this.definition, attribute);
    return widget === "number" || widget === "switch" || widget === "time";
  }

  #heads(first: Child) {
    return html`<li class="heads" aria-hidden="true">
      ${this.#attributes(first).map((attribute) => html`<span>${capitalize(attribute.label)}</span>`)}<span></span>
    </li>`;
  }

  #row(row: Child, at: number) {
    return html`<li data-row=${row.id}><div class="row" role="group" aria-label=${this.#name(at)} data-test="inline-row">
      ${this.#attributes(row).map((attribute) => this.#field(row, attribute, true))} ${this.#removal(row, at)}
    </div></li>`;
  }

  #card(row: Child, at: number) {
    const isBad = this.#problems(row).size > 0;
    const isOpen = this.opened.has(row.id);
    return html`<li data-row=${row.id}><div class="card ${isBad ? "bad" : ""}" role="group" aria-label=${this.#name(at)} data-test="inline-row">
      <div class="sum">
        <button class="toggle" type="button" aria-expanded=${isOpen} @click=${() => this.#toggle(row.id)}>
          <span class="text"><strong dir="auto">${this.#title(row, at)}</strong>${isOpen ? nothing : html`<small>${this.#aside(row)}</small>`}</span>
          ${icon("chevron")}
        </button>
        ${this.#removal(row, at)}
      </div>
      ${
        isOpen
          ? html`<div class="inner">
              ${this.#attributes(row).map((attribute) => html`<div class=${this.#isShort(attribute) ? "" : "whole"}>${this.#field(row, attribute, false)}</div>`)}
            </div>`
          : nothing
      }
    </div></li>`;
  }

  #gone(row: Child) {
    const { entity } = this.within.inline;
    return html`<li class="gone" data-row=${row.id}>
      <span>${f("rowRemoved", { name: capitalize(entity.label) })}</span>
      <button class="button quiet" type="button" @click=${() => this.#bringBack(row)}>${f("undo")}</button>
    </li>`;
  }

  #removal(row: Child, at: number) {
    const { entity } = this.within.inline;
    if (row.key !== null && !may(entity, "delete")) return html`<span></span>`;
    const label = f("removeRow", { name: this.#name(at) });
    return html`<button class="button round remove" type="button" data-test="remove-row" aria-label=${label} title=${label} @click=${() => this.#remove(row)}>
      ${icon("trash")}
    </button>`;
  }

  #field(row: Child, attribute: AttributeDefinition, bare: boolean) {
    const { editing } = row;
    const { name } = attribute;
    return html`<hv-field ?bare=${bare} .definition=${this.definition} .attribute=${attribute} .typed=${editing.typed(name)} .words=${editing.words}
      .meanwhile=${editing.meanwhile(name)} .problems=${this.#problems(row).get(name) ?? []} canMake
      @hv-typed=${(event: CustomEvent<TypedDetail>) => this.#typed(event, row)}
      @hv-take-theirs=${(event: CustomEvent<string>) => this.#takeBack(event, row)}
      @hv-left=${(event: CustomEvent<string>) => this.#leave(event, row)}></hv-field>`;
  }

  /** What is said of a row's fields. */
  #problems({ id, editing, removed }: Child): Map<string, string[]> {
    if (removed) return new Map();
    return problemsOf(editing, (name) => this.judged || this.#left.has(`${id} ${name}`));
  }

  #name(at: number): string {
    return f("rowOf", { name: capitalize(this.within.inline.entity.label), number: format().count(at + 1) });
  }

  /** What the row is called in its list, where that can be told from what is typed. */
  #title({ editing }: Child, at: number): string {
    const { entity } = this.within.inline;
    const [name = "", far] = (entity.list_display[0] ?? "").split("__");
    const attribute = findAttribute(entity, name);
    const value = editing.attribute(name) ? editing.value(name) : null;
    if (!attribute || value === null || value === "") return this.#name(at);
    if (!attribute.relation || !far) return format().value(value, attribute);
    if (!findEntity(this.definition, attribute.relation)) return this.#name(at);
    return this.#titles.get(this.definition, attribute.relation, value as Key) ?? "…";
  }

  #aside({ editing }: Child): string {
    const told = this.within.inline.entity.list_display
      .slice(1)
      .map((name) => editing.attribute(name))
      .filter((attribute) => attribute !== undefined)
      .filter(({ name, relation }) => !relation && !isEmpty(editing.typed(name)));
    return valuesLine(told.slice(0, 3), (name) => editing.value(name), format());
  }

  /** The first field of the rows that something is wrong with. */
  firstInvalid(): Field | null {
    return [...this.renderRoot.querySelectorAll<Field>("hv-field")].find(({ problems }) => problems.length > 0) ?? null;
  }

  #typed(event: CustomEvent<TypedDetail>, row: Child): void {
    event.stopPropagation();
    const { name, typed, row: related } = event.detail;
    row.editing.set(name, typed);
    const relation = row.editing.attribute(name)?.relation;
    const target = relation && findEntity(this.definition, relation);
    if (target && related) row.editing.bring(name, target.attributes, related);
    this.#changed();
  }

  #leave(event: CustomEvent<string>, { id, editing }: Child): void {
    event.stopPropagation();
    // Who passes through an empty field is not told off for it.
    if (editing.isTyped(event.detail)) this.#left.add(`${id} ${event.detail}`);
    this.requestUpdate();
  }

  #takeBack(event: CustomEvent<string>, { editing }: Child): void {
    event.stopPropagation();
    editing.takeBack(event.detail);
    this.#changed();
  }

  #toggle(id: string): void {
    const opened = new Set(this.opened);
    if (!opened.delete(id)) opened.add(id);
    this.opened = opened;
  }

  #add(): void {
    const row = this.make();
    this.within.rows.push(row);
    this.opened = new Set([...this.opened, row.id]);
    this.#changed();
    void this.#focusIn(row.id, "hv-field");
  }

  #remove(row: Child): void {
    row.removed = true;
    this.#changed();
    void this.#focusIn(row.id, ".button");
  }

  #bringBack(row: Child): void {
    row.removed = false;
    this.#changed();
    void this.#focusIn(row.id, ".remove");
  }

  /** The focus stays where somebody is working. */
  async #focusIn(id: string, what: string): Promise<void> {
    await this.updateComplete;
    const found = this.renderRoot.querySelector<HTMLElement & Partial<LitElement>>(`[data-row="${id}"] ${what}`);
    await found?.updateComplete;
    found?.focus();
  }

  #changed(): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("hv-edited", { bubbles: true, composed: true }));
  }
}

customElements.define("hv-inline-rows", InlineRows);
