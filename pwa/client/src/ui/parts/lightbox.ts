/** A picture as large as the screen: opened by pressing on it, closed by Escape or any press beside it. */
import { css, html, LitElement, nothing } from "lit";
import { icon } from "../icons";
import { base, buttons } from "../styles";
import { t } from "../texts";
import "./picture";

export class Lightbox extends LitElement {
  static override properties = { name: {}, label: {}, open: { state: true }, near: { state: true } };
  /** The picture's storage name. */
  declare name: string;
  /** What it shows. */
  declare label: string;
  declare open: boolean;
  /** Twice as large as the screen, to be looked around in. */
  declare near: boolean;

  static override styles = [
    base,
    buttons,
    css`
      :host {
        position: absolute;
        inset: 0;
      }

      .zone {
        inline-size: 100%;
        block-size: 100%;
        padding: 0;
        border: 0;
        border-radius: var(--radius-l);
        background: none;
        cursor: zoom-in;
      }

      dialog {
        inline-size: 100dvw;
        block-size: 100dvh;
        max-inline-size: none;
        max-block-size: none;
        margin: 0;
        padding: 0;
        border: 0;
        background: #000;
        color: #fff;
        overflow: auto;
      }

      dialog[open] {
        animation: appear var(--calm);
      }

      @keyframes appear {
        from {
          opacity: 0;
        }
      }

      hv-picture {
        --fit: contain;
        inline-size: 100%;
        block-size: 100%;
        border-radius: 0;
        background: none;
        cursor: zoom-in;
      }

      .near {
        inline-size: 200%;
        block-size: 200%;
        cursor: zoom-out;
      }

      .close {
        position: fixed;
        inset-block-start: max(var(--space-3), env(safe-area-inset-top));
        inset-inline-end: var(--space-3);
        background: rgb(0 0 0 / 60%);
        color: #fff;
      }

      .close:hover:not(:disabled) {
        background: rgb(60 60 60 / 80%);
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.near = false;
  }

  override updated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (this.open && dialog && !dialog.open) dialog.showModal();
  }

  override render() {
    const label = t("enlarge", { name: this.label });
    return html`
      <button class="zone" type="button" data-test="enlarge" aria-label=${label} title=${label} @click=${() => (this.open = true)}></button>
      ${
        this.open
          ? html`<dialog data-test="lightbox" aria-label=${t("pictureOf", { name: this.label })} @close=${this.#closed} @keydown=${this.#keyed}>
              <hv-picture class=${this.near ? "near" : ""} size="large" .name=${this.name} .label=${this.label}
                .alt=${t("pictureOf", { name: this.label })} @click=${() => (this.near = !this.near)}></hv-picture>
              <button class="button round close" type="button" autofocus aria-label=${t("close")}
                @click=${() => this.renderRoot.querySelector("dialog")?.close()}>${icon("close")}</button>
            </dialog>`
          : nothing
      }
    `;
  }

  /** Escape is for the picture, not for the record below it. */
  #keyed(event: KeyboardEvent): void {
    if (event.key === "Escape") event.stopPropagation();
  }

  #closed(): void {
    this.open = false;
    this.near = false;
    this.renderRoot.querySelector<HTMLElement>(".zone")?.focus();
  }
}

customElements.define("hv-lightbox", Lightbox);
