/**
 * Screens that few people open, each with what only it needs in a file of its own: loaded when it is first shown, kept
 * for offline with all other files of the app.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../texts";

/** Defines the elements that are shown: `() => import("./changes")`. */
export type Load = () => Promise<unknown>;

const loaded = new WeakSet<Load>();

export class Later extends LitElement {
  static override properties = {
    load: { attribute: false },
    shown: { attribute: false },
    small: { type: Boolean },
    failed: { state: true },
  };
  /** One function for one file: what it loaded once is there at once from then on. */
  declare load: Load;
  declare shown: TemplateResult;
  /** A part of a screen: nothing is in its place meanwhile. */
  declare small: boolean;
  declare failed: boolean;
  #loading: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.small = false;
    this.failed = false;
  }

  /** Not in a shadow of its own: what is shown is found and styled as if it stood here. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Complete when what it shows is: its heading cannot take the focus before. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loading;
    await super.getUpdateComplete();
    await (this.firstElementChild as Partial<LitElement> | null)?.updateComplete;
    return true;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("load") && !loaded.has(this.load)) this.#loading = this.#begin(this.load);
  }

  override render() {
    if (loaded.has(this.load)) return this.shown;
    if (this.small) return nothing;
    // A browser remembers that a file could not be loaded: only another page asks for it again.
    return this.failed
      ? html`<div class="choose" data-test="screen-not-loaded">
          <div>
            <h1 tabindex="-1">${t("partFailed")}</h1>
            <p class="muted">${t("partFailedHint")}</p>
            <p><button class="button" type="button" @click=${() => location.reload()}>${t("startAgain")}</button></p>
          </div>
        </div>`
      : html`<div class="choose" aria-busy="true"><h1 class="only-read" tabindex="-1">${t("loading")}</h1></div>`;
  }

  /** The heading of what is shown. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    const shown = this.firstElementChild;
    const heading = shown?.shadowRoot?.querySelector<HTMLElement>("h1") ?? this.querySelector<HTMLElement>("h1");
    heading?.focus({ preventScroll: true });
  }

  async #begin(load: Load): Promise<void> {
    try {
      await load();
      loaded.add(load);
      this.failed = false;
    } catch (error) {
      console.error(error);
      this.failed = true;
    }
    this.requestUpdate();
  }
}

customElements.define("hv-later", Later);
