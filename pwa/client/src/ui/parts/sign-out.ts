/** Signing out, after saying what that removes. */
import { css, html, LitElement, nothing } from "lit";
import type { User } from "../../api";
import { format } from "../format";
import { note } from "../note";
import { base, buttons } from "../styles";
import { t } from "../texts";
import { dialogs } from "./dialog.css";

export class SignOut extends LitElement {
  static override properties = {
    user: { attribute: false },
    onlyHere: { attribute: false },
    busy: { state: true },
    failed: { state: true },
  };
  declare user: User;
  /** Rows that are nowhere else, by entity. */
  declare onlyHere: Record<string, number>;
  declare busy: boolean;
  declare failed: boolean;

  static override styles = [
    base,
    buttons,
    dialogs,
    css`
      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: var(--space-2);
      }

      .failed {
        color: var(--danger);
      }
    `,
  ];

  override render() {
    return html`
      <button class="button danger" type="button" data-test="sign-out" @click=${() => this.#dialog?.showModal()}>
        ${t("signOut")}
      </button>
      <dialog aria-labelledby="title" aria-describedby="text">
        <h2 id="title">${t("signOutTitle")}</h2>
        <p id="text">${t("signOutText", { name: this.user.name })}</p>
        ${
          this.#onlyHere
            ? html`<p class="failed" data-test="sign-out-loses">${t("signOutLoses", { count: this.#onlyHere, number: format().count(this.#onlyHere) })}</p>`
            : nothing
        }
        ${this.failed ? html`<p class="failed" role="alert" data-test="sign-out-failed">${t("signOutFailed")}</p>` : nothing}
        <div class="actions">
          <button class="button" type="button" autofocus @click=${() => this.#dialog?.close()}>${t("cancel")}</button>
          <button class="button danger primary" type="button" data-test="sign-out-confirm" @click=${this.#signOut}>
            ${t("signOut")}
          </button>
        </div>
      </dialog>
    `;
  }

  get #onlyHere(): number {
    return Object.values(this.onlyHere ?? {}).reduce((all, rows) => all + rows, 0);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
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
