/** A moment in words that keep themselves true. */
import { LitElement } from "lit";

export abstract class Ticking extends LitElement {
  static override properties = { time: {} };
  /** ISO 8601. */
  declare time: string;
  #timer = 0;

  /** `every`: milliseconds after which the words may be others. */
  constructor(private readonly every: number) {
    super();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.requestUpdate(), this.every);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  // Part of its surroundings' text, for selecting and for searching the page: no shadow root.
  protected override createRenderRoot() {
    return this;
  }
}
