/** Nothing is on the device yet: says what will happen, shows it happening, and lets in as soon as there is something. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, SyncProgress } from "../../api";
import { LOCAL } from "../../protocol/patterns";
import { Remaining } from "../data/remaining";
import { format } from "../format";
import { icon } from "../icons";
import { hasPreview } from "../model";
import { appIcon } from "../parts/app-icon";
import { entityIcon } from "../parts/entity-icon";
import { base, buttons } from "../styles";
import { measure, phaseText, reason, remainingText } from "../sync-words";
import { capitalize, t } from "../texts";
import { centred } from "./centred.css";
import "../parts/install";
import "../parts/progress";

export class FirstRun extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: AppState;
  #remaining = new Remaining();

  static override styles = [
    base,
    buttons,
    centred,
    css`
      .progress {
        display: grid;
        gap: var(--space-2);
      }

      .big {
        font-size: 2.5rem;
        font-weight: 650;
        letter-spacing: -0.03em;
        line-height: 1;
        font-variant-numeric: tabular-nums;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 var(--space-3);
        min-block-size: 1.45em;
        font-variant-numeric: tabular-nums;
      }

      .main {
        min-block-size: 3.25rem;
        font-size: var(--size-l);
      }

      .promises {
        display: grid;
        gap: var(--space-3);
      }

      .promises li,
      .entities li {
        display: flex;
        gap: var(--space-3);
      }

      .promises .icon {
        color: var(--accent);
      }

      .entities {
        padding-block: var(--space-1);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
      }

      .entities li {
        align-items: center;
        min-block-size: 3rem;
        padding-inline: var(--space-4);
      }

      .entities li > span:first-of-type {
        flex: 1;
      }

      .entities .icon {
        color: var(--muted);
      }

      .here .icon {
        color: var(--accent);
      }

      .number {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
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

  override willUpdate(changed: PropertyValues<this>): void {
    const { syncing } = this.state;
    if (changed.has("state") && syncing?.phase === "rows") this.#remaining.note(...measure(syncing), Date.now());
  }

  override render() {
    const { title, description } = window.offline.config;
    const { syncing } = this.state;
    return html`
      <main class="panel" data-test="first-run">
        <img class="app-icon" src=${appIcon()} alt="" />
        <h1 tabindex="-1">${title}</h1>
        ${syncing ? this.#progress(syncing) : this.#start(description)}
        <p class="only-read" role="status">${syncing ? t("downloading") : ""}</p>
      </main>
    `;
  }

  #start(description: string) {
    const { lastError, online, sessionExpired } = this.state;
    // What was cut off goes on by itself; what a person can do something about is said as a problem.
    const waits = !online;
    const went = hasPreview(this.state) || lastError?.code === "network";
    return html`
      ${description ? html`<p class="lead">${description}</p>` : nothing}
      <ul class="promises">
        <li>${icon("download")}<span>${t("promiseOnce")}</span></li>
        <li>${icon("offline")}<span>${t("promiseOffline")}</span></li>
        <li>${icon("sync")}<span>${t("promiseChanges")}</span></li>
      </ul>
      ${
        waits
          ? html`<div class="note" role="status" data-test="waits">${icon("offline")}<p>${went ? t("downloadWaits") : t("firstRunOffline")}</p></div>`
          : lastError
            ? html`<div class="problem" role="alert">
                ${icon("alert")}
                <div>
                  <strong>${t("downloadFailed")}</strong>
                  <span>${capitalize(reason(lastError))}. ${t("downloadResumes")}</span>
                </div>
              </div>`
            : nothing
      }
      ${
        waits && went
          ? nothing
          : sessionExpired
            ? html`<button class="button primary main" type="button" data-test="sign-in-again" @click=${() => this.#send("hv-sign-in")}>
              ${t("signIn")}
            </button>`
            : html`<button class="button primary main" type="button" data-test="download" @click=${() => this.#send("hv-sync")}>
              ${icon("download")} ${lastError ? t("tryAgain") : t("download")}
            </button>`
      }
      ${this.#peek()}
      <hv-install first></hv-install>
    `;
  }

  #progress(syncing: SyncProgress) {
    const { phase, total, bytes = 0, totalBytes = 0 } = syncing;
    const { definition } = this.state;
    const measured = total > 0 && phase !== "connect";
    const [part, whole] = measure(syncing);
    const seconds = phase === "rows" ? this.#remaining.seconds : null;
    const size = totalBytes ? t("bytesOf", { done: format().bytes(bytes), total: format().bytes(totalBytes) }) : "";
    return html`
      <div class="progress" data-test="progress">
        ${measured ? html`<p class="big" aria-hidden="true">${format().percent(part, whole)}</p>` : nothing}
        <hv-progress aria-labelledby="phase" .max=${whole} .value=${measured ? part : null}></hv-progress>
        <p class="line"><span id="phase">${phaseText(syncing, format())}</span><span class="muted">${size}</span></p>
        <p class="line muted small"><span data-test="remaining">${remainingText(seconds, format())}</span></p>
      </div>
      ${
        definition
          ? html`<ul class="entities">
              ${definition.entities.filter(({ pattern }) => pattern !== LOCAL).map((entity) => this.#entity(entity))}
            </ul>`
          : nothing
      }
      ${this.#peek()}
      <p class="muted small">${t("downloadStay")}</p>
    `;
  }

  #entity(entity: NonNullable<AppState["definition"]>["entities"][number]) {
    const rows = this.state.preview?.[entity.name] ?? this.state.entities[entity.name]?.rows;
    return html`<li class=${rows ? "here" : ""}>
      ${entityIcon(entity)}<span>${capitalize(entity.label_plural)}</span>
      ${rows ? html`<span class="number">${format().count(rows)}</span>` : nothing}
    </li>`;
  }

  #peek() {
    if (!this.state.definition || !hasPreview(this.state)) return nothing;
    return html`<button class="button main" type="button" data-test="peek" @click=${() => this.#send("hv-peek")}>
      ${t("lookAround")} ${icon("forward")}
    </button>`;
  }

  #send(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

customElements.define("hv-first-run", FirstRun);
