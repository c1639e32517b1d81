/** The order of a list: a native select under a button, for one thumb and every assistive technology. */
import { css, html, LitElement } from "lit";
import type { AttributeDefinition, EntityDefinition } from "../../api";
import { icon } from "../icons";
import { isNumber, orderAttributes } from "../model";
import { base, buttons } from "../styles";
import { capitalize, type TextName, t } from "../texts";

/** What an order is called: "A to Z" says more than an arrow. */
export function orderText(attribute: AttributeDefinition, descending: boolean): string {
  const { type } = attribute;
  const texts: [TextName, TextName] = isNumber(attribute)
    ? ["orderNumberUp", "orderNumberDown"]
    : type === "date" || type === "datetime"
      ? ["orderDateUp", "orderDateDown"]
      : type === "boolean"
        ? ["orderNoFirst", "orderYesFirst"]
        : ["orderTextUp", "orderTextDown"];
  return t(texts[descending ? 1 : 0], { name: capitalize(attribute.label) });
}

export class Order extends LitElement {
  static override properties = { entity: { attribute: false }, order: {} };
  declare entity: EntityDefinition;
  declare order: string;

  static override styles = [
    base,
    buttons,
    css`
      label {
        position: relative;
      }

      select {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        opacity: 0;
        font: max(1rem, 16px) var(--font);
        cursor: pointer;
      }

      label:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }

      .on {
        border-color: var(--accent);
        background: var(--accent-soft);
        color: var(--accent);
      }
    `,
  ];

  override render() {
    const options = orderAttributes(this.entity).flatMap((attribute): [string, string][] => [
      [attribute.name, orderText(attribute, false)],
      [`-${attribute.name}`, orderText(attribute, true)],
    ]);
    return html`<label class="button square ${this.order ? "on" : ""}" title=${t("order")}>
      ${icon("order")}<span class="only-read">${t("order")}</span>
      <select data-test="order" @change=${this.#changed}>
        ${[["", t("orderDefault")] as const, ...options].map(
          ([value, label]) =>
            html`<option value=${value} ?selected=${value === this.order} .selected=${value === this.order}>${label}</option>`,
        )}
      </select>
    </label>`;
  }

  #changed(event: Event): void {
    const detail = (event.target as HTMLSelectElement).value;
    this.dispatchEvent(new CustomEvent("hv-order", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("hv-order", Order);
