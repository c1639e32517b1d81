/** The search field of a list: `/` goes to it, Escape empties it, the arrow down leaves it for the rows. */
import { css, html, LitElement, nothing } from "lit";
import { icon } from "../icons";
import { base, buttons } from "../styles";
import { t } from "../texts";
import { controls } from "./control.css";

export class Search extends LitElement {
  static override properties = { value: {}, label: {} };
  declare value: string;
  declare label: string;
  #frame = 0;

  static override styles = [
    base,
    buttons,
    controls,
    css`
      search {
        display: block;
      }

      .control {
        padding-inline-end: var(--touch);
      }

      input::-webkit-search-cancel-button {
        display: none;
      }

      button {
        position: absolute;
        inset-block-start: 0;
        inset-inline-end: 0;
        color: var(--muted);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.#shortcut);
  }

  override disconnectedCallback(): void {
    removeEventListener("keydown", this.#shortcut);
    cancelAnimationFrame(this.#frame);
    super.disconnectedCallback();
  }

  override render() {
    return html`<search class="iconed">
      ${icon("search")}
      <input class="control" type="search" data-test="search" enterkeyhint="search" autocomplete="off" autocapitalize="none"
        spellcheck="false" aria-label=${this.label} placeholder=${this.label} aria-keyshortcuts="/"
        .value=${this.value} @input=${this.#typed} @keydown=${this.#keyed} />
      ${
        this.value
          ? html`<button class="button round" type="button" data-test="clear-search" aria-label=${t("clearSearch")}
              @click=${this.#clear}>${icon("close")}</button>`
          : nothing
      }
    </search>`;
  }

  override focus(): void {
    this.#input?.focus();
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("input");
  }

  // At most one search a frame, however fast somebody types.
  #typed(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#send("hv-search", this.#input?.value ?? ""));
  }

  #keyed(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.#input?.value) this.#clear();
    else if (event.key === "ArrowDown") this.#send("hv-leave", null);
    else return;
    event.preventDefault();
  }

  #clear(): void {
    cancelAnimationFrame(this.#frame);
    if (this.#input) this.#input.value = "";
    this.#send("hv-search", "");
    this.focus();
  }

  #shortcut = (event: KeyboardEvent): void => {
    // Not while the list lies behind a record, or somebody is typing elsewhere.
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !this.checkVisibility(visible)) return;
    const target = event.composedPath()[0];
    if (target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    this.focus();
  };

  #send(type: string, detail: string | null): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const visible = { visibilityProperty: true };

customElements.define("hv-search", Search);
