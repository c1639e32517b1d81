/**
 * A bar that fills. It is moved without the page's own thread: a native one is laid out and painted again in each frame
 * on the way to its next value.
 */
import { css, html, LitElement } from "lit";
import { base } from "../styles";

export class Progress extends LitElement {
  static override properties = { value: { attribute: false }, max: { attribute: false } };
  /** `null` while nobody knows. */
  declare value: number | null;
  declare max: number;

  static override styles = [
    base,
    css`
      :host {
        inline-size: 100%;
        block-size: 0.5rem;
        border-radius: var(--radius-full);
        background: var(--sunken);
        overflow: hidden;
      }

      div {
        block-size: 100%;
        border-radius: inherit;
        background: var(--accent);
        translate: calc((var(--at, 0) - 1) * 100%);
        transition: translate 200ms linear;
      }

      :host(:dir(rtl)) div {
        translate: calc((1 - var(--at, 0)) * 100%);
      }

      :host(:not([aria-valuenow])) div {
        inline-size: 40%;
        transition: none;
        animation: wait 1.6s ease-in-out infinite;
      }

      @keyframes wait {
        from {
          translate: -100%;
        }
        to {
          translate: 250%;
        }
      }

      @media (prefers-reduced-motion: reduce) {
        :host(:not([aria-valuenow])) div {
          animation: none;
          translate: 0;
        }
      }

      @media (forced-colors: active) {
        :host {
          outline: 1px solid CanvasText;
        }

        div {
          forced-color-adjust: none;
          background: Highlight;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.value = null;
    this.max = 1;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.role) this.role = "progressbar";
  }

  override updated(): void {
    const { value, max } = this;
    if (value === null) this.removeAttribute("aria-valuenow");
    else {
      const part = Math.min(value / (max || 1), 1);
      this.setAttribute("aria-valuenow", String(Math.round(part * 100)));
      this.style.setProperty("--at", String(part));
    }
  }

  override render() {
    return html`<div></div>`;
  }
}

customElements.define("hv-progress", Progress);
