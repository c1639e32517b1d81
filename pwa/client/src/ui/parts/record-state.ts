/** On a record that is not as on the server: where it stands, in a sentence, and what can be done about it. */
import { css, html, LitElement, nothing } from "lit";
import type { AppState, Definition, EntityDefinition, Key, PendingChange } from "../../api";
import { isAttention } from "../changes/bundles";
import { Shown } from "../changes/shown";
import { c } from "../changes/texts";
import { changeTitle } from "../changes/title";
import { valueStyles } from "../changes/values.css";
import { Live } from "../data/live";
import { Pending } from "../data/pending";
import { Titles } from "../data/titles";
import { format } from "../format";
import { type IconName, icon } from "../icons";
import { note } from "../note";
import { addressOf } from "../router";
import { base, buttons } from "../styles";
import { changeLinesTemplate, otherProblems, tried } from "./change-lines";
import { type Discard, problemText } from "./discard";
import "./discard";

export class RecordState extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    key: { attribute: false },
    state: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare key: Key;
  declare state: AppState | null;

  #pending = new Pending(this);
  #titles = new Titles(format(), () => this.requestUpdate());

  static override styles = [
    base,
    buttons,
    valueStyles,
    css`
      .state {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-2) var(--space-3);
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-l);
        background: var(--accent-soft);
        color: var(--text);
      }

      .state > .icon {
        color: var(--accent);
      }

      .state.turn {
        background: var(--warn-soft);
        color: var(--warn-text);
      }

      .state.bad {
        background: var(--danger-soft);
        color: var(--danger);
      }

      .turn > .icon,
      .bad > .icon {
        color: inherit;
      }

      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-2);
      }

      .lines {
        color: var(--text);
        font-size: var(--size-s);
      }

      .lines > div {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-2);
        padding-block: 0.15rem;
      }

      .lines dt {
        color: var(--muted);
      }

      .lines dd {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 var(--space-1);
        min-inline-size: 0;
      }

      .lines dd > .icon {
        align-self: center;
      }

      .lines .icon {
        inline-size: 0.875rem;
        block-size: 0.875rem;
      }

      .was {
        color: var(--muted);
        text-decoration: line-through;
      }

      .now {
        font-weight: 600;
      }

      .problem {
        display: flex;
        flex-basis: 100%;
        align-items: center;
        gap: var(--space-1);
        color: var(--danger);
      }

      .actions {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }

      .actions .button {
        padding-inline: var(--space-3);
        background: var(--surface);
        border-color: transparent;
        color: var(--text);
      }

      .actions .primary {
        background: var(--accent);
        color: var(--on-accent);
      }
    `,
  ];

  constructor() {
    super();
    this.state = null;
    new Live(this, {
      statechange: (state) => {
        this.state = state;
      },
      networkstatuschange: ({ online }) => {
        if (this.state) this.state = { ...this.state, online };
      },
      datachange: ({ entities }) => this.#titles.forget(entities),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void window.offline.state().then((state) => {
      this.state = state;
    });
  }

  override render() {
    const change = this.#change;
    const { state } = this;
    if (!change || !state) return nothing;
    const [look, sign] = lookOf(change);
    const shown = new Shown(this.definition, this.#titles);
    const shows = change.op === "update" && change.state !== "conflict";
    return html`<section class="state ${look}" data-test="record-state" data-state=${change.state}>
        ${icon(sign)}
        <div class="body">
          <p>${this.#sentence(change, state)}</p>
          ${shows ? changeLinesTemplate(this.definition, change, shown) : nothing}
        </div>
        ${this.#actions(change)}
      </section>
      <hv-discard .definition=${this.definition} .changes=${this.#pending.all ?? []}></hv-discard>`;
  }

  get #change(): PendingChange | undefined {
    return this.#pending.all?.find(({ entity, key }) => entity === this.entity.name && key === this.key);
  }

  #sentence(change: PendingChange, { online, sessionExpired }: AppState): string {
    switch (change.state) {
      case "sending":
        return c("recordSending");
      case "waiting": {
        const other = this.#pending.all?.find(({ id }) => id === change.waitsFor);
        return other ? c("recordWaiting", { title: changeTitle(this.definition, other) }) : c("recordWaitingOther");
      }
      case "conflict":
        return c("recordConflict");
      case "gone":
        return c("recordGone");
      case "rejected":
        return isAttention(change)
          ? c("recordRejected", { reason: otherProblems(this.definition, change).join(" ") }).trim()
          : c("recordWaitingOther");
    }
    if (change.error && !sessionExpired) return tried(change.error);
    if (change.op === "delete") return c("recordDeleted");
    if (sessionExpired) return c("recordSignIn");
    if (change.op === "create") return c(online ? "recordUnsentNew" : "recordUnsentNewOffline");
    return c(online ? "recordChanged" : "recordUnsentOffline");
  }

  #actions(change: PendingChange) {
    const { entity, id, op } = change;
    const drop = (text: string, look: IconName) => html`<button class="button" type="button" data-test="record-undo"
      @click=${() => this.#discard(change)}>${icon(look)}${text}</button>`;
    const resend = (text: string, said: string) => html`<button class="button" type="button" data-test="record-resend"
      @click=${() => this.#resend(change, said)}>${icon("sync")}${text}</button>`;
    const correct = html`<a class="button primary" data-test="record-correct"
      href=${addressOf({ screen: "edit", entity, key: String(change.key) })}>${icon("edit")}${c("correct")}</a>`;
    switch (change.state) {
      case "sending":
      case "sent":
        return nothing;
      case "conflict":
        return html`<div class="actions">
          <a class="button primary" data-test="record-compare" href=${addressOf({ screen: "conflict", id })}>${icon("conflict")}${c("compare")}</a>
        </div>`;
      case "rejected":
        return html`<div class="actions">${op === "delete" ? nothing : correct} ${resend(c("sendAgain"), c("sentAgain"))} ${drop(c("discard"), "bin")}</div>`;
      case "gone":
        return html`<div class="actions">${op === "delete" ? nothing : resend(c("makeAgain"), c("madeAgain"))} ${drop(c("discard"), "bin")}</div>`;
      default:
        return html`<div class="actions">${drop(c("undo"), "undo")}</div>`;
    }
  }

  async #discard(change: PendingChange): Promise<void> {
    const creates = change.op === "create";
    const dropped = await this.renderRoot.querySelector<Discard>("hv-discard")?.ask([change]);
    // Of a record that was only here nothing is left to look at.
    if (dropped && creates) this.dispatchEvent(new CustomEvent("hv-back", { bubbles: true, composed: true }));
  }

  async #resend(change: PendingChange, said: string): Promise<void> {
    try {
      await window.offline.resend([change.id]);
      note({ text: said });
    } catch (error) {
      note({ text: problemText(error), failed: true });
    }
  }
}

function lookOf(change: PendingChange): ["" | "turn" | "bad", IconName] {
  switch (change.state) {
    case "conflict":
      return ["turn", "conflict"];
    case "gone":
      return ["bad", "alert"];
    case "rejected":
      return isAttention(change) ? ["bad", "alert"] : ["", "clock"];
    case "waiting":
      return ["", "clock"];
    case "sending":
      return ["", "sync"];
    default:
      return ["", change.op === "delete" ? "bin" : "unsent"];
  }
}

customElements.define("hv-record-state", RecordState);
