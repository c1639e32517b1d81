/** A moment as "5 minutes ago" that keeps itself true. */
import { html } from "lit";
import { format } from "../format";
import { type TextName, t } from "../texts";
import { Ticking } from "./ticking";

export class Ago extends Ticking {
  static override properties = { time: {}, text: {} };
  /** Name of a text with a place `{ago}`; without one, the time alone. */
  declare text: TextName | undefined;

  constructor() {
    super(20_000);
  }

  override render() {
    const ago = format().ago(this.time, Date.now());
    return html`<time datetime=${this.time}>${this.text ? t(this.text, { ago }) : ago}</time>`;
  }
}

customElements.define("hv-ago", Ago);
