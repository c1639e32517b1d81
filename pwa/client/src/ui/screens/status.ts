/** How syncing stands, what is on this device, and whose it is. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { base, buttons, cards, progressBar } from "../styles";
import { phaseText, reason } from "../sync-words";
import { capitalize, t } from "../texts";
import "../parts/ago";
import "../parts/install";
import "../parts/sign-out";

interface Storage {
  usage?: number | undefined;
  quota?: number | undefined;
  persisted: boolean;
}

export class Status extends LitElement {
  static override properties = {
    state: { attribute: false },
    storage: { state: true },
    version: { state: true },
  };
  declare state: AppState;
  declare storage: Storage | null;
  declare version: string;

  static override styles = [
    base,
    buttons,
    cards,
    progressBar,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
        inline-size: min(100%, 44rem);
        margin-inline: auto;
        padding: var(--space-4);
        padding-block-end: var(--space-7);
      }

      .summary {
        display: grid;
        gap: var(--space-3);
      }

      .summary .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3);
      }

      .summary .text {
        flex: 1 1 8rem;
        min-inline-size: 0;
      }

      .summary strong {
        display: block;
        font-size: var(--size-l);
      }

      .dot {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 2.75rem;
        block-size: 2.75rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
      }

      .dot.failed {
        background: var(--danger-soft);
        color: var(--danger);
      }

      .dot.offline {
        background: var(--warn-soft);
        color: var(--warn-text);
      }

      .account {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3);
      }

      .account h2 {
        margin: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.storage = null;
    this.version = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#measure();
  }

  override render() {
    const { definition, entities, filesMissing, user } = this.state;
    const { config } = window.offline;
    const pictured = definition?.entities.some(({ pictures }) => pictures.length);
    return html`
      <h1 tabindex="-1">${t("status")}</h1>
      ${this.#summary()}
      <section class="card">
        <h2>${t("onThisDevice")}</h2>
        <dl class="facts">
          ${definition?.entities.map((entity) => {
            const known = entities[entity.name];
            return html`<div data-test="status-${entity.name}">
              <dt>${capitalize(entity.label_plural)}</dt>
              <dd>
                ${known ? html`${this.#rows(known.rows)} · <hv-ago .time=${known.syncedAt}></hv-ago>` : t("notDownloaded")}
              </dd>
            </div>`;
          })}
          ${
            pictured
              ? html`<div>
                  <dt>${t("pictures")}</dt>
                  <dd data-test="pictures-missing">
                    ${filesMissing === null ? t("picturesNotCounted") : filesMissing ? t("picturesMissing", { count: filesMissing, number: format().count(filesMissing) }) : t("picturesComplete")}
                  </dd>
                </div>`
              : nothing
          }
        </dl>
      </section>
      ${this.#storage()}
      <hv-install></hv-install>
      ${
        user && !config.anonymous
          ? html`<section class="card account">
              <div>
                <h2>${t("account")}</h2>
                <p class="muted">${t("signedInAs", { name: user.name })}</p>
              </div>
              <hv-sign-out .user=${user}></hv-sign-out>
            </section>`
          : nothing
      }
      <section class="card">
        <h2>${t("about")}</h2>
        <dl class="facts">
          <div><dt>${t("app")}</dt><dd>${config.title}</dd></div>
          ${this.version ? html`<div><dt>${t("definitionVersion")}</dt><dd>${this.version.slice(0, 12)}</dd></div>` : nothing}
        </dl>
      </section>
    `;
  }

  #summary() {
    const { syncing, online, lastError, lastSync } = this.state;
    const failed = !syncing && lastError;
    const title = syncing
      ? t("syncing")
      : failed
        ? t("syncFailed")
        : !online
          ? t("networkOffline")
          : lastSync
            ? t("upToDate")
            : t("neverSynced");
    const measured = syncing && syncing.total > 0 && syncing.phase !== "connect";
    const look = syncing ? "" : !online ? "offline" : failed ? "failed" : "";
    return html`
      <section class="card summary" aria-label=${t("sync")}>
        <div class="line">
          <div class="dot ${look}">${icon(syncing ? "sync" : !online ? "offline" : failed ? "alert" : "check")}</div>
          <div class="text">
            <strong data-test="sync-status">${title}</strong>
            <span class="muted">${syncing ? phaseText(syncing, format()) : failed ? `${capitalize(reason(failed))}.` : nothing}</span>
          </div>
          ${
            syncing
              ? nothing
              : html`<button class="button primary" type="button" data-test="sync-button" @click=${this.#sync}>
                  ${icon("sync")} ${failed ? t("tryAgain") : t("syncNow")}
                </button>`
          }
        </div>
        ${
          syncing
            ? html`<div data-test="progress">
                ${measured ? html`<progress aria-label=${t("syncing")} .max=${syncing.total} .value=${syncing.done}></progress>` : html`<progress aria-label=${t("syncing")}></progress>`}
              </div>`
            : nothing
        }
        <dl class="facts">
          <div>
            <dt>${t("lastSynced")}</dt>
            <dd>
              ${lastSync ? html`<hv-ago .time=${lastSync}></hv-ago> · ${format().datetime(lastSync)}` : t("never")}
            </dd>
          </div>
          <div>
            <dt>${t("network")}</dt>
            <dd>${online ? t("networkOnline") : t("networkOffline")}</dd>
          </div>
        </dl>
      </section>
    `;
  }

  #storage() {
    const { storage } = this;
    const known = storage?.usage !== undefined && storage.quota !== undefined;
    return html`
      <section class="card">
        <h2>${t("storage")}</h2>
        <dl class="facts">
          <div>
            <dt>${t("space")}</dt>
            <dd>
              ${known ? t("storageUsed", { used: format().bytes(storage?.usage ?? 0), available: format().bytes(storage?.quota ?? 0) }) : t("storageUnknown")}
            </dd>
          </div>
          <div>
            <dt>${t("protection")}</dt>
            <dd>${storage?.persisted ? t("storageKept") : t("storageMayGo")}</dd>
          </div>
        </dl>
      </section>
    `;
  }

  #rows(rows: number): string {
    return t("rows", { count: rows, number: format().count(rows) });
  }

  #sync(): void {
    this.dispatchEvent(new CustomEvent("hv-sync", { bubbles: true, composed: true }));
  }

  async #measure(): Promise<void> {
    const properties = await window.offline.syncProperties().catch(() => null);
    this.version = properties?.definition ?? "";
    // Absent where the page is not served safely.
    const manager = navigator.storage as StorageManager | undefined;
    if (!manager) return;
    const [estimate, persisted] = await Promise.all([manager.estimate(), manager.persisted()]);
    this.storage = { usage: estimate.usage, quota: estimate.quota, persisted };
  }
}

customElements.define("hv-status", Status);
