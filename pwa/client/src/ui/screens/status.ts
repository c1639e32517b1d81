/** How this device stands: syncing, what is on it, whether it works offline, what it keeps, and whose it is. */
import { html, LitElement, nothing } from "lit";
import type { AppState, EntityDefinition, StorageReport } from "../../api";
import { LOCAL } from "../../protocol/patterns";
import { applyUpdate, onUpdateWaiting } from "../../updates";
import { countText } from "../changes/count";
import { Live } from "../data/live";
import { Pending } from "../data/pending";
import { isShellKept } from "../data/shell";
import { format } from "../format";
import { icon } from "../icons";
import { canWrite, findEntity } from "../model";
import { type Missing, missingOffline } from "../readiness";
import { addressOf } from "../router";
import { base, buttons, cards } from "../styles";
import { checkText, measure, phaseText, reason, stateLook, stateTitle } from "../sync-words";
import { capitalize, t } from "../texts";
import { statusStyles } from "./status.css";
import "../parts/ago";
import "../parts/install";
import "../parts/kept";
import "../parts/progress";
import "../parts/sign-out";

export class Status extends LitElement {
  static override properties = {
    state: { attribute: false },
    storage: { state: true },
    shell: { state: true },
    checking: { state: true },
    checked: { state: true },
    waiting: { state: true },
  };
  declare state: AppState;
  declare storage: StorageReport | null;
  /** Whether the app's own files are here; `null` while that is not known. */
  declare shell: boolean | null;
  declare checking: boolean;
  /** Result of the comparison that was asked for here, in words. */
  declare checked: { text: string; failed: boolean } | null;
  /** A new version waits. */
  declare waiting: boolean;

  static override styles = [base, buttons, cards, statusStyles];

  #pending = new Pending(this);
  #stop = () => {};
  #measuring = false;

