/**
 * Chooses related records: one, or of a many-to-many attribute any number. Searches what is on the device, in a sheet
 * that is the same with thumb, keyboard and screen reader.
 */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition, Key, Row } from "../../api";
import { Live } from "../data/live";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity, keyOf, keyTitle, pictureName, recordAside, recordTitle } from "../model";
import { controls } from "../parts/control.css";
import { dialogs } from "../parts/dialog.css";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { pickerStyles } from "./picker.css";
import { f } from "./texts";
import type { Typed } from "./typed";
import { may } from "./widgets";
import "../parts/picture";

const SHOWN = 50;

/** `detail` of `hv-make`: a record is to be made, and to be chosen then. */
export interface Making {
  entity: EntityDefinition;
  /** What was searched for, which may be its name. */
  text: string;
  made: (key: Key) => void;
}

export class Picker extends LitElement {
  static override properties = {
    definition: { attribute: false },
    attribute: { attribute: false },
    value: { attribute: false },
    canMake: { type: Boolean },
    invalid: { type: Boolean, reflect: true },
    rows: { state: true },
    active: { state: true },
    total: { state: true },
  };
  declare definition: Definition;
  declare attribute: AttributeDefinition;
  declare value: Typed;
  declare canMake: boolean;
  declare invalid: boolean;
  /** What was found; `null` while it is looked for the first time. */
  declare rows: Row[] | null;
  /** Of `rows`, the one that Enter chooses. */
  declare active: number;
  declare total: number;

  static override styles = [base, buttons, controls, dialogs, pickerStyles];
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  #titles = new Titles(format(), () => this.requestUpdate());
  #asking = 0;
  #isOpen = false;

