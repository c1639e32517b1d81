/** The way around: a bar under the thumb on phones, a rail at the side on larger screens, with words beside it on wide ones. */
import { html, LitElement, nothing } from "lit";
import type { EntityDefinition } from "../../api";
import { icon } from "../icons";
import { emptyView, routePath } from "../router";
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
  };
  declare entities: EntityDefinition[];
  /** Name of the entity on screen, or `status`. */
  declare current: string;
  /** At the side, with room for everything. */
  declare rail: boolean;
  /** With room for words beside the icons. */
  declare spacious: boolean;
  /** Something on the status screen wants to be read. */
  declare attention: boolean;

  static override styles = [base, buttons, dialogs, navStyles];

  override render() {
    const { entities, rail, spacious } = this;
    const fits = rail || entities.length < MOST_ITEMS;
    const shown = fits ? entities : entities.slice(0, MOST_ITEMS - 2);
    const rest = fits ? [] : entities.slice(MOST_ITEMS - 2);
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
          <li class="last">
            <a class="item" data-test="nav-status" aria-current=${this.#current("status")}
              href=${routePath(window.offline.config.base, { screen: "status" })}>
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

  #entity(entity: EntityDefinition) {
    const label = capitalize(entity.label_plural);
    const href = routePath(window.offline.config.base, { screen: "list", entity: entity.name, view: emptyView });
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
