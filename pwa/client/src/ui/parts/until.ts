/** A moment to come as "in 25 seconds", counted down. */
import { html } from "lit";
import { format } from "../format";
import { Ticking } from "./ticking";

export class Until extends Ticking {
  constructor() {
    super(1000);
  }

  override render() {
    return html`<time datetime=${this.time}>${format().until(this.time, Date.now())}</time>`;
  }
}

customElements.define("hv-until", Until);
