/** Nothing is on the device yet: says what will happen, and shows it happening. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { initial } from "../model";
import { base, buttons, progressBar } from "../styles";
import { phaseText, reason } from "../sync-words";
import { capitalize, t } from "../texts";
import { centred } from "./forms.css";
import "../parts/install";

export class FirstRun extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: AppState;

  static override styles = [
    base,
    buttons,
    progressBar,
    centred,
    css`
      .progress {
        display: grid;
        gap: var(--space-2);
      }

      .progress .line {
        display: flex;
        justify-content: space-between;
        gap: var(--space-3);
        font-variant-numeric: tabular-nums;
      }

      .big {
        min-block-size: 3.25rem;
        font-size: var(--size-l);
      }

      .note {
        display: flex;
        gap: var(--space-3);
        padding: var(--space-3);
        border-radius: var(--radius-m);
        background: var(--warn-soft);
        color: var(--warn-text);
      }

      .problem div {
        display: grid;
        gap: var(--space-1);
      }
    `,
  ];

  override render() {
    const { title, description } = window.offline.config;
    const { syncing } = this.state;
    return html`
      <main class="panel" data-test="first-run">
        <div class="emblem" aria-hidden="true">${initial(title)}</div>
        <h1 tabindex="-1">${title}</h1>
        ${description ? html`<p>${description}</p>` : nothing}
        ${syncing ? this.#progress(syncing) : this.#start()}
        <p class="only-read" role="status">${syncing ? t("downloading") : ""}</p>
      </main>
    `;
  }

  #start() {
    const { lastError, online, sessionExpired } = this.state;
    const offline = !online || lastError?.code === "network";
    return html`
      <p class="muted">${t("firstRunHint")}</p>
      ${
        !online
          ? html`<div class="note" role="status">${icon("offline")}<p>${t("firstRunOffline")}</p></div>`
          : lastError
            ? html`<div class="problem" role="alert">
                ${icon("alert")}
                <div>
                  <strong>${t("downloadFailed")}</strong>
                  <span>${capitalize(reason(lastError))}. ${offline ? "" : t("downloadResumes")}</span>
                </div>
              </div>`
            : nothing
      }
      ${
        sessionExpired
          ? html`<button class="button primary big" type="button" data-test="sign-in-again" @click=${() => this.#send("hv-sign-in")}>
              ${t("signIn")}
            </button>`
          : html`<button class="button primary big" type="button" data-test="download" @click=${() => this.#send("hv-sync")}>
              ${icon("download")} ${lastError ? t("tryAgain") : t("download")}
            </button>`
      }
      <hv-install compact></hv-install>
    `;
  }

  #progress(syncing: NonNullable<AppState["syncing"]>) {
    const { phase, done, total } = syncing;
    const measured = total > 0 && phase !== "connect";
    return html`
      <div class="progress" data-test="progress">
        <div class="line">
          <span id="phase">${phaseText(syncing, format())}</span>
          ${measured ? html`<span class="muted">${format().percent(done, total)}</span>` : nothing}
        </div>
        ${
          measured
            ? html`<progress aria-labelledby="phase" .max=${total} .value=${done}></progress>`
            : html`<progress aria-labelledby="phase"></progress>`
        }
      </div>
    `;
  }

  #send(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

customElements.define("hv-first-run", FirstRun);
