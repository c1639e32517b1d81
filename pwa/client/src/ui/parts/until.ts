/** A moment to come as "in 25 seconds", counted down. */
import { html, LitElement } from "lit";
import { format } from "../format";

export class Until extends LitElement {
  static override properties = { time: {} };
  /** ISO 8601. */
  declare time: string;
  #timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  // Part of its surroundings' text, as `hv-ago` is.
  protected override createRenderRoot() {
    return this;
  }

  override render() {
    return html`<time datetime=${this.time}>${format().until(this.time, Date.now())}</time>`;
  }
}

customElements.define("hv-until", Until);
