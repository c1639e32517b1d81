/** One record: its picture, every attribute, the records it points at and those that point at it. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { Definition, EntityDefinition, Key, Row, WireValue } from "../../api";
import { Live, Media } from "../data/live";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { loadChanges, loadForms } from "../later";
import {
  backlinks,
  type DetailLine,
  detailGroups,
  keyOf,
  mayChange,
  mayDelete,
  parseKey,
  pictureName,
  recordTitle,
  titleAttribute,
} from "../model";
import { folds } from "../parts/fold.css";
import { localFacts } from "../parts/local-mark";
import { recordBar } from "../parts/record-bar.css";
import { valueTemplate } from "../parts/value";
import { addressOf, emptyView } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { detailStyles } from "./detail.css";
import type { Place } from "./rows";
import "../parts/backlinks";
import "../parts/later";
import "../parts/lightbox";
import "../parts/picture";
import "../parts/share";

export class Detail extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    key: {},
    place: { attribute: false },
    beside: { type: Boolean, reflect: true },
    row: { state: true },
    deleted: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  /** As in the address. */
  declare key: string;
  /** Where it stands in its list, as far as that is known. */
  declare place: Place | null;
  /** Beside its list, not over it. */
  declare beside: boolean;
  /** `undefined` while it is read, `null` when it is not on the device. */
  declare row: Row | null | undefined;
  /** It is not listed any more, since it was deleted here: it can still be had back. */
  declare deleted: boolean;

  static override styles = [base, buttons, cards, folds, recordBar, detailStyles];

  #roomy = new Media(this, "(min-width: 600px)");
  #titles = new Titles(format(), () => this.requestUpdate());
  #reading = 0;
  #loaded: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.row = undefined;
    this.deleted = false;
    this.place = null;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (entities.includes(this.entity.name)) void this.#read();
        else this.requestUpdate();
      },
    });
    this.addEventListener("keydown", this.#keyed);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("key") && !changed.has("entity")) return;
    const entity = changed.get("entity");
    // With a new definition of the same entity the record stays on screen until it is read again.
    if (changed.has("key") || entity?.name !== this.entity.name) this.row = undefined;
    this.#loaded = this.#read();
  }

  /** Complete when the record is on screen: its heading cannot take the focus before. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loaded;
    return super.getUpdateComplete();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has("row") || this.row === undefined) return;
    const detail = this.row ? recordTitle(this.entity, this.row, format()) : t("notOnDevice");
    this.dispatchEvent(new CustomEvent("hv-titled", { detail, bubbles: true, composed: true }));
  }

  override render() {
    const { entity, row, beside } = this;
    const list = capitalize(entity.label_plural);
    return html`
      <nav class="bar" aria-label=${t("record")}>
        <a class="button quiet" data-back data-test="back" aria-label=${beside ? t("closeRecord") : t("backTo", { name: list })}
          title=${beside ? t("closeRecord") : t("backTo", { name: list })}
          href=${addressOf({ screen: "list", entity: entity.name, view: emptyView })}>
          ${icon(beside ? "close" : "back")}${beside ? nothing : html`<span>${list}</span>`}
        </a>
        <span class="space"></span>
        ${this.#steps()}
        ${row && this.#roomy.matches ? this.#editing(row) : nothing}
        ${row ? html`<hv-share .label=${recordTitle(entity, row, format())}></hv-share>` : nothing}
      </nav>
      <article data-test="detail" aria-busy=${row === undefined}>
        ${row === undefined ? this.#waiting() : row ? this.#record(row) : this.#missing()}
      </article>
      ${row && !this.#roomy.matches ? html`<div class="thumb">${this.#editing(row)}</div>` : nothing}
    `;
  }

  #editing(row: Row) {
    const { entity, key } = this;
    if (!mayChange(entity, row)) return nothing;
    const href = addressOf({ screen: "edit", entity: entity.name, key });
    return html`<a class="button primary edit" data-test="edit" href=${href}>${icon("pencil")}<span>${t("edit")}</span></a>`;
  }

  #steps() {
    const { place } = this;
    if (!place || place.total < 2) return nothing;
    const { index, total, previous, next } = place;
    return html`
      <span class="place muted" data-test="place">${t("placeOf", { number: format().count(index + 1), total: format().count(total) })}</span>
      ${this.#step(previous, "previous", t("previous"))}${this.#step(next, "next", t("next"))}
    `;
  }

  #step(key: string | null, test: "previous" | "next", label: string) {
    const look = icon(test === "previous" ? "up" : "down");
    if (key === null) return html`<span class="button round off" aria-hidden="true">${look}</span>`;
    const href = addressOf({ screen: "detail", entity: this.entity.name, key });
    return html`<a class="button round" data-step data-test=${test} href=${href} aria-label=${label} title=${label}>${look}</a>`;
  }

  #waiting() {
    return html`<h1 class="only-read" tabindex="-1">${capitalize(this.entity.label)}</h1>
      <div class="shape tall" aria-hidden="true"></div><div class="shape" aria-hidden="true"></div>`;
  }

  #record(row: Row) {
    const { definition, entity } = this;
    const title = recordTitle(entity, row, format());
    const name = pictureName(entity, row);
    const named = titleAttribute(entity);
    const { figures, facts, texts, record } = detailGroups(definition, entity, row);
    return html`
      <div class="head">
        ${
          entity.pictures.length
            ? html`<div class="hero" data-test="detail-picture">
                <hv-picture size="large" .name=${name} .label=${title} .alt=${t("pictureOf", { name: title })}></hv-picture>
                ${name ? html`<hv-lightbox .name=${name} .label=${title}></hv-lightbox>` : nothing}
              </div>`
            : nothing
        }
        <div class="name">
          <p class="muted">${capitalize(entity.label)}</p>
          <h1 tabindex="-1" dir="auto" data-test=${named ? `attribute-${named.name}` : nothing}>${title}</h1>
          ${
            figures.length
              ? html`<dl class="figures">
                  ${figures.map((line) => this.#line(row, line))}
                </dl>`
              : nothing
          }
        </div>
      </div>
      ${localFacts(row) ? this.#local() : nothing}
      ${facts.length ? html`<dl class="card facts">${facts.map((line) => this.#line(row, line))}</dl>` : nothing}
      ${texts.map(
        ({ attribute }) => html`<section class="card" data-test="attribute-${attribute.name}">
          <h2>${capitalize(attribute.label)}</h2>
          <p class="prose" dir="auto">${String(row[attribute.name])}</p>
        </section>`,
      )}
      ${backlinks(definition, entity).map(
        (backlink) =>
          html`<hv-backlinks .entity=${backlink.entity} .attribute=${backlink.attribute} .key=${keyOf(entity, row)} .of=${title}></hv-backlinks>`,
      )}
      ${
        mayDelete(entity, row)
          ? html`<hv-later small .load=${loadForms} .shown=${html`<hv-remove .definition=${definition} .entity=${entity} .row=${row}></hv-remove>`}></hv-later>`
          : nothing
      }
      <details class="fold">
        <summary>${icon("chevron")}${t("recordFacts")}</summary>
        <dl class="facts">${record.map((line) => this.#line(row, line))}</dl>
      </details>
    `;
  }

  #line(row: Row, { attribute, titled }: DetailLine) {
    return html`<div data-test="attribute-${attribute.name}">
      <dt>${capitalize(attribute.label)}</dt>
      <dd dir="auto">
        ${titled ? html`<span data-test="attribute-${titled.name}">${this.#value(row, { attribute, titled })}</span>` : this.#value(row, { attribute })}
      </dd>
    </div>`;
  }

  #value(row: Row, { attribute, titled }: DetailLine) {
    const value = row[attribute.name];
    const { relation } = attribute;
    if (relation && attribute.many && Array.isArray(value) && value.length) {
      return html`<ul class="many">${value.map((key) => html`<li>${this.#link(relation, key as Key)}</li>`)}</ul>`;
    }
    if (!relation || (typeof value !== "string" && typeof value !== "number") || value === "") {
      return valueTemplate(value, attribute);
    }
    // What the record carries along shows the title at once, and also when the related record is not on the device.
    return this.#link(relation, value, titled && row[titled.name]);
  }

  #link(relation: string, key: Key, carried?: WireValue) {
    const title = carried ? String(carried) : this.#titles.get(this.definition, relation, key);
    const href = addressOf({ screen: "detail", entity: relation, key: String(key) });
    return html`<a href=${href}>${title === undefined ? "…" : (title ?? String(key))}</a>`;
  }

  #local() {
    return html`<hv-later small .load=${loadChanges}
      .shown=${html`<hv-record-state .definition=${this.definition} .entity=${this.entity} .key=${this.#key}></hv-record-state>`}></hv-later>`;
  }

  #missing() {
    return html`${this.deleted ? this.#local() : nothing}
      <div class="missing" data-test="not-on-device">
        <h1 tabindex="-1">${this.deleted ? t("deletedHere") : t("notOnDevice")}</h1>
        <p class="muted">${this.deleted ? nothing : t("notOnDeviceHint", { name: this.entity.label })}</p>
      </div>`;
  }

  /** Escape closes the record. What lies over it, a picture say, takes the key for itself. */
  #keyed(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    this.dispatchEvent(new CustomEvent("hv-back", { bubbles: true, composed: true }));
  }

  get #key(): Key {
    return parseKey(this.entity, this.key);
  }

  async #wasDeleted(): Promise<boolean> {
    const pending = await window.offline.pending().catch(() => []);
    return pending.some(({ entity, key, op }) => op === "delete" && entity === this.entity.name && key === this.#key);
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    // A key that no record can have is as good as one that none has.
    const row = (await window.offline.entities[this.entity.name]?.get(this.#key).catch(() => null)) ?? null;
    const deleted = row === null && this.entity.writable !== undefined && (await this.#wasDeleted());
    if (reading !== this.#reading) return;
    this.deleted = deleted;
    this.row = row;
  }
}

customElements.define("hv-detail", Detail);
