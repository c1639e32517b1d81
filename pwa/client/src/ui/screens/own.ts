/** A screen of the app's own in place of a generated one, which is shown where the own one cannot be. */
import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import type { EntityDefinition, Key, OfflineApi, Row } from "../../api";
import { Live } from "../data/live";
import { ownScreens } from "../data/own-screens";
import { format } from "../format";
import { icon } from "../icons";
import { parseKey, recordTitle } from "../model";
import type { ListView } from "../router";
import { t } from "../texts";

/** What an own screen is given, before it is put on the page and whenever it changes. */
export interface OwnScreenElement extends HTMLElement {
  runtime?: OfflineApi;
  entity?: EntityDefinition;
  /** In place of a list. */
  view?: ListView;
  /** In place of a record. */
  recordKey?: Key;
  record?: Row;
}

interface Wanted {
  kind: "list" | "detail";
  entity: EntityDefinition;
  view: ListView;
  /** As in the address; of a record only. */
  key: string | null;
  /** Hidden by a record. */
  behind: boolean;
}

/** The app's own screen where it has one, else what is generated. */
export function ownScreen({ kind, entity, view, key, behind }: Wanted, generated: TemplateResult): TemplateResult {
  const address = window.offline.config.screens?.[entity.name]?.[kind];
  if (!address) return generated;
  return html`<hv-own-screen kind=${kind} class=${behind ? "behind" : ""} .inert=${behind} .address=${address}
    .entity=${entity} .view=${view} .key=${key} .generated=${generated}></hv-own-screen>`;
}

export class OwnScreen extends LitElement {
  static override properties = {
    kind: { reflect: true },
    address: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    key: { attribute: false },
    generated: { attribute: false },
    screen: { state: true },
    row: { state: true },
  };
  declare kind: "list" | "detail";
  declare address: string;
  declare entity: EntityDefinition;
  declare view: ListView;
  declare key: string | null;
  declare generated: TemplateResult;
  declare screen: OwnScreenElement | "loading" | "failed";
  /** `undefined` while it is read, `null` when it is not on the device. */
  declare row: Row | null | undefined;
  #reading = 0;
  #loaded: Promise<void> = Promise.resolve();
  #read: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.screen = "loading";
    this.row = undefined;
    new Live(this, {
      datachange: ({ entities }) => {
        if (this.kind === "detail" && entities.includes(this.entity.name)) this.#read = this.#readRow();
      },
    });
  }

  /** Not in a shadow of its own: a generated screen in it is found and styled where it always is. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Complete when a screen is shown: its heading cannot take the focus before. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await Promise.all([this.#loaded, this.#read]);
    return super.getUpdateComplete();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("address")) this.#loaded = this.#load();
    if (this.kind === "detail" && (changed.has("key") || changed.has("entity"))) this.#read = this.#readRow();
    this.#give();
  }

  override render() {
    const { screen, row } = this;
    if (screen === "failed") {
      return html`<p class="notice" role="status" data-test="screen-failed">
          <span>${t("screenFailed")}</span>
          <button class="button quiet" type="button" @click=${this.#load}>${icon("sync")}${t("tryAgain")}</button>
        </p>
        ${this.generated}`;
    }
    // That the record is not here, the generated screen says.
    if (this.kind === "detail" && row === null) return this.generated;
    const isReady = screen !== "loading" && (this.kind === "list" || row !== undefined);
    return isReady ? screen : html`<p class="choose muted" aria-busy="true">${t("loading")}</p>`;
  }

  /** The heading of whatever is shown, or the screen itself where it has none. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    const shown = this.lastElementChild as (HTMLElement & { updateComplete?: Promise<unknown> }) | null;
    await shown?.updateComplete;
    const heading = (shown?.shadowRoot ?? shown)?.querySelector<HTMLElement>("h1") ?? shown;
    if (heading && !heading.hasAttribute("tabindex")) heading.tabIndex = -1;
    heading?.focus({ preventScroll: true });
  }

  #load = async (): Promise<void> => {
    const { address } = this;
    this.screen = "loading";
    try {
      const screen = (await ownScreens.get(address))();
      screen.classList.add("own");
      if (address === this.address) this.screen = screen;
    } catch (error) {
      this.#fail(error);
    }
  };

  #give(): void {
    const { screen, row, entity, view } = this;
    if (typeof screen === "string") return;
    const given: Partial<OwnScreenElement> = { runtime: window.offline, entity };
    if (this.kind === "list") given.view = view;
    else if (row) Object.assign(given, { recordKey: this.#key, record: row });
    else return;
    try {
      for (const [name, value] of Object.entries(given)) {
        const known = name as keyof typeof given;
        if (screen[known] !== value) Object.assign(screen, { [name]: value });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    console.error(`${this.address}:`, error);
    this.screen = "failed";
  }

  get #key(): Key {
    return parseKey(this.entity, this.key ?? "");
  }

  async #readRow(): Promise<void> {
    const reading = ++this.#reading;
    // A key that no record can have is as good as one that none has.
    const row = (await window.offline.entities[this.entity.name]?.get(this.#key).catch(() => null)) ?? null;
    if (reading !== this.#reading) return;
    this.row = row;
    // The screen may say it better with an `hv-titled` of its own, which comes later.
    if (row)
      this.dispatchEvent(
        new CustomEvent("hv-titled", { detail: recordTitle(this.entity, row, format()), bubbles: true }),
      );
  }
}

customElements.define("hv-own-screen", OwnScreen);