  constructor() {
    super();
    this.canMake = false;
    this.invalid = false;
    this.rows = null;
    this.active = 0;
    this.total = 0;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (!entities.includes(this.attribute.relation ?? "")) return;
        if (this.#isOpen) void this.#search();
        this.requestUpdate();
      },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("attribute")) this.rows = null;
  }

  override render() {
    return html`${this.attribute.many ? this.#many() : this.#one()}
      <dialog aria-labelledby="title" @close=${this.#closed} @click=${this.#clicked} @cancel=${(event: Event) => event.stopPropagation()}>
        ${this.#isOpen ? this.#sheet() : nothing}
      </dialog>`;
  }

  #one() {
    const { attribute, value } = this;
    const isEmpty = value === null || value === "";
    const title = isEmpty ? f("choose") : this.#title(value as Key);
    const name = capitalize(attribute.label);
    const said = `${name}: ${isEmpty ? f("choose") : title}`;
    return html`<div class="chosen">
      <button class="open ${isEmpty ? "empty" : ""}" type="button" data-test="pick" aria-haspopup="dialog" aria-label=${this.invalid ? `${said}. ${f("chooseOne")}` : said}
        @click=${this.#open} @keydown=${this.#opening}>
        <span dir="auto">${title}</span>${icon("chevron")}
      </button>
      ${
        attribute.required || isEmpty || !attribute.null
          ? nothing
          : html`<button class="button round clear" type="button" data-test="pick-clear" aria-label=${f("clearOf", { name })} title=${f("clearOf", { name })}
              @click=${() => this.#pick(null, null)}>${icon("close")}</button>`
      }
    </div>`;
  }

  #many() {
    const keys = this.#keys;
    const name = capitalize(this.attribute.label);
    return html`
      ${
        keys.length
          ? html`<ul class="chips">
              ${keys.map((key) => {
                const title = this.#title(key);
                return html`<li class="chip"><span dir="auto">${title}</span>
                  <button class="button round" type="button" aria-label=${f("takeAway", { name: title })} title=${f("takeAway", { name: title })}
                    @click=${() => this.#toggle(key)}>${icon("close")}</button>
                </li>`;
              })}
            </ul>`
          : nothing
      }
      <button class="open empty" type="button" data-test="pick" aria-haspopup="dialog" aria-label="${name}: ${f("addMore")}" @click=${this.#open} @keydown=${this.#opening}>
        <span>${f("addMore")}</span>${icon("plus")}
      </button>
    `;
  }

  #sheet() {
    const { attribute, rows, active } = this;
    const related = this.#related;
    const many = attribute.many === true;
    const name = capitalize(attribute.label);
    return html`
      <div class="top">
        <div class="title">
          <h2 id="title">${name}</h2>
          <button class="button ${many ? "quiet" : "quiet round"}" type="button" data-test="pick-close" aria-label=${many ? nothing : t("close")} @click=${this.#close}>
            ${many ? f("done") : icon("close")}
          </button>
        </div>
        <div class="iconed">
          ${icon("search")}
          <input id="search" class="control" data-test="pick-search" type="search" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="results"
            aria-activedescendant=${rows?.length ? `option-${active}` : nothing} aria-label=${f("searchOf", { name: related.label_plural })}
            placeholder=${f("searchOf", { name: related.label_plural })} autocomplete="off" autocapitalize="none" spellcheck="false"
            enterkeyhint="done" @input=${this.#search} @keydown=${this.#keyed} />
        </div>
      </div>
      <div class="results" tabindex="0">
        <ul id="results" role="listbox" aria-label=${name} aria-multiselectable=${many ? "true" : nothing}>
          ${(rows ?? []).map((row, index) => this.#option(related, row, index))}
        </ul>
        <p class="told" role="status">${this.#told(related)}</p>
      </div>
      ${
        this.canMake && may(related, "create")
          ? html`<div class="bottom">
              <button class="button" type="button" data-test="pick-new" @click=${this.#make}>${icon("plus")}${f("newOf", { name: related.label })}</button>
            </div>`
          : nothing
      }
    `;
  }

  #option(related: EntityDefinition, row: Row, index: number) {
    const key = keyOf(related, row);
    const isChosen = this.attribute.many ? this.#keys.includes(key) : this.value === key;
    const title = recordTitle(related, row, format());
    const aside = recordAside(related, row, format());
    return html`<li id="option-${index}" role="option" data-test="pick-option" class=${index === this.active ? "active" : ""} aria-selected=${isChosen}
      @click=${() => this.#choose(row)}>
      ${related.pictures.length ? html`<hv-picture .name=${pictureName(related, row)} .label=${title}></hv-picture>` : nothing}
      <span dir="auto">${title}${aside ? html`<small dir="auto">${aside}</small>` : nothing}</span>
      ${isChosen ? icon("check") : nothing}
    </li>`;
  }

  #told(related: EntityDefinition): string {
    const { rows, total } = this;
    if (rows === null) return "";
    if (rows.length === 0) return this.#text ? f("noMatch") : f("noneHere", { name: related.label_plural });
    if (total > rows.length) return f("moreThan", { number: format().count(rows.length) });
    return this.#text ? f("found", { count: total, number: format().count(total) }) : "";
  }

  get #related(): EntityDefinition {
    return findEntity(this.definition, this.attribute.relation ?? "") as EntityDefinition;
  }

  get #keys(): Key[] {
    return Array.isArray(this.value) ? (this.value as Key[]) : [];
  }

  get #text(): string {
    return this.renderRoot.querySelector<HTMLInputElement>("#search")?.value.trim() ?? "";
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #title(key: Key): string {
    const title = this.#titles.get(this.definition, this.attribute.relation ?? "", key);
    return title === undefined ? "…" : (title ?? `${keyTitle(this.#related, key)} (${f("notHere")})`);
  }

  #open = async (): Promise<void> => {
    this.#isOpen = true;
    this.rows = null;
    this.requestUpdate();
    await this.updateComplete;
    this.#dialog?.showModal();
    this.renderRoot.querySelector<HTMLInputElement>("#search")?.focus();
    await this.#search();
  };

  /** Typing begins the search at once, as in a list of the system. */
  #opening(event: KeyboardEvent): void {
    const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key !== "ArrowDown" && !isText) return;
    event.preventDefault();
    void this.#open().then(() => {
      const input = this.renderRoot.querySelector<HTMLInputElement>("#search");
      if (!isText || !input) return;
      input.value = event.key;
      void this.#search();
    });
  }

  #search = async (): Promise<void> => {
    const asking = ++this.#asking;
    const search = this.#text;
    const api = window.offline.entities[this.#related.name];
    if (!api) return;
    const options = search ? { search } : {};
    const asked = Promise.all([api.list({ ...options, limit: SHOWN }), api.count(options)]);
    const [rows, total] = await asked.catch((): [Row[], number] => [[], 0]);
    if (asking !== this.#asking) return;
    this.rows = rows;
    this.total = total;
    const chosen = search ? -1 : rows.findIndex((row) => keyOf(this.#related, row) === this.value);
    this.active = Math.max(chosen, 0);
    await this.updateComplete;
    this.#reveal();
  };

  #keyed(event: KeyboardEvent): void {
    const { rows } = this;
    const last = (rows?.length ?? 0) - 1;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined && last >= 0) {
      this.active = Math.min(Math.max(this.active + step, 0), last);
      void this.updateComplete.then(() => this.#reveal());
    } else if (event.key === "Enter") {
      const row = rows?.[this.active];
      if (row && !event.isComposing) this.#choose(row);
    } else if (event.key === "Escape") {
      // The search is emptied first, as everywhere.
      const input = event.target as HTMLInputElement;
      if (!input.value) return;
      input.value = "";
      void this.#search();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #reveal(): void {
    this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }

  #choose(row: Row): void {
    const key = keyOf(this.#related, row);
    if (this.attribute.many) this.#toggle(key);
    else {
      this.#close();
      this.#pick(key, row);
    }
  }

  /** In key order, as the attribute travels. */
  #toggle(key: Key): void {
    const keys = this.#keys;
    const now = keys.includes(key) ? keys.filter((other) => other !== key) : [...keys, key].toSorted(byKey);
    this.#pick(now, null);
  }

  #pick(value: Typed, row: Row | null): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent("hv-picked", { detail: { value, row } }));
  }

  #make(): void {
    const detail: Making = {
      entity: this.#related,
      text: this.#text,
      made: (key) => {
        if (this.attribute.many) this.#toggle(key);
        else {
          void window.offline.entities[this.#related.name]?.get(key).then((row) => this.#pick(key, row));
        }
        this.focus();
      },
    };
    this.#close();
    this.dispatchEvent(new CustomEvent("hv-make", { detail, bubbles: true, composed: true }));
  }

  #close = (): void => this.#dialog?.close();

  #closed(event: Event): void {
    event.stopPropagation();
    this.#isOpen = false;
    this.requestUpdate();
  }

  /** Beside the sheet. */
  #clicked(event: MouseEvent): void {
    if (event.target === this.#dialog) this.#close();
  }
}

function byKey(one: Key, other: Key): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one) < String(other) ? -1 : 1;
}

customElements.define("hv-picker", Picker);