  constructor() {
    super();
    this.storage = null;
    this.shell = null;
    this.checking = false;
    this.checked = null;
    this.waiting = false;
    new Live(this, {
      statechange: () => void this.#measure(),
      synccomplete: () => void this.#measure(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onUpdateWaiting(() => {
      this.waiting = true;
    });
    void this.#measure();
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  override render() {
    const { user } = this.state;
    const { config } = window.offline;
    return html`
      <h1 tabindex="-1">${t("status")}</h1>
      <div class="columns">
        <div>${this.#summary()}${this.#changes()}${this.#readiness()}${this.#data()}</div>
        <div>
          <hv-kept .storage=${this.storage} @hv-measure=${this.#measure}></hv-kept>
          <hv-install></hv-install>
          ${
            user && !config.anonymous
              ? html`<section class="card account">
                  <div>
                    <h2>${t("account")}</h2>
                    <p class="muted">${t("signedInAs", { name: user.name })}</p>
                  </div>
                  <hv-sign-out .user=${user} .state=${this.state}></hv-sign-out>
                </section>`
              : nothing
          }
          ${this.#about()}
        </div>
      </div>
    `;
  }

  #summary() {
    const { syncing, online, lastError, lastSync } = this.state;
    const look = stateLook(this.state);
    const failed = look === "failed" && lastError;
    const [done, total] = syncing ? measure(syncing) : [0, 0];
    return html`
      <section class="card summary" aria-label=${t("sync")}>
        <div class="line">
          <div class="dot ${look}">${icon(({ busy: "sync", offline: "offline", failed: "alert", good: "check" } as const)[look])}</div>
          <div class="text">
            <strong data-test="sync-status">${stateTitle(this.state)}</strong>
            <span class="muted">
              ${
                syncing
                  ? phaseText(syncing, format())
                  : failed
                    ? `${capitalize(reason(failed))}.`
                    : lastSync
                      ? html`<hv-ago .time=${lastSync} text="synced"></hv-ago>`
                      : nothing
              }
            </span>
          </div>
          ${
            syncing
              ? nothing
              : html`<button class="button primary" type="button" data-test="sync-button" ?disabled=${!online && !failed}
                  @click=${() => this.#send("hv-sync")}>
                  ${icon("sync")} ${failed ? t("tryAgain") : t("syncNow")}
                </button>`
          }
        </div>
        ${
          syncing
            ? html`<div data-test="progress">
                <hv-progress aria-label=${t("syncing")} .max=${total} .value=${total > 0 && syncing.phase !== "connect" ? done : null}></hv-progress>
              </div>`
            : nothing
        }
      </section>
    `;
  }

  #changes() {
    const { definition, pending } = this.state;
    const all = this.#pending.all ?? [];
    if (!definition || !(canWrite(definition) || all.length)) return nothing;
    const turn = (pending?.attention ?? 0) + (pending?.conflicts ?? 0);
    const unsent = pending?.unsent ?? 0;
    // What the title counts, and no more: what is a person's turn has a line of its own.
    const counted = unsent ? all.filter(({ state }) => state === "unsent" || state === "sending") : all;
    const oldest = counted[0]?.madeAt;
    const aged = oldest && Date.now() - Date.parse(oldest) >= 60_000;
    const title = unsent
      ? t("changesUnsent", { count: unsent, number: format().count(unsent) })
      : t("changesAttention", { count: turn, number: format().count(turn) });
    return html`<section class="card ready" aria-label=${t("changes")} data-test="device-changes">
      <div class="line">
        <div class="dot ${turn ? "offline" : ""}">${icon(all.length ? "unsent" : "check")}</div>
        <div class="text">
          <strong>${all.length ? title : t("changesNone")}</strong>
          ${
            all.length
              ? html`<span class="muted">
                  ${countText(definition, counted, format())}${aged ? html`, <hv-ago .time=${oldest} text="changesOldest"></hv-ago>` : nothing}.
                  ${turn && unsent ? html`<br />${t("changesAttention", { count: turn, number: format().count(turn) })}.` : nothing}
                </span>`
              : nothing
          }
        </div>
        ${all.length ? html`<a class="button" data-test="show-changes" href=${addressOf({ screen: "changes" })}>${t("showChanges")}</a>` : nothing}
      </div>
    </section>`;
  }

