/** Before the store is open: nothing for a moment, so that a quick start does not flash; help when it stays closed. */
import { css, html, LitElement, nothing } from "lit";
import { appIcon } from "../parts/app-icon";
import { base, buttons } from "../styles";
import { t } from "../texts";
import { centred } from "./centred.css";

const PATIENCE = 8_000;

export class Starting extends LitElement {
  static override properties = { failed: { type: Boolean }, late: { state: true } };
  /** The store did not open. */
  declare failed: boolean;
  declare late: boolean;
  #timer = 0;

  static override styles = [
    base,
    buttons,
    centred,
    css`
      .panel {
        animation: appear 200ms 400ms backwards;
      }

      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setTimeout(() => {
      this.late = true;
    }, PATIENCE);
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  override render() {
    const { title } = window.offline.config;
    const stuck = this.failed || this.late;
    return html`
      <main class="panel" aria-busy=${!stuck} data-test="starting">
        <img class="app-icon" src=${appIcon()} alt="" />
        <h1>${title}</h1>
        <p class="muted" role="status">${this.failed ? t("startFailed") : this.late ? t("startLate") : t("loading")}</p>
        ${stuck ? html`<button class="button" type="button" @click=${() => location.reload()}>${t("startAgain")}</button>` : nothing}
      </main>
    `;
  }
}

customElements.define("hv-starting", Starting);
