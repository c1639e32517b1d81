/** Signing out, after saying what that removes: above all what is nowhere else. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState, User } from "../../api";
import { countText } from "../changes/count";
import { Pending } from "../data/pending";
import { format } from "../format";
import { icon } from "../icons";
import { exportChanges } from "../later";
import { note } from "../note";
import { base, buttons } from "../styles";
import { reason } from "../sync-words";
import { t } from "../texts";
import { dialogs } from "./dialog.css";

export class SignOut extends LitElement {
  static override properties = {
    user: { attribute: false },
    state: { attribute: false },
    quiet: { type: Boolean },
    busy: { state: true },
    failed: { state: true },
    said: { state: true },
  };
  declare user: User;
  declare state: AppState;
  /** Offered beside signing in again: another account may be wanted. */
  declare quiet: boolean;
  declare busy: boolean;
  declare failed: boolean;
  /** What came of sending or saving them first. */
  declare said: { text: string; failed: boolean } | null;

  #pending = new Pending(this);

  static override styles = [
    base,
    buttons,
    dialogs,
    css`
      .failed {
        color: var(--danger);
      }

      .losing {
        display: grid;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--danger-soft);
        color: var(--danger);
      }

      .losing strong {
        display: block;
      }

      .losing .actions {
        justify-content: flex-start;
      }

      .losing .button {
        border-color: transparent;
        background: var(--raised);
        color: var(--text);
      }

      .losing .button:disabled {
        background: transparent;
        color: var(--muted);
      }

      .wide {
        inline-size: 100%;
      }
    `,
  ];

  constructor() {
    super();
    this.quiet = false;
    this.busy = false;
    this.failed = false;
    this.said = null;
  }

  override render() {
    const losing = this.#pending.all?.length ?? 0;
    return html`
      <button class="button ${this.quiet ? "quiet wide" : "danger"}" type="button" data-test="sign-out" @click=${this.#ask}>
        ${this.quiet ? t("otherAccount") : t("signOut")}
      </button>
      <dialog aria-labelledby="title" aria-describedby="text">
        <h2 id="title">${t("signOutTitle")}</h2>
        ${losing ? this.#losing(losing) : nothing}
        <p id="text">${t(losing ? "signOutTextElse" : "signOutText", { name: this.user.name })}</p>
        ${
          this.#onlyHere
            ? html`<p class="failed" data-test="sign-out-loses">${t("signOutLoses", { count: this.#onlyHere, number: format().count(this.#onlyHere) })}</p>`
            : nothing
        }
        ${this.failed ? html`<p class="failed" role="alert" data-test="sign-out-failed">${t("signOutFailed")}</p>` : nothing}
        <div class="actions">
          <button class="button" type="button" autofocus @click=${() => this.#dialog?.close()}>${t("cancel")}</button>
          <button class="button danger primary" type="button" data-test="sign-out-confirm" @click=${this.#signOut}>
            ${losing ? t("signOutAnyway") : t("signOut")}
          </button>
        </div>
      </dialog>
    `;
  }

  #losing(count: number) {
    const { online, sessionExpired, definition, syncing } = this.state;
    const what = countText(definition, this.#pending.all ?? [], format());
    return html`<div class="losing" data-test="sign-out-unsent">
      <p>
        <strong>${t("signOutUnsent", { count, number: format().count(count) })}</strong>
        <span>${t("signOutUnsentWhat", { what })} ${online ? nothing : t("signOutOffline")}</span>
      </p>
      <p role="status" data-test="sign-out-said">${this.said?.text ?? nothing}</p>
      <div class="actions">
        ${
          sessionExpired
            ? nothing
            : html`<button class="button" type="button" data-test="send-first" ?disabled=${!online}
                aria-disabled=${this.busy || syncing !== null} @click=${this.#sendFirst}>${icon("unsent")}${syncing ? t("syncing") : t("sendFirst")}</button>`
        }
        <button class="button" type="button" data-test="export-first" @click=${this.#export}>${icon("download")}${t("exportFile")}</button>
      </div>
    </div>`;
  }

  get #onlyHere(): number {
    return Object.values(this.state.onlyHere ?? {}).reduce((all, rows) => all + rows, 0);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  async #ask(): Promise<void> {
    this.said = null;
    await this.#pending.read();
    this.#dialog?.showModal();
  }

  async #sendFirst(): Promise<void> {
    if (this.busy || this.state.syncing) return;
    this.busy = true;
    this.said = null;
    const { error } = await window.offline.onSync("").catch((error) => ({ error }));
    await this.#pending.read();
    this.busy = false;
    const left = this.#pending.all?.length ?? 0;
    if (error) this.said = { text: t("syncFailedBecause", { reason: reason(error) }), failed: true };
    else if (left) this.said = { text: t("sentNotAll"), failed: true };
  }

  async #export(): Promise<void> {
    const count = await exportChanges().catch(() => null);
    this.said =
      count === null
        ? { text: t("exportFailed"), failed: true }
        : { text: t("exportDone", { count, number: format().count(count) }), failed: false };
  }

  async #signOut(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = false;
    try {
      await window.offline.signOut();
      this.#dialog?.close();
    } catch {
      this.failed = true;
      // The data is gone, and this dialog may be with it: said where it stays to be read, too.
      note({ text: t("signOutFailed") });
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("hv-sign-out", SignOut);
