/** What this device changed and the server has not taken: what waits, and what is a person's turn. */
import { html, LitElement, nothing } from "lit";
import type { AppState, Definition, PendingChange } from "../../api";
import { type Bundle, isAttention, isTurn, turns } from "../changes/bundles";
import { differences } from "../changes/differences";
import { exportChanges } from "../changes/export";
import { Shown } from "../changes/shown";
import { c } from "../changes/texts";
import { changeTitle } from "../changes/title";
import { valueStyles } from "../changes/values.css";
import { Live } from "../data/live";
import { Pending } from "../data/pending";
import { Titles } from "../data/titles";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity } from "../model";
import { note } from "../note";
import { changeLinesTemplate, otherProblems, tried } from "../parts/change-lines";
import { type Discard, opWord, problemText } from "../parts/discard";
import { entityIcon } from "../parts/entity-icon";
import { folds } from "../parts/fold.css";
import { addressOf } from "../router";
import { base, buttons, cards } from "../styles";
import { measure, phaseText, reason } from "../sync-words";
import { capitalize, t } from "../texts";
import { changesStyles } from "./changes.css";
import "../parts/ago";
import "../parts/discard";
import "../parts/progress";

/** Cards are drawn in steps: a thousand changes are no thousand cards before anybody scrolls. */
const STEP = 30;

export class Changes extends LitElement {
  static override properties = { state: { attribute: false }, shownCount: { state: true }, busy: { state: true } };
  declare state: AppState;
  /** Of the unsent: cards shown so far. */
  declare shownCount: number;
  /** Id of the bundle that something is done with. */
  declare busy: string;

  static override styles = [base, buttons, cards, valueStyles, folds, changesStyles];

  #pending = new Pending(this);
  #titles = new Titles(format(), () => this.requestUpdate());
  #loaded = this.#pending.read();

