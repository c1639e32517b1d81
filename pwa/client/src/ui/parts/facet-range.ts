/** Bounds of an amount or of a time, each of which may stay open. */
import { css, html, LitElement } from "lit";
import type { AttributeDefinition, Facet } from "../../api";
import { format } from "../format";
import { boundDay, bounded, dayBound, type Filter, isBetween } from "../narrowing";
import { base } from "../styles";
import { capitalize, t } from "../texts";
import { controls } from "./control.css";

export class FacetRange extends LitElement {
  static override properties = {
    attribute: { attribute: false },
    filter: { attribute: false },
    facet: { attribute: false },
  };
  declare attribute: AttributeDefinition;
  declare filter: Filter | undefined;
  declare facet: Facet | undefined;

  static override styles = [
    base,
    controls,
    css`
      .bounds {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--space-3);
      }

      label {
        display: grid;
        gap: var(--space-1);
        min-inline-size: 0;
        font-size: var(--size-s);
        color: var(--muted);
      }

      .control {
        min-inline-size: 0;
        font-variant-numeric: tabular-nums;
      }

      p {
        padding-block-start: var(--space-2);
        font-size: var(--size-s);
        color: var(--muted);
      }
    `,
  ];

  override render() {
    const { attribute, facet } = this;
    const between = facet && facet.min !== null && facet.max !== null;
    return html`
      <div class="bounds">${this.#bound("gte")}${this.#bound("lte")}</div>
      ${
        between
          ? html`<p>${t("between", { from: format().value(facet.min, attribute), to: format().value(facet.max, attribute) })}</p>`
          : ""
      }
    `;
  }

  #bound(bound: "gte" | "lte") {
    const { attribute, filter } = this;
    const wire = isBetween(filter) ? filter[bound] : undefined;
    const name = capitalize(attribute.label);
    const label = bound === "gte" ? t("from") : t("to");
    const text = this.#isDay ? boundDay(wire, attribute.type) : wire === undefined ? "" : String(wire);
    return html`<label>
      <span>${label}</span>
      <input class="control" data-bound=${bound} aria-label=${bound === "gte" ? t("fromOf", { name }) : t("toOf", { name })}
        type=${this.#isDay ? "date" : "number"} step=${this.#isDay ? "1" : "any"} inputmode=${this.#isDay ? "none" : "decimal"}
        .value=${text} @change=${(event: Event) => this.#changed(bound, event)} @input=${(event: Event) => this.#typed(bound, event)} />
    </label>`;
  }

  get #isDay(): boolean {
    return this.attribute.type === "date" || this.attribute.type === "datetime";
  }

  /** A date is half written for a while; an amount is one with every digit. */
  #typed(bound: "gte" | "lte", event: Event): void {
    if (!this.#isDay) this.#changed(bound, event);
  }

  #changed(bound: "gte" | "lte", event: Event): void {
    const { value } = event.target as HTMLInputElement;
    const { type } = this.attribute;
    const wire = this.#isDay
      ? dayBound(value, bound, type)
      : value === "" || type === "decimal"
        ? value
        : Number(value);
    this.dispatchEvent(new CustomEvent("hv-filter", { detail: bounded(this.filter, bound, wire) }));
  }
}

customElements.define("hv-facet-range", FacetRange);
