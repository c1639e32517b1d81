/** What a list is narrowed by right now, each to be taken away with one press. */
import { css, html, LitElement } from "lit";
import type { AttributeDefinition, Definition, EntityDefinition } from "../../api";
import { Live } from "../data/live";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { findAttribute } from "../model";
import { chosenValues, type Filter, isBetween, isUnder } from "../narrowing";
import type { ListView } from "../router";
import { base } from "../styles";
import { capitalize, t } from "../texts";

export class Chips extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    except: {},
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare view: ListView;
  /** The attribute that is shown, and taken back, elsewhere. */
  declare except: string | undefined;

  static override styles = [
    base,
    css`
      ul {
        display: flex;
        gap: var(--space-2);
        overflow-x: auto;
        margin-inline: calc(-1 * var(--space-4));
        padding: 3px var(--space-4);
        scrollbar-width: none;
      }

      li {
        flex: none;
        max-inline-size: 100%;
      }

      button {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        max-inline-size: 100%;
        min-block-size: 2.25rem;
        padding: var(--space-1) var(--space-2);
        padding-inline-start: var(--space-3);
        border: 0;
        border-radius: var(--radius-full);
        background: var(--accent-soft);
        color: var(--accent);
        font: 600 var(--size-s) / 1.3 var(--font);
        text-align: start;
        cursor: pointer;
      }

      button:hover {
        background: var(--sunken);
      }

      .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .icon {
        inline-size: 1rem;
        block-size: 1rem;
      }
    `,
  ];

  #titles = new Titles(format(), () => this.requestUpdate());

  constructor() {
    super();
    new Live(this, { datachange: ({ entities }) => this.#titles.forget(entities) });
  }

  override render() {
    return html`<ul aria-label=${t("activeFilters")}>
      ${Object.entries(this.view.filters).map(([name, filter]) => {
        if (name === this.except) return "";
        const attribute = findAttribute(this.entity, name);
        if (!attribute) return "";
        const text = t("filterValue", { name: capitalize(attribute.label), value: this.#text(attribute, filter) });
        return html`<li>
          <button type="button" data-test="chip-${name}" aria-label=${t("removeFilter", { text })} title=${t("removeFilter", { text })}
            @click=${() => this.#remove(name)}><span class="text">${text}</span>${icon("close")}</button>
        </li>`;
      })}
    </ul>`;
  }

  #text(attribute: AttributeDefinition, filter: Filter): string {
    if (isUnder(filter)) return this.#value(attribute, filter.under);
    if (!isBetween(filter)) {
      const [first, ...more] = chosenValues(filter);
      const text = this.#value(attribute, first);
      return more.length ? t("andMore", { text, count: more.length }) : text;
    }
    const [from, to] = [filter.gte, filter.lte].map((bound) => this.#value(attribute, bound));
    if (filter.gte === undefined) return t("atMost", { to: to ?? "" });
    if (filter.lte === undefined) return t("atLeast", { from: from ?? "" });
    return t("between", { from: from ?? "", to: to ?? "" });
  }

  #value(attribute: AttributeDefinition, value: Parameters<ReturnType<typeof format>["value"]>[0]): string {
    if (value === null || value === "") return t("noValue");
    if (attribute.relation && !attribute.choices && (typeof value === "string" || typeof value === "number")) {
      return this.#titles.get(this.definition, attribute.relation, value) ?? "…";
    }
    return format().value(value, attribute);
  }

  #remove(name: string): void {
    const { [name]: _, ...filters } = this.view.filters;
    const detail = { ...this.view, filters };
    this.dispatchEvent(new CustomEvent("hv-view", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("hv-chips", Chips);
