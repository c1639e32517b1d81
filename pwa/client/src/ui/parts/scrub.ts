/** A handle for long lists: drags through all of it at once, and says where one is. Keys have Home, End and pages. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { base } from "../styles";

const LINGER = 1_200;

export class Scrub extends LitElement {
  static override properties = {
    at: { type: Number },
    hint: {},
    dragging: { state: true },
    awake: { state: true },
  };
  /** From 0 at the start to 1 at the end. */
  declare at: number;
  /** What is in sight, in a word or two. */
  declare hint: string;
  declare dragging: boolean;
  declare awake: boolean;
  #timer = 0;

  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        inset-block: 0;
        inset-inline-end: 0;
        inline-size: 2.25rem;
        z-index: 2;
        pointer-events: none;
      }

      .handle {
        position: absolute;
        inset-inline-end: 0;
        inset-block-start: calc(var(--at, 0) * (100% - 3.5rem));
        display: grid;
        place-items: center;
        inline-size: 2.25rem;
        block-size: 3.5rem;
        touch-action: none;
        cursor: grab;
        opacity: 0;
        translate: 0.5rem 0;
        transition:
          opacity var(--calm),
          translate var(--calm);
      }

      .awake {
        opacity: 1;
        translate: none;
        pointer-events: auto;
      }

      .grip {
        inline-size: 0.375rem;
        block-size: 2.75rem;
        border-radius: var(--radius-full);
        background: var(--edge);
      }

      .dragging .grip {
        background: var(--accent);
      }

      .hint {
        position: absolute;
        inset-inline-end: 2.5rem;
        padding: var(--space-2) var(--space-4);
        border-radius: var(--radius-full);
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
        box-shadow: var(--shadow-2);
      }
    `,
  ];

  constructor() {
    super();
    this.at = 0;
    this.hint = "";
    this.dragging = false;
    this.awake = false;
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("at") && changed.get("at") !== undefined) this.#wake();
  }

  override updated(): void {
    this.style.setProperty("--at", String(this.at));
  }

  override render() {
    return html`<div class="handle ${this.awake || this.dragging ? "awake" : ""} ${this.dragging ? "dragging" : ""}"
      data-test="scrub" aria-hidden="true" @pointerdown=${this.#grab} @pointermove=${this.#drag}
      @pointerup=${this.#release} @pointercancel=${this.#release}>
      ${this.dragging && this.hint ? html`<span class="hint" dir="auto">${this.hint}</span>` : nothing}
      <span class="grip"></span>
    </div>`;
  }

  #wake(): void {
    this.awake = true;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.awake = false;
    }, LINGER);
  }

  #grab(event: PointerEvent): void {
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.dragging = true;
  }

  #drag(event: PointerEvent): void {
    if (!this.dragging) return;
    const { top, height } = this.getBoundingClientRect();
    const handle = (event.currentTarget as HTMLElement).offsetHeight;
    const detail = Math.min(Math.max((event.clientY - top - handle / 2) / (height - handle), 0), 1);
    this.dispatchEvent(new CustomEvent("hv-scrub", { detail }));
  }

  #release(): void {
    this.dragging = false;
    this.#wake();
  }
}

customElements.define("hv-scrub", Scrub);
