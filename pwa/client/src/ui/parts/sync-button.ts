/** Starts a sync and says how things stand. One of these is on a screen at a time. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { base, buttons } from "../styles";
import { stateText } from "../sync-words";
import { t } from "../texts";
import "./ago";

export class SyncButton extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: AppState;

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-inline-size: 0;
        margin-inline-start: auto;
      }

      .text {
        font-size: var(--size-s);
        color: var(--muted);
        text-align: end;
        font-variant-numeric: tabular-nums;
        line-height: 1.3;
      }

      .failed {
        color: var(--danger);
      }

      /* For a title and for words beside it there is no room. What matters, the notices say, and the tabs. */
      @media (max-width: 22rem) {
        .text {
          position: absolute;
          clip-path: inset(50%);
          inline-size: 1px;
          block-size: 1px;
          overflow: hidden;
        }
      }

      .busy .icon {
        animation: turn 1.2s linear infinite;
      }

      @keyframes turn {
        to {
          rotate: 360deg;
        }
      }

      @media (prefers-reduced-motion: reduce) {
        .busy .icon {
          animation: none;
        }
      }
    `,
  ];

  override render() {
    const { syncing, lastError, lastSync } = this.state;
    const text = stateText(this.state, format());
    const failed = !syncing && this.state.online && lastError;
    return html`
      <span class="text ${failed ? "failed" : ""}" data-test="sync-status">
        ${text ?? (lastSync ? html`<hv-ago .time=${lastSync} text="synced"></hv-ago>` : nothing)}
      </span>
      <span class="only-read" role="status">${syncing ? t("syncing") : ""}</span>
      <button
        class="button round ${syncing ? "busy" : ""}"
        type="button"
        data-test="sync-button"
        aria-label=${t("syncNow")}
        title=${t("syncNow")}
        aria-disabled=${syncing ? "true" : "false"}
        @click=${this.#sync}
      >
        ${icon("sync")}
      </button>
    `;
  }

  // Not `disabled` while it runs: the button would lose the focus.
  #sync(): void {
    if (!this.state.syncing) this.dispatchEvent(new CustomEvent("hv-sync", { bubbles: true, composed: true }));
  }
}

customElements.define("hv-sync-button", SyncButton);
