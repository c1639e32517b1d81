/** The headings over a list's cells: each orders by its column, up, down, and as usual again. */
import { css, html, LitElement, nothing } from "lit";
import type { AttributeDefinition, EntityDefinition } from "../../api";
import { icon } from "../icons";
import { isNumber, orderAttributes, secondaryAttributes, titleAttribute } from "../model";
import { base } from "../styles";
import { capitalize, t } from "../texts";
import { orderText } from "./order";

export class Columns extends LitElement {
  static override properties = { entity: { attribute: false }, order: {} };
  declare entity: EntityDefinition;
  declare order: string;

  static override styles = [
    base,
    css`
      :host {
        position: sticky;
        inset-block-start: 0;
        z-index: 1;
        background: var(--page);
        border-block-end: 1px solid var(--line);
      }

      div {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding-inline: var(--space-4);
      }

      .thumb {
        flex: none;
        inline-size: 2.25rem;
      }

      .cells {
        flex: 1;
        display: grid;
        grid-template-columns: var(--columns);
        gap: var(--space-5);
        padding: 0;
      }

      .heading {
        display: flex;
        align-items: center;
        gap: var(--space-1);
        min-inline-size: 0;
        min-block-size: 2.5rem;
        padding: 0;
        border: 0;
        background: none;
        color: var(--muted);
        font: 600 var(--size-xs) / 1.2 var(--font);
        text-align: start;
      }

      button.heading {
        cursor: pointer;
      }

      button.heading:hover,
      .on {
        color: var(--text);
      }

      .numeric {
        justify-content: flex-end;
        text-align: end;
      }

      .heading span {
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .icon {
        inline-size: 0.875rem;
        block-size: 0.875rem;
      }

      .down .icon {
        rotate: 180deg;
      }
    `,
  ];

  override render() {
    const { entity } = this;
    const columns = [titleAttribute(entity), ...secondaryAttributes(entity)].filter((column) => column !== undefined);
    const ordered = orderAttributes(entity);
    return html`<div role="group" aria-label=${t("order")}>
      ${entity.pictures.length ? html`<span class="thumb"></span>` : nothing}
      <div class="cells">
        ${columns.map((column, at) => {
          // Titles begin at the start, also those that are numbers.
          const look = `heading ${at > 0 && isNumber(column) ? "numeric" : ""}`;
          return ordered.includes(column)
            ? this.#button(column, look)
            : html`<span class=${look}><span>${capitalize(column.label)}</span></span>`;
        })}
      </div>
    </div>`;
  }

  #button(column: AttributeDefinition, look: string) {
    const { name, label } = column;
    const up = this.order === name;
    const down = this.order === `-${name}`;
    const next = up ? `-${name}` : down ? "" : name;
    const title = next ? orderText(column, next.startsWith("-")) : t("orderDefault");
    return html`<button type="button" class="${look} ${up || down ? "on" : ""} ${down ? "down" : ""}"
      data-test="column-${name}" title=${title} aria-pressed=${up || down}
      @click=${() => this.dispatchEvent(new CustomEvent("hv-order", { detail: next, bubbles: true, composed: true }))}>
      <span>${capitalize(label)}</span>${up || down ? icon("up") : nothing}
    </button>`;
  }
}

customElements.define("hv-columns", Columns);
