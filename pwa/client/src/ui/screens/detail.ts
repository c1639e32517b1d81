/** One record: its picture, every attribute, the records it points at and those that point at it. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { Definition, EntityDefinition, Key, Row } from "../../api";
import { Live } from "../data/live";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { backlinks, type DetailLine, detailLines, parseKey, pictureName, recordTitle } from "../model";
import { valueTemplate } from "../parts/value";
import { emptyView, routePath } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { detailStyles } from "./detail.css";
import "../parts/backlinks";
import "../parts/picture";

export class Detail extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    key: {},
    row: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  /** As in the address. */
  declare key: string;
  /** `undefined` while it is read, `null` when it is not on the device. */
  declare row: Row | null | undefined;

  static override styles = [base, buttons, cards, detailStyles];

  #titles = new Titles(format(), () => this.requestUpdate());
  #reading = 0;
  #loaded: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.row = undefined;
    new Live(this, {
      datachange: ({ entities }) => {
        this.#titles.forget(entities);
        if (entities.includes(this.entity.name)) void this.#read();
        else this.requestUpdate();
      },
    });
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
    const { entity, row } = this;
    const list = capitalize(entity.label_plural);
    return html`
      <nav class="bar" aria-label=${t("backTo", { name: list })}>
        <a class="button quiet" data-back data-test="back" href=${this.#path(emptyView)}>${icon("back")} ${t("back")}</a>
      </nav>
      <article data-test="detail" aria-busy=${row === undefined}>
        ${row === undefined ? html`<h1 tabindex="-1">${capitalize(entity.label)}</h1>` : row ? this.#record(row) : this.#missing()}
      </article>
    `;
  }

  #record(row: Row) {
    const { definition, entity } = this;
    const title = recordTitle(entity, row, format());
    const key = this.#key;
    return html`
      <div class="head">
        ${
          entity.pictures.length
            ? html`<hv-picture class="hero" size="large" data-test="detail-picture" .name=${pictureName(entity, row)} .label=${title}
                .alt=${t("pictureOf", { name: title })}></hv-picture>`
            : nothing
        }
        <div>
          <p class="muted">${capitalize(entity.label)}</p>
          <h1 tabindex="-1" dir="auto">${title}</h1>
        </div>
      </div>
      <dl class="card facts">
        ${detailLines(definition, entity).map((line) => this.#line(row, line))}
      </dl>
      ${backlinks(definition, entity).map(
        (backlink) =>
          html`<hv-backlinks .entity=${backlink.entity} .attribute=${backlink.attribute} .key=${key}></hv-backlinks>`,
      )}
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
    if (!attribute.relation || (typeof value !== "string" && typeof value !== "number") || value === "") {
      return valueTemplate(value, attribute);
    }
    // What the record carries along shows the title at once, and also when the related record is not on the device.
    const carried = titled && row[titled.name];
    const title = carried ? String(carried) : this.#titles.get(this.definition, attribute.relation, value);
    const href = routePath(window.offline.config.base, {
      screen: "detail",
      entity: attribute.relation,
      key: String(value),
    });
    return html`<a href=${href}>${title === undefined ? "…" : (title ?? String(value))}</a>`;
  }

  #missing() {
    return html`<div class="missing" data-test="not-on-device">
      <h1 tabindex="-1">${t("notOnDevice")}</h1>
      <p class="muted">${t("notOnDeviceHint", { name: this.entity.label })}</p>
    </div>`;
  }

  get #key(): Key {
    return parseKey(this.entity, this.key);
  }

  #path(view: typeof emptyView): string {
    return routePath(window.offline.config.base, { screen: "list", entity: this.entity.name, view });
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    // A key that no record can have is as good as one that none has.
    const row = (await window.offline.entities[this.entity.name]?.get(this.#key).catch(() => null)) ?? null;
    if (reading === this.#reading) this.row = row;
  }
}

customElements.define("hv-detail", Detail);
