/** Signing in: before the first download, or again when the server no longer knows the session. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { loadDevice } from "../later";
import { appIcon } from "../parts/app-icon";
import { controls } from "../parts/control.css";
import { base, buttons } from "../styles";
import { t } from "../texts";
import "../parts/later";
import { centred } from "./centred.css";

export class SignIn extends LitElement {
  static override properties = {
    cancellable: { type: Boolean },
    state: { attribute: false },
    busy: { state: true },
    error: { state: true },
    invalid: { state: true },
    reveal: { state: true },
  };
  /** Whether there is something to go back to. */
  declare cancellable: boolean;
  /** Who is here, and has something to send, where the session expired. */
  declare state: AppState | null;
  declare busy: boolean;
  declare error: string;
  declare invalid: "" | "username" | "password" | "both";
  declare reveal: boolean;

  static override styles = [
    base,
    buttons,
    controls,
    centred,
    css`
      form {
        display: grid;
        gap: var(--space-4);
      }

      .field {
        display: grid;
        gap: var(--space-1);
      }

      label {
        font-weight: 600;
      }

      [aria-invalid="true"] {
        border-color: var(--danger);
      }

      .password {
        position: relative;
      }

      .password input {
        padding-inline-end: var(--touch);
      }

      .password button {
        position: absolute;
        inset-block-start: 0;
        inset-inline-end: 0;
        color: var(--muted);
      }

      .actions {
        display: grid;
        gap: var(--space-2);
        margin-block-start: var(--space-2);
      }
    `,
  ];

  constructor() {
    super();
    this.cancellable = false;
    this.state = null;
    this.busy = false;
    this.error = "";
    this.invalid = "";
    this.reveal = false;
  }

  override render() {
    const { title } = window.offline.config;
    const wrong = (field: string) => (this.invalid === field || this.invalid === "both" ? "true" : "false");
    return html`
      <main class="panel">
        <img class="app-icon" src=${appIcon()} alt="" />
        <h1 tabindex="-1">${t("signInTo", { app: title })}</h1>
        <p class="muted" data-test="sign-in-hint">${this.#hint()}</p>
        <form data-test="sign-in-form" novalidate @submit=${this.#submit} aria-busy=${this.busy}>
          <div class="field">
            <label for="username">${t("userName")}</label>
            <input id="username" class="control" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
              required aria-invalid=${wrong("username")} aria-describedby="error" />
          </div>
          <div class="field">
            <label for="password">${t("password")}</label>
            <div class="password">
              <input id="password" class="control" name="password" type=${this.reveal ? "text" : "password"}
                autocomplete="current-password" autocapitalize="none" spellcheck="false"
                required aria-invalid=${wrong("password")} aria-describedby="error" />
              <button class="button round" type="button" aria-pressed=${this.reveal} title=${t("showPassword")}
                aria-label=${t("showPassword")} @click=${() => (this.reveal = !this.reveal)}>
                ${icon(this.reveal ? "eyeOff" : "eye")}
              </button>
            </div>
          </div>
          <div id="error" role="alert" data-test="sign-in-error" class=${this.error ? "problem" : ""}>
            ${this.error ? html`${icon("alert")}<span>${this.error}</span>` : nothing}
          </div>
          <div class="actions">
            <button class="button primary" type="submit" aria-disabled=${this.busy}>
              ${this.busy ? t("signingIn") : t("signIn")}
            </button>
            ${
              this.cancellable
                ? html`<button class="button quiet" type="button" @click=${this.#cancel}>${t("cancel")}</button>`
                : nothing
            }
            ${
              this.cancellable && this.state?.user
                ? html`<hv-later small .load=${loadDevice}
                  .shown=${html`<hv-sign-out quiet .user=${this.state.user} .state=${this.state}></hv-sign-out>`}></hv-later>`
                : nothing
            }
          </div>
        </form>
      </main>
    `;
  }

  #hint(): string {
    const { user = null, pending } = this.state ?? {};
    const { unsent = 0, attention = 0, conflicts = 0, waiting = 0 } = pending ?? {};
    const count = unsent + attention + conflicts + waiting;
    if (!this.cancellable || !user || !count) return t("signInHint");
    return t("signInAgain", { name: user.name, count, number: format().count(count) });
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const input = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    const username = input("username")?.value.trim() ?? "";
    const password = input("password")?.value ?? "";
    if (!username || !password) {
      this.error = username ? t("passwordMissing") : t("userNameMissing");
      this.invalid = username ? "password" : "username";
      input(this.invalid)?.focus();
      return;
    }
    this.busy = true;
    this.error = "";
    this.invalid = "";
    try {
      await window.offline.signIn(username, password);
      this.dispatchEvent(new CustomEvent("hv-signed-in", { bubbles: true, composed: true }));
    } catch (error) {
      this.error = explain(error);
      if (codeOf(error) === "invalid_credentials") {
        this.invalid = "both";
        input("password")?.select();
      }
    } finally {
      this.busy = false;
    }
  }

  #cancel(): void {
    this.dispatchEvent(new CustomEvent("hv-cancel", { bubbles: true, composed: true }));
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? "";
}

function explain(error: unknown): string {
  const { message = "", retryAfter } = (error ?? {}) as { message?: string; retryAfter?: number };
  switch (codeOf(error)) {
    case "invalid_credentials":
      return t("errorInvalidCredentials");
    case "throttled":
      return retryAfter ? t("errorThrottled", { count: Math.ceil(retryAfter) }) : t("errorThrottledLater");
    case "network":
      return t("errorSignInOffline");
    default:
      return message || t("tryAgain");
  }
}

customElements.define("hv-sign-in", SignIn);
