/** Passes on the address of what is on screen: by the device's own means, or else by copying it. */
import { html, LitElement } from "lit";
import { icon } from "../icons";
import { note } from "../note";
import { base, buttons } from "../styles";
import { t } from "../texts";

export class Share extends LitElement {
  static override properties = { label: {} };
  /** What is at the address. */
  declare label: string;

  static override styles = [base, buttons];

  override render() {
    const text = this.#native ? t("share") : t("copyLink");
    return html`<button class="button round" type="button" data-test="share" aria-label=${text} title=${text} @click=${this.#share}>
      ${icon(this.#native ? "share" : "link")}
    </button>`;
  }

  // On a desktop people paste; the share sheet is what phones are used to.
  get #native(): boolean {
    return typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches;
  }

  async #share(): Promise<void> {
    const url = location.href;
    if (this.#native) {
      // Closed without choosing: nothing to tell.
      await navigator.share({ title: this.label, url }).catch(() => undefined);
      return;
    }
    // Absent where the page is not served safely.
    const copied = await navigator.clipboard?.writeText(url).then(
      () => true,
      () => false,
    );
    note({ text: copied ? t("linkCopied") : url });
  }
}

customElements.define("hv-share", Share);