  #readiness() {
    if (this.shell === null) return nothing;
    const missing = missingOffline(this.state, this.storage, this.shell);
    const ready = missing.length === 0;
    return html`<section class="card ready" data-test="readiness">
      <div class="line">
        <div class="dot ${ready ? "" : "offline"}">${icon(ready ? "device" : "download")}</div>
        <div class="text">
          <strong>${ready ? t("offlineReady") : t("offlineNotReady")}</strong>
          ${
            ready
              ? html`<span class="muted">${t("offlineReadyHint")}</span>`
              : missing.length === 1
                ? html`<span class="muted">${missing.map((one) => this.#missing(one))}</span>`
                : nothing
          }
        </div>
      </div>
      ${missing.length < 2 ? nothing : html`<ul>${missing.map((one) => html`<li>${this.#missing(one)}</li>`)}</ul>`}
    </section>`;
  }

  #missing(missing: Missing): string {
    switch (missing.what) {
      case "app":
        return isSecureContext ? t("missingApp") : t("missingHttps");
      case "pictures":
        return missing.count === null
          ? t("picturesNotCounted")
          : t("picturesMissing", { count: missing.count, number: format().count(missing.count) });
      case "data": {
        const names = missing.entities.map((name) => findEntity(this.state.definition, name)?.label_plural ?? name);
        return names.length ? t("missingData", { names: format().list(names) }) : t("missingAllData");
      }
    }
  }

  #data() {
    const { definition, entities, filesMissing, lastCheck, online } = this.state;
    const pictured = definition?.entities.some(({ pictures }) => pictures.length);
    const result =
      this.checked ?? (lastCheck && { text: checkText(lastCheck.repaired, this.state, format()), failed: false });
    return html`<section class="card">
      <h2>${t("onThisDevice")}</h2>
      <dl class="facts">
        ${definition?.entities.map((entity) => {
          if (entity.pattern === LOCAL) return this.#onlyHere(entity);
          const known = entities[entity.name];
          const bytes = known?.bytes ?? this.storage?.entities[entity.name]?.bytes ?? 0;
          return html`<div data-test="status-${entity.name}">
            <dt>${capitalize(entity.label_plural)}</dt>
            <dd>
              ${known ? html`${this.#rows(known.rows)}${bytes ? ` · ${format().bytes(bytes)}` : ""}<small class="muted"><hv-ago .time=${known.syncedAt} text="synced"></hv-ago></small>` : t("notDownloaded")}
            </dd>
          </div>`;
        })}
        ${
          pictured
            ? html`<div>
                <dt>${t("pictures")}</dt>
                <dd>
                  <span data-test="pictures-missing">${filesMissing === null ? t("picturesNotCounted") : filesMissing ? t("picturesMissing", { count: filesMissing, number: format().count(filesMissing) }) : t("picturesComplete")}</span>
                </dd>
              </div>`
            : nothing
        }
      </dl>
      <div class="check">
        <p role="status" data-test="check-result" class=${result?.failed ? "failed" : "muted"}>
          ${this.checking ? t("checking") : (result?.text ?? t("checkHint"))}
          ${lastCheck && !this.checking && !this.checked?.failed ? html`<hv-ago .time=${lastCheck.at} text="checkedAgo"></hv-ago>` : nothing}
        </p>
        <button class="button" type="button" data-test="check" ?disabled=${!online} aria-disabled=${this.checking}
          @click=${this.#check}>${icon("shield")} ${t("check")}</button>
      </div>
    </section>`;
  }

  #about() {
    const { config } = window.offline;
    const { definitionVersion } = this.state;
    return html`<section class="card">
      <h2>${t("about")}</h2>
      <dl class="facts">
        <div><dt>${t("app")}</dt><dd>${config.title}</dd></div>
        <div>
          <dt>${t("version")}</dt>
          <dd>${this.waiting ? t("updateReady") : t("upToDate")}</dd>
        </div>
        ${definitionVersion ? html`<div><dt>${t("definitionVersion")}</dt><dd>${definitionVersion.slice(0, 12)}</dd></div>` : nothing}
      </dl>
      ${this.waiting ? html`<button class="button primary" type="button" @click=${applyUpdate}>${t("update")}</button>` : nothing}
    </section>`;
  }

  #onlyHere({ name, label_plural }: EntityDefinition) {
    return html`<div data-test="status-${name}">
      <dt>${capitalize(label_plural)}</dt>
      <dd>${this.#rows(this.state.onlyHere?.[name] ?? 0)}<small class="muted">${t("onlyOnDevice")}</small></dd>
    </div>`;
  }

  #rows(rows: number): string {
    return t("rows", { count: rows, number: format().count(rows) });
  }

  #send(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }

  async #check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    this.checked = null;
    const result = await window.offline.check().catch(() => null);
    this.checking = false;
    if (!result) return;
    const { error, repaired } = result;
    this.checked = error
      ? { text: t("checkFailed", { reason: reason(error) }), failed: true }
      : { text: checkText(repaired, this.state, format()), failed: false };
    void this.#measure();
  }

  #measure = async (): Promise<void> => {
    // Counting what is kept takes a moment; states may come faster.
    if (this.#measuring) return;
    this.#measuring = true;
    const [storage, shell] = await Promise.all([
      window.offline.storage().catch(() => null),
      isShellKept(window.offline.config.base),
    ]);
    this.#measuring = false;
    this.storage = storage;
    this.shell = shell;
  };
}

customElements.define("hv-status", Status);
