/** A moment as "5 minutes ago" that keeps itself true. */
import { html, LitElement } from "lit";
import { format } from "../format";
import { type TextName, t } from "../texts";

export class Ago extends LitElement {
  static override properties = { time: {}, text: {} };
  /** ISO 8601. */
  declare time: string;
  /** Name of a text with a place `{ago}`; without one, the time alone. */
  declare text: TextName | undefined;
  #timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.requestUpdate(), 20_000);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  // Part of its surroundings' text, for selecting and for searching the page: no shadow root.
  protected override createRenderRoot() {
    return this;
  }

  override render() {
    const ago = format().ago(this.time, Date.now());
    return html`<time datetime=${this.time}>${this.text ? t(this.text, { ago }) : ago}</time>`;
  }
}

customElements.define("hv-ago", Ago);
