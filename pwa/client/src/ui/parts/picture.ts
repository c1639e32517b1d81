/** A record's picture as kept on the device, or a tile with its initial while there is none. */
import { css, html, LitElement, type PropertyValues } from "lit";
import { Live } from "../data/live";
import { pictures } from "../data/pictures";
import { initial } from "../model";
import { base } from "../styles";

const TINTS = 6;

export class Picture extends LitElement {
  static override properties = { name: {}, label: {}, alt: {}, url: { state: true } };
  /** Storage name; `""` for none. */
  declare name: string;
  /** What the picture belongs to: gives the tile its letter. */
  declare label: string;
  /** Empty for pictures that stand beside their record's title. */
  declare alt: string;
  declare url: string | null;
  #held = "";

  static override styles = [
    base,
    css`
      :host {
        overflow: hidden;
        border-radius: var(--radius-s);
        background: var(--sunken);
        container-type: size;
      }

      img {
        display: block;
        inline-size: 100%;
        block-size: 100%;
        object-fit: var(--fit, cover);
      }

      .tile {
        display: grid;
        place-items: center;
        inline-size: 100%;
        block-size: 100%;
        font-size: min(42cqmin, 4.5rem);
        font-weight: 600;
        color: light-dark(oklch(0.4 0.07 var(--hue)), oklch(0.86 0.06 var(--hue)));
        background: light-dark(oklch(0.93 0.03 var(--hue)), oklch(0.32 0.04 var(--hue)));
      }

      .tint0 {
        --hue: 165;
      }
      .tint1 {
        --hue: 85;
      }
      .tint2 {
        --hue: 40;
      }
      .tint3 {
        --hue: 230;
      }
      .tint4 {
        --hue: 300;
      }
      .tint5 {
        --hue: 125;
      }
    `,
  ];

  constructor() {
    super();
    this.name = "";
    this.label = "";
    this.alt = "";
    this.url = null;
    // Pictures arrive after their rows.
    new Live(this, {
      datachange: () => this.#retry(),
      statechange: () => this.#retry(),
      synccomplete: () => this.#retry(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#hold();
  }

  override disconnectedCallback(): void {
    this.#drop();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("name")) this.#hold();
  }

  override render() {
    if (this.url) return html`<img src=${this.url} alt=${this.alt} decoding="async" draggable="false" />`;
    return html`<div class="tile tint${tint(this.label)}" aria-hidden="true">${initial(this.label)}</div>`;
  }

  #hold(): void {
    if (this.name === this.#held) return;
    this.#drop();
    this.#held = this.name;
    if (this.name) void this.#show(pictures.acquire(this.name));
  }

  #drop(): void {
    if (this.#held) pictures.release(this.#held);
    this.#held = "";
    this.url = null;
  }

  #retry(): void {
    if (this.#held && !this.url) void this.#show(pictures.retry(this.#held));
  }

  async #show(pending: Promise<string | null>): Promise<void> {
    const name = this.#held;
    const url = await pending;
    if (name === this.#held) this.url = url;
  }
}

function tint(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % TINTS;
}

customElements.define("hv-picture", Picture);
