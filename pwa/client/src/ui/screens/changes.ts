/** What this device changed and the server has not taken: what waits, and what is a person's turn. */
import { html, LitElement } from "lit";
import type { AppState } from "../../api";
import { base, buttons, cards } from "../styles";
import { t } from "../texts";

export class Changes extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: AppState;

  static override styles = [base, buttons, cards];

  override render() {
    return html`<h1 tabindex="-1">${t("changes")}</h1>`;
  }
}

customElements.define("hv-changes", Changes);
