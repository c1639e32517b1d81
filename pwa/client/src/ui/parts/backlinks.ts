/** The records of one entity that point at the record on screen: the first few, and a way to all of them. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, EntityDefinition, Key, Row } from "../../api";
import { Live } from "../data/live";
import { format } from "../format";
import { icon } from "../icons";
import { keyOf, pictureName, recordAside, recordTitle } from "../model";
import { addressOf, emptyView } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { localMark, localMarkStyles } from "./local-mark";
import "./picture";

const SHOWN = 5;

export class Backlinks extends LitElement {
  static override properties = {
    entity: { attribute: false },
    attribute: { attribute: false },
    key: { attribute: false },
    of: {},
    rows: { state: true },
    total: { state: true },
  };
  /** The entity whose records point here, by `attribute`. */
  declare entity: EntityDefinition;
  declare attribute: AttributeDefinition;
  declare key: Key;
  /** What the record on screen is called. */
  declare of: string;
  declare rows: Row[];
  declare total: number;
  #reading = 0;

  static override styles = [
    base,
    buttons,
    cards,
    localMarkStyles,
    css`
      .card {
        padding-block-end: var(--space-2);
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3);
        margin-block-end: var(--space-2);
      }

      /* Long words of other languages: a second line for the number rather than a number in pieces. */
      h2 {
        flex: 1 1 min-content;
        min-inline-size: 0;
        hyphens: auto;
        overflow-wrap: break-word;
      }

      h2 .muted {
        margin-inline-start: var(--space-1);
        white-space: nowrap;
      }

      .head .button {
        flex: none;
        margin-block: calc(-1 * var(--space-2));
        margin-inline-end: calc(-1 * var(--space-2));
        padding-inline: var(--space-3);
      }

      li + li {
        border-block-start: 1px solid var(--line);
      }

      li a {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-block-size: 3.25rem;
        color: inherit;
        text-decoration: none;
      }

      li a:hover span {
        text-decoration: underline;
      }

      li span {
        flex: 1;
        min-inline-size: 0;
        overflow-wrap: anywhere;
      }

      small {
        display: block;
        font-size: var(--size-s);
        color: var(--muted);
      }

      li .icon {
        inline-size: 1rem;
        color: var(--muted);
      }

      hv-picture {
        flex: none;
        inline-size: 2.25rem;
        block-size: 2.25rem;
      }

      .all {
        color: var(--accent);
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    this.rows = [];
    this.total = 0;
    new Live(this, {
      datachange: ({ entities }) => {
        if (entities.includes(this.entity.name)) void this.#read();
      },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("key") || changed.has("entity") || changed.has("attribute")) void this.#read();
  }

  override render() {
    const { entity, attribute, key, rows, total } = this;
    const canAdd = entity.writable?.create === true && attribute.editable === true && !attribute.many;
    if (!total && !canAdd) return nothing;
    const all = { ...emptyView, filters: { [attribute.name]: key } };
    return html`
      <section class="card" data-test="related-${entity.name}">
        <div class="head">
          <h2>${capitalize(entity.label_plural)} <span class="muted">${format().count(total ?? 0)}</span></h2>
          ${canAdd ? this.#add() : nothing}
        </div>
        <ul>
          ${rows.map((row) => {
            const title = recordTitle(entity, row, format());
            const href = addressOf({ screen: "detail", entity: entity.name, key: String(keyOf(entity, row)) });
            return html`<li>
              <a href=${href}>
                ${entity.pictures.length ? html`<hv-picture .name=${pictureName(entity, row)} .label=${title}></hv-picture>` : nothing}
                <span dir="auto">${title}<small dir="auto">${recordAside(entity, row, format(), attribute.name)}</small>${localMark(row)}</span>
                ${icon("forward")}
              </a>
            </li>`;
          })}
          ${
            total > rows.length
              ? html`<li>
                  <a class="all" href=${addressOf({ screen: "list", entity: entity.name, view: all })}>
                    <span>${t("showAll", { number: format().count(total) })}</span>
                  </a>
                </li>`
              : nothing
          }
        </ul>
      </section>
    `;
  }

  #add() {
    const { entity, attribute, key } = this;
    const values = { [attribute.name]: key };
    const href = addressOf({ screen: "new", entity: entity.name, values });
    const label = t("addFor", { name: entity.label, title: this.of });
    return html`<a class="button quiet" data-test="add-related" href=${href} aria-label=${label} title=${label}>${icon("plus")}${t("add")}</a>`;
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    const api = window.offline.entities[this.entity.name];
    if (!api) return;
    const where = { [this.attribute.name]: this.key };
    const asked = Promise.all([api.count({ where }), api.list({ where, limit: SHOWN })]);
    // Unreadable is as good as none here: the record itself is what was asked for.
    const [total, rows] = await asked.catch((): [number, Row[]] => [0, []]);
    if (reading !== this.#reading) return;
    this.total = total;
    this.rows = rows;
  }
}

customElements.define("hv-backlinks", Backlinks);
