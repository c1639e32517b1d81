/** Offers to install the app, where that is possible and not done: a button, or the steps where there is none. */
import { css, html, LitElement, nothing } from "lit";
import { install, installWay, isInstalled, onInstallChange } from "../data/install";
import { icon } from "../icons";
import { base, buttons, cards } from "../styles";
import { t } from "../texts";

export class Install extends LitElement {
  static override properties = { first: { type: Boolean } };
  /** Before the first download: only what has to be known by then. */
  declare first: boolean;
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
        gap: var(--space-3);
        justify-items: start;
      }

      .card > h2 {
        margin: 0;
      }

      ol {
        display: grid;
        gap: var(--space-3);
      }

      ol li {
        display: flex;
        align-items: center;
        gap: var(--space-3);
      }

      ol .icon {
        color: var(--accent);
      }

      .done {
        display: flex;
        gap: var(--space-2);
        color: var(--muted);
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
    // On iOS an app on the home screen has a storage of its own: what was downloaded before would be downloaded again.
    if (this.first && way !== "ios") return nothing;
    if (!way && !isInstalled()) return nothing;
    return html`
      <section class="card" data-test="install-card">
        <h2>${t("installTitle")}</h2>
        ${
          way
            ? html`<p class="muted">${this.first ? t("installFirst") : t("installHint")}</p>
                ${
                  way === "prompt"
                    ? html`<button class="button" type="button" data-test="install" @click=${() => install()}>
                        ${icon("download")} ${t("install")}
                      </button>`
                    : this.#steps(way)
                }`
            : html`<p class="done">${icon("check")}${t("installed")}</p>`
        }
      </section>
    `;
  }

  #steps(way: "ios" | "firefox") {
    return way === "ios"
      ? html`<ol>
          <li>${icon("share")}<span>${t("installIosShare")}</span></li>
          <li>${icon("add")}<span>${t("installIosAdd")}</span></li>
          <li>${icon("check")}<span>${t("installIosOpen")}</span></li>
        </ol>`
      : html`<ol>
          <li>${icon("dots")}<span>${t("installFirefoxMenu")}</span></li>
          <li>${icon("add")}<span>${t("installFirefoxAdd")}</span></li>
        </ol>`;
  }
}

customElements.define("hv-install", Install);
