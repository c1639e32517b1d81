/** What the whole app has to say above its screens: a new version, no network, an expired session. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState } from "../../api";
import { applyUpdate, onUpdateWaiting } from "../../updates";
import { hasUnsaved, onUnsaved } from "../data/unsaved";
import { format } from "../format";
import { icon } from "../icons";
import { base, buttons } from "../styles";
import { measure, reason } from "../sync-words";
import { t } from "../texts";
import "./ago";
import "./progress";
import "./until";

export class Notices extends LitElement {
  static override properties = {
    state: { attribute: false },
    waiting: { state: true },
    dismissed: { state: true },
  };
  declare state: AppState;
  /** A new version waits to be started. */
  declare waiting: boolean;
  declare dismissed: boolean;
  #stop = () => {};
  #stopUnsaved = () => {};

  static override styles = [
    base,
    buttons,
    css`
      .notice {
        position: relative;
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-block-size: 2.5rem;
        padding: var(--space-1) var(--space-4);
        border-block-end: 1px solid var(--line);
        font-size: var(--size-s);
        line-height: 1.35;
      }

      .notice > span {
        flex: 1;
        min-inline-size: 0;
        padding-block: var(--space-1);
      }

      .notice .icon {
        inline-size: 1.125rem;
        block-size: 1.125rem;
      }

      .notice .button {
        margin-inline-end: calc(-1 * var(--space-2));
        color: inherit;
        white-space: nowrap;
      }

      .notice > .percent {
        flex: none;
        font-variant-numeric: tabular-nums;
        font-weight: 600;
      }

      .notice hv-progress {
        position: absolute;
        inset-inline: 0;
        inset-block-end: 0;
        block-size: 3px;
        border-radius: 0;
      }

      .offline {
        background: var(--warn-soft);
        color: var(--warn-text);
      }

      .session,
      .new {
        background: var(--accent-soft);
        color: var(--text);
      }
    `,
  ];

  constructor() {
    super();
    this.waiting = false;
    this.dismissed = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopUnsaved = onUnsaved(() => this.requestUpdate());
    this.#stop = onUpdateWaiting(() => {
      this.waiting = true;
    });
  }

  override disconnectedCallback(): void {
    this.#stop();
    this.#stopUnsaved();
    super.disconnectedCallback();
  }

  override render() {
    const { online, sessionExpired, lastSync, lastError, retryAt, syncing } = this.state;
    const unsent = this.state.pending?.unsent ?? 0;
    const [done, total] = syncing ? measure(syncing) : [0, 0];
    return html`
      ${
        // Not while something arrives: it would be cut off. Nor while somebody types: it would be in the way.
        this.waiting && !this.dismissed && !syncing && !hasUnsaved()
          ? html`<div class="notice new" role="status" data-test="update-banner">
              ${icon("download")}<span><strong>${t("updateReady")}.</strong> ${t("updateHint")}</span>
              <button class="button quiet" type="button" data-test="update" @click=${applyUpdate}>${t("update")}</button>
              <button class="button quiet round" type="button" aria-label=${t("dismiss")} @click=${() => (this.dismissed = true)}>
                ${icon("close")}
              </button>
            </div>`
          : nothing
      }
      ${
        !lastSync && syncing
          ? html`<div class="notice new" data-test="download-banner">
              ${icon("download")}<span>${t("stillDownloading")}</span>
              <span class="percent">${total ? format().percent(done, total) : ""}</span>
              <hv-progress aria-label=${t("downloading")} .max=${total} .value=${total ? done : null}></hv-progress>
            </div>`
          : nothing
      }
      ${
        online
          ? nothing
          : html`<div class="notice offline" data-test="offline-banner">
              ${icon("offline")}
              <span>
                ${lastSync ? html`<hv-ago .time=${lastSync} text="offlineBanner"></hv-ago>` : t("offlineBannerNever")}
                ${unsent ? t("offlineUnsent", { count: unsent, number: format().count(unsent) }) : nothing}
              </span>
            </div>`
      }
      ${
        online && !syncing && lastError && retryAt
          ? html`<div class="notice offline" data-test="retry-banner">
              ${icon("sync")}
              <span>${t("syncFailedBecause", { reason: reason(lastError) })}, ${t("nextTry")} <hv-until .time=${retryAt}></hv-until></span>
            </div>`
          : nothing
      }
      ${
        sessionExpired
          ? html`<div class="notice session" data-test="session-banner">
              ${icon("user")}<span>${unsent ? t("sessionExpiredUnsent", { count: unsent, number: format().count(unsent) }) : t("sessionExpired")}</span>
              <button class="button quiet" type="button" data-test="sign-in-again" @click=${this.#signIn}>${t("signIn")}</button>
            </div>`
          : nothing
      }
    `;
  }

  #signIn(): void {
    this.dispatchEvent(new CustomEvent("hv-sign-in", { bubbles: true, composed: true }));
  }
}

customElements.define("hv-notices", Notices);
