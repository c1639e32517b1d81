/** A form in a sheet over another one: for a related record that is to be made first, and chosen then. */
import { html, type LitElement, nothing } from "lit";
import type { AppState, Definition, Row } from "../../api";
import { titleAttribute } from "../model";
import type { Field } from "./field";
import type { Making } from "./picker";
import type { Saved } from "./saving";
import { f } from "./texts";

type Host = LitElement & { definition: Definition; state: AppState; embedded: boolean };

export class NestedForm {
  #making: Making | null = null;

  constructor(readonly host: Host) {
    host.addEventListener("hv-make", (event) => this.#open(event as CustomEvent<Making>));
  }

  get isOpen(): boolean {
    return this.#making !== null;
  }

  render() {
    if (!this.#making) return nothing;
    const { entity } = this.#making;
    const { definition, state } = this.host;
    // Escape in the sheet is the sheet's.
    return html`<dialog class="nested" aria-label=${f("newOf", { name: entity.label })} @cancel=${stop} @close=${this.#closed}>
      <hv-form embedded .definition=${definition} .entity=${entity} .key=${null} .state=${state}
        .preset=${presetOf(this.#making)} @hv-saved=${this.#saved} @hv-close=${this.#closed}></hv-form>
    </dialog>`;
  }

  async #open(event: CustomEvent<Making>): Promise<void> {
    event.stopPropagation();
    // No sheet over a sheet.
    if (this.host.embedded) return;
    this.#make(event.detail);
    await this.host.updateComplete;
    const dialog = this.host.renderRoot.querySelector<HTMLDialogElement>("dialog.nested");
    dialog?.showModal();
    const form = dialog?.querySelector<LitElement>("hv-form");
    await form?.updateComplete;
    form?.renderRoot.querySelector<Field>("hv-field")?.focus();
  }

  #saved = (event: CustomEvent<Saved>): void => {
    const making = this.#making;
    this.#closed(event);
    making?.made(event.detail.key);
  };

  #closed = (event: Event): void => {
    stop(event);
    this.#make(null);
  };

  #make(making: Making | null): void {
    this.#making = making;
    this.host.requestUpdate();
  }
}

function stop(event: Event): void {
  event.stopPropagation();
}

/** What was searched for may be what the new one is called. */
function presetOf({ entity, text }: Making): Row {
  const named = titleAttribute(entity);
  return text && named?.editable && named.type === "string" && !named.choices ? { [named.name]: text } : {};
}