  constructor() {
    super();
    this.shownCount = STEP;
    this.busy = "";
    new Live(this, { datachange: ({ entities }) => this.#titles.forget(entities) });
  }

  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loaded;
    return super.getUpdateComplete();
  }

  override updated(): void {
    // Room for both sides is asked for from outside: what is inside cannot be asked about there.
    this.toggleAttribute("wide", this.renderRoot.querySelector(".two") !== null);
  }

  override render() {
    const { definition } = this.state;
    const { all, failed } = this.#pending;
    return html`
      <header>
        <h1 tabindex="-1">${t("changes")}</h1>
        ${
          all?.length
            ? html`<button class="button quiet" type="button" data-test="export" title=${c("exportHint")} @click=${this.#export}>
                ${icon("download")}${c("export")}
              </button>`
            : nothing
        }
      </header>
      ${
        failed
          ? html`<div class="card empty-state"><span class="emblem">${icon("alert")}</span><p>${c("readFailed")}</p>
              <button class="button" type="button" @click=${() => this.#pending.read()}>${t("tryAgain")}</button></div>`
          : all === null || !definition
            ? html`<div class="waiting" aria-busy="true"><span class="only-read">${t("loading")}</span></div>`
            : all.length === 0
              ? this.#nothing()
              : this.#all(definition, all)
      }
    `;
  }

  #nothing() {
    return html`<div class="empty-state" data-test="no-changes">
      <span class="emblem">${icon("check")}</span>
      <h2>${c("nothingToSend")}</h2>
      <p class="muted">${c("nothingToSendHint")}</p>
    </div>`;
  }

  #all(definition: Definition, all: PendingChange[]) {
    const { conflicts, attention, unsent } = turns(all);
    const shown = new Shown(definition, this.#titles);
    const yours = conflicts.length + attention.length > 0;
    const card = (bundle: Bundle) => this.#bundle(definition, bundle, shown);
    return html`
      ${this.#summary(all)}
      <div class="sides ${yours && unsent.length ? "two" : ""}">
        ${
          yours
            ? html`<div class="side">
                ${this.#section("conflicts", c("conflicts"), conflicts, card)}
                ${this.#section("attention", c("attention"), attention, card)}
              </div>`
            : nothing
        }
        ${unsent.length ? html`<div class="side">${this.#section("unsent", c("unsent"), unsent, card)}</div>` : nothing}
      </div>
      <hv-discard .definition=${definition} .changes=${all}></hv-discard>
    `;
  }

  #section(test: string, title: string, all: Bundle[], card: (bundle: Bundle) => unknown) {
    if (all.length === 0) return nothing;
    const some = test === "unsent" ? all.slice(0, this.shownCount) : all;
    const total = test === "unsent" ? all.reduce((sum, { changes }) => sum + changes.length, 0) : all.length;
    return html`<section data-test="section-${test}" aria-labelledby=${test}>
      <h2 id=${test}>${title} <span class="muted">${format().count(total)}</span></h2>
      <ul>${some.map((bundle) => html`<li>${card(bundle)}</li>`)}</ul>
      ${
        all.length > some.length
          ? html`<button class="button" type="button" data-test="show-more" @click=${() => (this.shownCount += STEP)}>${c("showMore")}</button>`
          : nothing
      }
    </section>`;
  }

  #summary(all: PendingChange[]) {
    const { online, sessionExpired, syncing, lastError } = this.state;
    // What no other try will get through is not promised to go with the next one.
    const stuck = online && lastError && !lastError.retry ? lastError : null;
    const waits = all.filter(({ state }) => state === "unsent" || state === "sending").length;
    const turn = all.filter((change) => change.state === "conflict" || isAttention(change)).length;
    const oldest = all[0]?.madeAt;
    const [done, total] = syncing ? measure(syncing) : [0, 0];
    const sends = waits > 0;
    const title = waits
      ? c("notSentCount", { count: waits, number: format().count(waits) })
      : c("yourTurnCount", { count: turn, number: format().count(turn) });
    return html`<section class="card summary" aria-label=${c("unsent")} data-test="changes-summary">
      <div class="line">
        <div class="dot ${syncing ? "busy" : sends ? "" : "turn"}">${icon(syncing ? "sync" : sends ? "unsent" : "alert")}</div>
        <div class="words">
          <strong role="status">${title}</strong>
          <span class="muted">
            ${
              syncing
                ? phaseText(syncing, format())
                : sessionExpired
                  ? c("signInToSendHint")
                  : !sends
                    ? c("waitsForYou")
                    : stuck
                      ? html`<span data-test="not-sent-because">${c("notSentBecause", { reason: reason(stuck) })}</span>`
                      : html`${online ? c("sentWithNext") : c("sentWhenOnline")} ${oldest && Date.now() - Date.parse(oldest) >= 60_000 ? this.#oldest(oldest) : nothing}`
            }
            ${waits && turn ? html`<br />${c("yourTurnCount", { count: turn, number: format().count(turn) })}.` : nothing}
          </span>
        </div>
        ${
          syncing || !sends
            ? nothing
            : sessionExpired
              ? html`<button class="button primary" type="button" data-test="sign-in-to-send" @click=${() => this.#send("hv-sign-in")}>
                  ${icon("user")}${c("signInToSend")}
                </button>`
              : html`<button class="button primary" type="button" data-test="send-now" ?disabled=${!online} @click=${() => this.#send("hv-sync")}>
                  ${icon("unsent")}${c("sendNow")}
                </button>`
        }
      </div>
      ${
        syncing
          ? html`<hv-progress aria-label=${t("syncing")} .max=${total} .value=${total > 0 && syncing.phase !== "connect" ? done : null}></hv-progress>`
          : nothing
      }
    </section>`;
  }

  #oldest(time: string) {
    // The sentence has the moment in it, in whatever place the language puts it.
    const [before = "", after = ""] = c("oldest", { ago: "\u0000" }).split("\u0000");
    return html`${before}<hv-ago .time=${time}></hv-ago>${after}`;
  }

  #bundle(definition: Definition, bundle: Bundle, shown: Shown) {
    const { changes } = bundle;
    // What is at fault is what the rest is held back for.
    const main = changes.find(({ state }) => state === "conflict") ?? changes.find(isAttention) ?? changes[0];
    if (!main) return nothing;
    const others = changes.filter((change) => change !== main);
    return html`<article class="card change ${main.state}" data-test="change" data-id=${main.id} data-state=${main.state}
      aria-busy=${this.busy === bundle.id}>
      ${this.#head(definition, main, this.#drop(bundle, main))} ${this.#body(definition, main, shown)}
      ${
        others.length
          ? html`<details class="fold others" ?open=${others.length < 4}>
              <summary>${icon("chevron")}${c("savedTogether", { count: others.length, number: format().count(others.length) })}</summary>
              <ul>
                ${others.map((other) => html`<li data-test="together">${this.#head(definition, other)}${this.#body(definition, other, shown, main)}</li>`)}
              </ul>
            </details>`
          : nothing
      }
      ${this.#actions(bundle, main)}
    </article>`;
  }

  #head(definition: Definition, change: PendingChange, action: unknown = nothing) {
    const entity = findEntity(definition, change.entity);
    const title = changeTitle(definition, change);
    const href = addressOf({
      screen: "detail",
      entity: change.entity,
      key: String(change.key),
    });
    return html`<div class="head">
      <span class="sign">${entity ? entityIcon(entity) : icon("file")}</span>
      <div class="words">
        <h3 dir="auto">${change.op === "delete" || !entity ? title : html`<a href=${href}>${title}</a>`}</h3>
        <p class="muted small">
          <span>${capitalize(entity?.label ?? change.entity)}</span> · <span class="op">${opWord(change)}</span> ·
          <hv-ago .time=${change.madeAt}></hv-ago>
        </p>
      </div>
      ${action}
    </div>`;
  }

  /** `main`: what it was saved together with, which it need not name again. */
  #body(definition: Definition, change: PendingChange, shown: Shown, main?: PendingChange) {
    const lines = changeLinesTemplate(definition, change, shown, main);
    switch (change.state) {
      case "conflict":
        return this.#conflict(definition, change);
      case "gone":
        return html`${this.#lost(change)}<p class="problem">${icon("alert")}<span>${change.op === "delete" ? c("goneDelete") : c("gone")}</span></p>
          ${lines}`;
      case "rejected": {
        if (!isAttention(change)) return html`${lines}${this.#held(c("waitsForGroup"))}`;
        const said = otherProblems(definition, change);
        const words = change.op === "delete" ? said.map((why) => c("rejectedDelete", { reason: why })) : said;
        return html`${words.map((problem) => html`<p class="problem" data-test="problem">${icon("alert")}<span>${problem}</span></p>`)}
          ${lines}`;
      }
      case "waiting":
        return html`${lines}${this.#held(this.#waitsFor(change))}`;
      case "sending":
        return html`${lines}${this.#held(c("sending"), "sync")}`;
      default:
        // Of those that were saved together the server says the same.
        return change.error && !main ? html`${lines}${this.#held(tried(change.error))}` : lines;
    }
  }

  #conflict(definition: Definition, change: PendingChange) {
    const conflict = this.#pending.conflicts.find(({ id }) => id === change.id);
    const all = conflict ? differences(definition, conflict) : [];
    const sides = change.op === "delete" ? ["theirs"] : ["both"];
    const names = all.filter(({ side }) => sides.includes(side)).map(({ attribute }) => capitalize(attribute.label));
    const what = format().list(names);
    return html`${this.#lost(change)}<p class="turn">${icon("conflict")}<span>${c(change.op === "delete" ? "bothChangedDelete" : "bothChanged", { what })}</span></p>`;
  }

  /** What the server had, and has no more, besides whatever else is to be said. */
  #lost({ error }: PendingChange) {
    return error
      ? html`<p class="problem" data-test="lost">${icon("alert")}<span>${error.message}</span></p>`
      : nothing;
  }

  #held(words: string, look: "clock" | "sync" = "clock") {
    return html`<p class="held muted small" data-test="held">${icon(look)}<span>${words}</span></p>`;
  }

  #waitsFor({ waitsFor }: PendingChange): string {
    const other = this.#pending.all?.find(({ id }) => id === waitsFor);
    return other ? c("waitsFor", { title: changeTitle(this.state.definition, other) }) : c("waitsForOther");
  }

