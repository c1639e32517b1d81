/** The way around: a bar under the thumb on phones, a rail at the side on larger screens, with words beside it on wide ones. */
import { html, LitElement, nothing } from "lit";
import type { AppState, EntityDefinition } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { addressOf, emptyView } from "../router";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { appIcon } from "./app-icon";
import { dialogs } from "./dialog.css";
import { entityIcon } from "./entity-icon";
import { navStyles } from "./nav.css";

const MOST_ITEMS = 5;

export class Nav extends LitElement {
  static override properties = {
    entities: { attribute: false },
    current: {},
    rail: { type: Boolean, reflect: true },
    spacious: { type: Boolean, reflect: true },
    attention: { type: Boolean },
    writes: { type: Boolean },
    pending: { attribute: false },
  };
  declare entities: EntityDefinition[];
  /** Name of the entity on screen, `changes` or `status`. */
  declare current: string;
  /** At the side, with room for everything. */
  declare rail: boolean;
  /** With room for words beside the icons. */
  declare spacious: boolean;
  /** Something on the status screen wants to be read. */
  declare attention: boolean;
  /** There is something that people change here. */
  declare writes: boolean;
  declare pending: AppState["pending"];

  static override styles = [base, buttons, dialogs, navStyles];

  override render() {
    const { entities, rail, spacious } = this;
    const changes = this.#hasChanges;
    const room = MOST_ITEMS - (changes ? 2 : 1);
    const fits = rail || entities.length <= room;
    const shown = fits ? entities : entities.slice(0, room - 1);
    const rest = fits ? [] : entities.slice(room - 1);
    const inRest = rest.some(({ name }) => name === this.current);
    return html`
      <nav aria-label=${t("navigation")}>
        ${spacious ? html`<p class="app"><img src=${appIcon()} alt="" /><span>${window.offline.config.title}</span></p>` : nothing}
        <ul>
          ${shown.map((entity) => html`<li>${this.#entity(entity)}</li>`)}
          ${
            rest.length
              ? html`<li>
                  <button type="button" class="item ${inRest ? "current" : ""}" data-test="nav-more" aria-haspopup="dialog"
                    @click=${() => this.#sheet?.showModal()}>
                    <span class="mark">${icon("more")}</span><span>${t("more")}</span>
                  </button>
                </li>`
              : nothing
          }
          ${changes ? html`<li class="last">${this.#changes()}</li>` : nothing}
          <li class=${changes ? "" : "last"}>
            <a class="item" data-test="nav-status" aria-current=${this.#current("status")}
              href=${addressOf({ screen: "status" })}>
              <span class="mark">${icon("device")}${this.attention ? html`<i class="alert"></i>` : nothing}</span>
              <span>${t("status")}${this.attention ? html`<span class="only-read">, ${t("wantsAttention")}</span>` : nothing}</span>
            </a>
          </li>
        </ul>
      </nav>
      ${
        rest.length
          ? html`<dialog aria-label=${t("more")} @click=${() => this.#sheet?.close()}>
              <ul class="sheet">${rest.map((entity) => html`<li>${this.#entity(entity)}</li>`)}</ul>
              <button class="button" type="button">${t("close")}</button>
            </dialog>`
          : nothing
      }
    `;
  }

  get #hasChanges(): boolean {
    const { unsent = 0, attention = 0, conflicts = 0, waiting = 0 } = this.pending ?? {};
    // Also where nothing can be changed any more, as long as something is to be sent.
    return this.writes || unsent + attention + conflicts + waiting > 0;
  }

  /** What is a person's turn first: the rest goes by itself. */
  #changes() {
    const { unsent = 0, attention = 0, conflicts = 0, waiting = 0 } = this.pending ?? {};
    const turn = attention + conflicts;
    const count = turn || unsent || waiting;
    const number = format().count(count);
    const said = t(turn ? "changesAttention" : "changesUnsent", { count, number });
    return html`<a class="item" data-test="nav-changes" aria-current=${this.#current("changes")}
      href=${addressOf({ screen: "changes" })}>
      <span class="mark">${icon("unsent")}${count ? html`<i class="number ${turn ? "turn" : ""}" data-test="changes-badge" aria-hidden="true">${count > 99 ? "99+" : number}</i>` : nothing}</span>
      <span>${t("changes")}${count ? html`<span class="only-read">, ${said}</span>` : nothing}</span>
    </a>`;
  }

  #entity(entity: EntityDefinition) {
    const label = capitalize(entity.label_plural);
    const href = addressOf({ screen: "list", entity: entity.name, view: emptyView });
    return html`<a class="item" data-test="nav-${entity.name}" aria-current=${this.#current(entity.name)} href=${href}
      data-tab=${entity.name}>
      <span class="mark">${entityIcon(entity)}</span><span>${label}</span>
    </a>`;
  }

  #current(name: string) {
    return name === this.current ? "page" : nothing;
  }

  get #sheet(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("hv-nav", Nav);
