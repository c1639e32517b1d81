/** What the device keeps and for how long: space, a limit for pictures, and the browser's promise not to remove it. */
import { css, html, LitElement, nothing } from "lit";
import type { StorageReport } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { base, buttons, cards } from "../styles";
import { t } from "../texts";
import "./progress";

const MB = 1_000_000;
const BUDGETS = [0, 50 * MB, 100 * MB, 250 * MB, 500 * MB, 1_000 * MB, null];

export class Kept extends LitElement {
  static override properties = { storage: { attribute: false }, refused: { state: true } };
  /** `null` while it is measured. */
  declare storage: StorageReport | null;
  /** The browser was asked to keep the data, and did not promise it. */
  declare refused: boolean;

  static override styles = [
    base,
    buttons,
    cards,
    css`
      .facts dd {
        display: grid;
        gap: var(--space-2);
        justify-items: start;
      }

      select {
        min-block-size: var(--touch);
        max-inline-size: 100%;
        padding: var(--space-1) var(--space-3);
        border: 1px solid var(--edge);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--text);
        font: inherit;
      }

      .good {
        display: flex;
        gap: var(--space-2);
      }

      .good .icon {
        color: var(--accent);
      }
    `,
  ];

  constructor() {
    super();
    this.refused = false;
  }

  override render() {
    const { storage } = this;
    if (!storage) return nothing;
    const { usage, quota, pictures, persisted } = storage;
    return html`
      <section class="card" data-test="storage">
        <h2>${t("storage")}</h2>
        <dl class="facts">
          <div>
            <dt>${t("space")}</dt>
            <dd>
              ${
                usage !== null && quota
                  ? html`<span>${t("storageUsed", { used: format().bytes(usage), available: format().bytes(quota) })}</span>
                      <hv-progress role="meter" aria-label=${t("space")} .max=${quota} .value=${usage}></hv-progress>`
                  : t("storageUnknown")
              }
            </dd>
          </div>
          <div>
            <dt>${t("pictures")}</dt>
            <dd data-test="pictures-kept">${t("picturesKept", { count: pictures.count, number: format().count(pictures.count), size: format().bytes(pictures.bytes) })}</dd>
          </div>
          <div>
            <dt><label for="budget">${t("pictureBudget")}</label></dt>
            <dd>
              <select id="budget" data-test="budget" @change=${this.#budget}>
                ${this.#budgets(pictures.budget).map(
                  (bytes) =>
                    html`<option value=${String(bytes)} ?selected=${bytes === pictures.budget} .selected=${bytes === pictures.budget}>
                      ${bytes === null ? t("budgetAll") : bytes ? t("budgetUpTo", { size: format().bytes(bytes) }) : t("budgetNone")}
                    </option>`,
                )}
              </select>
            </dd>
          </div>
          <div>
            <dt>${t("protection")}</dt>
            <dd>
              ${
                persisted
                  ? html`<span class="good">${icon("shield")}${t("storageKept")}</span>`
                  : html`<span role="status">${this.refused ? t("storageRefused") : t("storageMayGo")}</span>
                      ${this.refused || persisted === null ? nothing : html`<button class="button" type="button" data-test="persist" @click=${this.#persist}>${icon("shield")} ${t("protect")}</button>`}`
              }
            </dd>
          </div>
        </dl>
      </section>
    `;
  }

  #budgets(current: number | null): (number | null)[] {
    if (BUDGETS.includes(current)) return BUDGETS;
    const limits = [...BUDGETS, current].filter((bytes) => bytes !== null).toSorted((a, b) => a - b);
    return [...limits, null];
  }

  async #budget(event: Event): Promise<void> {
    const { value } = event.target as HTMLSelectElement;
    await window.offline.setPictureBudget(value === "null" ? null : Number(value)).catch(() => undefined);
    this.#measure();
  }

  async #persist(): Promise<void> {
    this.refused = !(await window.offline.persist().catch(() => false));
    this.#measure();
  }

  #measure(): void {
    this.dispatchEvent(new CustomEvent("hv-measure"));
  }
}

customElements.define("hv-kept", Kept);
