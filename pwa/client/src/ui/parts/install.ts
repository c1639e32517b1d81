/** Offers to install the app, where that is possible and not done. */
import { css, html, LitElement, nothing } from "lit";
import { install, installWay, onInstallChange } from "../data/install";
import { icon } from "../icons";
import { base, buttons, cards } from "../styles";
import { t } from "../texts";

export class Install extends LitElement {
  static override properties = { compact: { type: Boolean } };
  /** A plain button, without the card that explains it. */
  declare compact: boolean;
  #stop = () => {};

  static override styles = [
    base,
    buttons,
    cards,
    css`
      /* No box of its own: a gap where there is nothing to install would show. */
      :host {
        display: contents;
      }

      .card {
        display: grid;
        gap: var(--space-2);
        justify-items: start;
      }

      .card > h2 {
        margin: 0;
      }

      .button.wide {
        inline-size: 100%;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onInstallChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  override render() {
    const way = installWay();
    if (!way) return nothing;
    const button = html`<button class="button ${this.compact ? "quiet wide" : ""}" type="button" data-test="install"
      @click=${() => install()}>${icon("download")} ${t("install")}</button>`;
    if (this.compact) return way === "prompt" ? button : html`<p class="muted small">${t("installIos")}</p>`;
    return html`
      <section class="card">
        <h2>${t("installTitle")}</h2>
        <p class="muted">${t("installHint")}</p>
        ${way === "prompt" ? button : html`<p>${t("installIos")}</p>`}
      </section>
    `;
  }
}

customElements.define("hv-install", Install);
