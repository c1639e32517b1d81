/** Asks before changes are dropped, and says what goes with them. */
import { css, html, LitElement, nothing } from "lit";
import type { Definition, PendingChange } from "../../api";
import { goesAlong } from "../changes/bundles";
import { exportChanges } from "../changes/export";
import { c } from "../changes/texts";
import { changeTitle } from "../changes/title";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity } from "../model";
import { note } from "../note";
import { base, buttons } from "../styles";
import { reason } from "../sync-words";
import { capitalize, t } from "../texts";
import { dialogs } from "./dialog.css";

/** Longer lists say how many more there are. */
const SHOWN = 6;

export class Discard extends LitElement {
  static override properties = {
    definition: { attribute: false },
    changes: { attribute: false },
    asked: { state: true },
    problem: { state: true },
  };
  declare definition: Definition;
  /** All that are pending. */
  declare changes: PendingChange[];
  declare asked: PendingChange[];
  declare problem: string;
  #busy = false;
  #done: (dropped: boolean) => void = () => {};

  static override styles = [
    base,
    buttons,
    dialogs,
    css`
      .along {
        display: grid;
        gap: var(--space-1);
      }

      .along li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 var(--space-2);
        padding-block: var(--space-1);
        border-block-start: 1px solid var(--line);
        overflow-wrap: anywhere;
      }

      .actions .quiet {
        margin-inline-end: auto;
        padding-inline: var(--space-2);
      }

      /* The two that end it stay together. */
      .actions > div {
        display: flex;
        gap: var(--space-2);
      }

      .problem {
        color: var(--danger);
      }
    `,
  ];

  constructor() {
    super();
    this.changes = [];
    this.asked = [];
    this.problem = "";
  }

  /** Resolves with whether they were dropped. */
  async ask(asked: PendingChange[]): Promise<boolean> {
    this.asked = asked;
    this.problem = "";
    await this.updateComplete;
    this.#dialog?.showModal();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  override render() {
    const { asked, changes, definition } = this;
    const ids = asked.map(({ id }) => id);
    const along = asked.length ? goesAlong(definition, changes, ids) : [];
    const count = asked.length + along.length;
    const [first] = asked;
    // What is made only here has nothing to go back to.
    const isUndo = along.length === 0 && asked.every(({ op, state }) => op !== "create" && state === "unsent");
    return html`<dialog aria-labelledby="title" aria-describedby="text" data-test="discard-dialog" @close=${() => this.#done(false)}>
      <h2 id="title">${count > 1 ? c("discardTitles", { count, number: format().count(count) }) : c(isUndo ? "undoTitle" : "discardTitle")}</h2>
      <p id="text">${first ? c(({ create: "discardCreate", update: "discardUpdate", delete: "discardDelete" } as const)[first.op], { title: changeTitle(definition, first) }) : nothing}</p>
      ${
        along.length
          ? html`<div>
              <p class="muted small">${c("goesAlong")}</p>
              <ul class="along" data-test="goes-along">
                ${along.slice(0, SHOWN).map(
                  (change) => html`<li>
                    <strong dir="auto">${changeTitle(definition, change)}</strong>
                    <span class="muted small">${capitalize(findEntity(definition, change.entity)?.label ?? change.entity)} · ${opWord(change)}</span>
                  </li>`,
                )}
                ${along.length > SHOWN ? html`<li class="muted small">${c("andMore", { count: along.length - SHOWN, number: format().count(along.length - SHOWN) })}</li>` : nothing}
              </ul>
            </div>`
          : nothing
      }
      ${this.problem ? html`<p class="problem" role="alert" data-test="discard-problem">${this.problem}</p>` : nothing}
      <div class="actions">
        <button class="button quiet" type="button" @click=${this.#export}>${icon("download")}${c("exportFirst")}</button>
        <div>
          <button class="button" type="button" autofocus @click=${() => this.#dialog?.close()}>${t("cancel")}</button>
          <button class="button primary ${isUndo ? "" : "danger"}" type="button" data-test="discard-confirm" @click=${this.#discard}>${c(isUndo ? "undo" : "discard")}</button>
        </div>
      </div>
    </dialog>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  async #export(): Promise<void> {
    await exportChanges(format()).catch(() => {
      this.problem = t("exportFailed");
    });
  }

  async #discard(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const dropped = await window.offline.discard(this.asked.map(({ id }) => id));
      this.#done(true);
      this.#dialog?.close();
      note({ text: c("discarded", { count: dropped.length, number: format().count(dropped.length) }) });
    } catch (error) {
      this.problem = problemText(error);
    } finally {
      this.#busy = false;
    }
  }
}

export function opWord({ op }: Pick<PendingChange, "op">): string {
  return c(({ create: "opCreate", update: "opUpdate", delete: "opDelete" } as const)[op]);
}

export function problemText(error: unknown): string {
  const known = error as { code?: string; message?: string };
  if (known.code === "in_flight") return c("inFlight");
  return c("actionFailed", { reason: reason({ code: known.code ?? "", message: known.message ?? "", retry: false }) });
}

customElements.define("hv-discard", Discard);