  /** What was never sent is simply as before again; else something is given up. */
  #drop(bundle: Bundle, main: PendingChange) {
    if (bundle.changes.some(({ state }) => state === "sending")) return nothing;
    const press = () => void this.#discard(bundle);
    if (isTurn(main.state)) {
      const text = main.op === "delete" ? c("keepRecord") : c("discard");
      return html`<button class="button round" type="button" data-test="discard" title=${text} aria-label=${`${text}: ${changeTitle(this.state.definition, main)}`}
        @click=${press}>${icon("bin")}</button>`;
    }
    return html`<button class="button quiet" type="button" data-test="discard" aria-label=${`${c("undo")}: ${changeTitle(this.state.definition, main)}`}
      @click=${press}>${icon("undo")}${c("undo")}</button>`;
  }

  #actions(bundle: Bundle, main: PendingChange) {
    const { entity, id } = main;
    const key = String(main.key);
    const again = (text: string, said: string) =>
      html`<button class="button" type="button" data-test="send-again" @click=${() => this.#resend(bundle, said)}>${icon("sync")}${text}</button>`;
    switch (main.state) {
      case "conflict":
        return html`<div class="actions">
          <a class="button primary" data-test="compare" href=${addressOf({ screen: "conflict", id })}>${icon("conflict")}${c("compare")}</a>
        </div>`;
      case "rejected":
        return html`<div class="actions">
          ${main.op === "delete" || !findEntity(this.state.definition, entity) ? nothing : html`<a class="button primary" data-test="correct" href=${addressOf({ screen: "edit", entity, key })}>${icon("edit")}${c("correct")}</a>`}
          ${again(c("sendAgain"), c("sentAgain"))}
        </div>`;
      case "gone":
        return main.op === "delete"
          ? nothing
          : html`<div class="actions">${again(c("makeAgain"), c("madeAgain"))}</div>`;
      default:
        return nothing;
    }
  }

  async #resend(bundle: Bundle, said: string): Promise<void> {
    if (this.busy) return;
    this.busy = bundle.id;
    try {
      await window.offline.resend(bundle.changes.filter(isAttention).map(({ id }) => id));
      note({ text: said });
      await this.#settle();
    } catch (error) {
      note({ text: problemText(error), failed: true });
    } finally {
      this.busy = "";
    }
  }

  async #discard({ changes }: Bundle): Promise<void> {
    const dropped = await this.renderRoot.querySelector<Discard>("hv-discard")?.ask(changes);
    if (dropped) await this.#settle();
  }

  /** The card that the focus was in is gone or elsewhere. */
  async #settle(): Promise<void> {
    await this.#pending.read();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  async #export(): Promise<void> {
    try {
      const count = await exportChanges(format());
      note({ text: t("exportDone", { count, number: format().count(count) }) });
    } catch {
      note({ text: t("exportFailed"), failed: true });
    }
  }

  #send(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

customElements.define("hv-changes", Changes);
