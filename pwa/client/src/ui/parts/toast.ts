/** A word about what just happened; it goes by itself. */
import { css, html, LitElement, nothing } from "lit";
import { icon } from "../icons";
import type { Note } from "../note";
import { base, buttons } from "../styles";
import { t } from "../texts";

const SHORT = 4_000;
const LONG = 9_000;

export class Toast extends LitElement {
  static override properties = { text: { state: true }, failed: { state: true }, action: { state: true } };
  declare text: string;
  declare failed: boolean;
  declare action: Note["action"];
  #timer = 0;

  static override styles = [
    base,
    buttons,
    css`
      :host {
        position: fixed;
        inset-inline: 0;
        inset-block-end: var(--toast-end, var(--space-5));
        z-index: 10;
        display: grid;
        justify-items: center;
        padding-inline: var(--space-4);
        pointer-events: none;
      }

      .toast {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-end;
        gap: 0 var(--space-3);
        max-inline-size: min(32rem, 100%);
        min-block-size: 3rem;
        padding-inline: var(--space-4) var(--space-1);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--raised);
        color: var(--text);
        box-shadow: var(--shadow-2);
        pointer-events: auto;
        animation: rise var(--quick);
      }

      .toast > .icon {
        color: var(--accent);
      }

      .failed > .icon {
        color: var(--danger);
      }

      /* Where it has no room for its words, what can be done gets a line below them. */
      .toast > span {
        flex: 1 1 8rem;
        padding-block: var(--space-2);
      }

      .button {
        flex: none;
        color: var(--muted);
      }

      .act {
        border-color: transparent;
        padding-inline: var(--space-2);
        color: var(--accent);
      }

      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 0.75rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.text = "";
    this.failed = false;
  }

  show({ text, failed = false, action }: Note): void {
    this.text = text;
    this.failed = failed;
    this.action = action;
    this.#wait();
  }

  override render() {
    return html`<div role="status" aria-live="polite">
      ${
        this.text
          ? html`<div class="toast ${this.failed ? "failed" : ""}" data-test="toast"
              @pointerenter=${this.#stay} @pointerleave=${this.#wait} @focusin=${this.#stay} @focusout=${this.#wait}>
              ${icon(this.failed ? "alert" : "check")}<span>${this.text}</span>
              ${this.action ? html`<button class="button act" type="button" data-test="toast-action" @click=${this.#act}>${this.action.label}</button>` : nothing}
              <button class="button round" type="button" aria-label=${t("dismiss")} @click=${this.#close}>${icon("close")}</button>
            </div>`
          : nothing
      }
    </div>`;
  }

  #act = (): void => {
    const { action } = this;
    this.#close();
    void action?.run();
  };

  #close = (): void => {
    this.#stay();
    this.text = "";
  };

  #stay = (): void => clearTimeout(this.#timer);

  #wait = (): void => {
    this.#stay();
    this.#timer = window.setTimeout(this.#close, this.failed || this.action ? LONG : SHORT);
  };
}

customElements.define("hv-toast", Toast);
