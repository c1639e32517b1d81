/**
 * A record's picture, or a tile with its initial while there is none. Nothing is loaded before it is about to be seen.
 * While a large one is on its way the small one stands in for it.
 */
import { css, html, LitElement, type PropertyValues } from "lit";
import { Live } from "../data/live";
import { type PictureSize, pictures } from "../data/pictures";
import { initial } from "../model";
import { base } from "../styles";

const TINTS = 6;

export class Picture extends LitElement {
  static override properties = { name: {}, label: {}, alt: {}, size: {}, urls: { state: true } };
  /** Storage name; `""` for none. */
  declare name: string;
  /** What the picture belongs to: gives the tile its letter. */
  declare label: string;
  /** Empty for pictures that stand beside their record's title. */
  declare alt: string;
  declare size: PictureSize;
  declare urls: Partial<Record<PictureSize, string>>;
  #held: { name: string; sizes: PictureSize[] } | null = null;
  #isNear = false;

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
    this.size = "small";
    this.urls = {};
    // Pictures arrive after their rows.
    new Live(this, {
      datachange: () => this.#retry(),
      statechange: () => this.#retry(),
      synccomplete: () => this.#retry(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    sight.observe(this);
  }

  override disconnectedCallback(): void {
    sight.unobserve(this);
    this.#isNear = false;
    this.#drop();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("name") || changed.has("size")) this.#hold();
  }

  /** It is on the screen, or soon will be. */
  near(): void {
    if (this.#isNear) return;
    this.#isNear = true;
    this.#hold();
  }

  override render() {
    const url = this.urls.large ?? this.urls.small;
    if (url) return html`<img src=${url} alt=${this.alt} decoding="async" draggable="false" />`;
    return html`<div class="tile tint${tint(this.label)}" aria-hidden="true">${initial(this.label)}</div>`;
  }

  #hold(): void {
    const sizes: PictureSize[] = this.size === "large" ? ["small", "large"] : ["small"];
    if (this.name === this.#held?.name && sizes.length === this.#held.sizes.length) return;
    this.#drop();
    if (!this.name || !this.#isNear) return;
    this.#held = { name: this.name, sizes };
    for (const size of sizes) void this.#show(size, pictures.acquire(this.name, size));
  }

  #drop(): void {
    const { name, sizes } = this.#held ?? { name: "", sizes: [] };
    for (const size of sizes) pictures.release(name, size);
    this.#held = null;
    this.urls = {};
  }

  #retry(): void {
    const { name, sizes } = this.#held ?? { name: "", sizes: [] };
    for (const size of sizes) if (!this.urls[size]) void this.#show(size, pictures.retry(name, size));
  }

  async #show(size: PictureSize, pending: Promise<string | null>): Promise<void> {
    const held = this.#held;
    const url = await pending;
    // Shown when it is decoded: a picture that is replaced must not flicker.
    if (url !== null && size === "large") await decoded(url);
    if (url !== null && held === this.#held) this.urls = { ...this.urls, [size]: url };
  }
}

async function decoded(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => undefined);
}

/** Which pictures are near what is shown, so that they are there when one scrolls on. */
const sight = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      (target as Picture).near();
    }
  },
  { rootMargin: "300px" },
);

function tint(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % TINTS;
}

customElements.define("hv-picture", Picture);
