/** One conflict: what it was, what is here and what is on the server, attribute by attribute, and which is to stay. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, Choice, Conflict, Definition } from "../../api";
import {
  allFrom,
  choiceOf,
  type Difference,
  differences,
  open,
  outcome,
  type Picks,
  picksOf,
} from "../changes/differences";
import { isEmpty, Shown, titleIn } from "../changes/shown";
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
import { problemText } from "../parts/discard";
import { folds } from "../parts/fold.css";
import { recordBar } from "../parts/record-bar.css";
import { addressOf, type Route } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { conflictStyles } from "./conflict.css";

export class ConflictScreen extends LitElement {
  static override properties = {
    state: { attribute: false },
    change: {},
    picks: { state: true },
    busy: { state: true },
  };
  declare state: AppState;
  /** Id of the change, as in the address. */
  declare change: string;
  declare picks: Picks;
  declare busy: boolean;

  static override styles = [base, buttons, cards, valueStyles, folds, recordBar, conflictStyles];

  #pending = new Pending(this);
  #titles = new Titles(format(), () => this.requestUpdate());
  #loaded = this.#pending.read();
  /** What was looked at: a choice is for these two versions, not for others that come meanwhile. */
  #seen = "";

  constructor() {
    super();
    this.picks = {};
    this.busy = false;
    new Live(this, { datachange: ({ entities }) => this.#titles.forget(entities) });
  }

  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loaded;
    return super.getUpdateComplete();
  }

  override willUpdate(): void {
    const conflict = this.#conflict;
    const seen = conflict ? JSON.stringify([conflict.values, conflict.theirs]) : "";
    if (seen && this.#seen && seen !== this.#seen) this.picks = {};
    if (seen) this.#seen = seen;
  }

  override updated(changed: PropertyValues<this>): void {
    const conflict = this.#conflict;
    const title = conflict && changeTitle(this.state.definition, conflict);
    if (!title && !changed.has("change")) return;
    const detail = title ? `${c("conflictOf")}: ${title}` : t("changes");
    if (detail === this.#titled) return;
    this.#titled = detail;
    this.dispatchEvent(new CustomEvent("hv-titled", { detail, bubbles: true, composed: true }));
  }
  #titled = "";

  override render() {
    const { definition } = this.state;
    const conflict = this.#conflict;
    return html`
      ${this.#bar()}
      ${
        this.#pending.all === null || !definition
          ? html`<h1 class="only-read" tabindex="-1">${c("conflictOf")}</h1><div class="waiting" aria-busy="true"></div>`
          : conflict
            ? conflict.op === "delete"
              ? this.#deleted(definition, conflict)
              : this.#changed(definition, conflict)
            : this.#settled()
      }
    `;
  }

  #bar() {
    const { conflicts } = this.#pending;
    const at = conflicts.findIndex(({ id }) => id === this.change);
    const step = (place: number, label: string, look: "up" | "down", test: string) => {
      const other = conflicts[place];
      if (at < 0 || conflicts.length < 2) return nothing;
      if (!other) return html`<span class="button round off" aria-hidden="true">${icon(look)}</span>`;
      return html`<a class="button round" data-step data-test=${test} aria-label=${label} title=${label}
        href=${addressOf({ screen: "conflict", id: other.id })}>${icon(look)}</a>`;
    };
    return html`<nav class="bar" aria-label=${c("conflictOf")}>
      <a class="button quiet" data-test="back" href=${addressOf({ screen: "changes" })} aria-label=${t("backTo", { name: t("changes") })}>
        ${icon("back")}<span>${t("changes")}</span>
      </a>
      <span class="space"></span>
      ${at >= 0 && conflicts.length > 1 ? html`<span class="place muted">${t("placeOf", { number: format().count(at + 1), total: format().count(conflicts.length) })}</span>` : nothing}
      ${step(at - 1, c("previousConflict"), "up", "previous-conflict")} ${step(at + 1, c("nextConflict"), "down", "next-conflict")}
    </nav>`;
  }

  #heading(definition: Definition, conflict: Conflict, text: string) {
    const entity = findEntity(definition, conflict.entity);
    return html`<div class="heading">
      <p class="muted small"><span class="tag">${icon("conflict")}${c("conflictOf")}</span> ${capitalize(entity?.label ?? conflict.entity)}</p>
      <h1 tabindex="-1" dir="auto">${changeTitle(definition, conflict)}</h1>
      <p class="muted">${text}</p>
    </div>`;
  }

  #changed(definition: Definition, conflict: Conflict) {
    const shown = new Shown(definition, this.#titles);
    const all = differences(definition, conflict);
    const of = (...sides: string[]) => all.filter(({ side }) => sides.includes(side));
    const [both, mine, theirs] = [of("both"), of("mine"), of("theirs", "same")];
    const rest = of("none");
    const from = allFrom(all, this.picks);
    const every = (
      side: "mine" | "theirs",
      text: string,
    ) => html`<button class="button" type="button" data-test="all-${side}"
      aria-pressed=${from === side} @click=${() => (this.picks = picksOf(all, side))}>${from === side ? icon("check") : nothing}${text}</button>`;
    return html`<form class="content" data-test="conflict" @submit=${(event: Event) => this.#submit(event, conflict, all)}>
      ${this.#heading(definition, conflict, conflict.error?.message ?? c("conflictText"))}
      <div class="columns">
        <div class="table">
          <div class="top">
            <div class="every" role="group" aria-labelledby="every"><span id="every" class="muted small">${c("chooseAll")}</span>${every("mine", c("allMine"))}${every("theirs", c("allTheirs"))}</div>
          </div>
          ${both.map((difference) => this.#choice(conflict, difference, shown))}
          ${mine.length ? html`<h2 class="part">${c("sideMine")}</h2>${mine.map((difference) => this.#choice(conflict, difference, shown))}` : nothing}
          ${
            theirs.length
              ? html`<details class="fold" data-test="only-theirs">
                  <summary>${icon("chevron")}${c("onlyTheirs", { count: theirs.length, number: format().count(theirs.length) })}</summary>
                  <dl class="plain">${theirs.map((difference) => this.#plain(conflict, difference, shown))}</dl>
                </details>`
              : nothing
          }
          ${
            rest.length
              ? html`<details class="fold" data-test="unchanged">
                  <summary>${icon("chevron")}${c("unchanged", { count: rest.length, number: format().count(rest.length) })}</summary>
                  <dl class="plain">${rest.map((difference) => this.#plain(conflict, difference, shown))}</dl>
                </details>`
              : nothing
          }
        </div>
        ${this.#preview(conflict, [...both, ...mine, ...theirs], shown)}
      </div>
      ${this.#foot(all)}
    </form>`;
  }

  #choice(conflict: Conflict, difference: Difference, shown: Shown) {
    const { attribute, side, base: before, mine, theirs, titled } = difference;
    const { name } = attribute;
    const pick = this.picks[name] ?? (side === "mine" ? "mine" : undefined);
    const option = (of: "mine" | "theirs", label: string, hint: string) => {
      const value = of === "mine" ? mine : theirs;
      // What is marked is what that side did; where there was nothing before, where the two differ.
      const other = isEmpty(before) ? (of === "mine" ? theirs : mine) : before;
      const row = of === "theirs" ? conflict.theirs : null;
      return html`<label class="option ${pick === of ? "on" : ""}" data-test="pick-${name}-${of}">
        <input type="radio" name=${name} .checked=${pick === of} @change=${() => this.#pick(name, of)} />
        <span class="ring" aria-hidden="true">${icon("check")}</span>
        <span class="what">
          <span class="side"><b>${label}</b> <span>${hint}</span></span>
          ${shown.value(value, attribute, { title: titleIn(row, titled), other })}
        </span>
      </label>`;
    };
    return html`<fieldset class="choice ${pick ? "" : "open"}" data-test="choice-${name}">
      <legend>
        <span class="label">${capitalize(attribute.label)}</span>
        ${pick ? nothing : html`<span class="flag">${icon("alert")}${c("notChosen")}</span>`}
      </legend>
      <div class="options">
        ${side === "mine" ? nothing : html`<p class="before"><span class="side">${c("original")}</span>${shown.value(before, attribute, { title: titleIn(conflict.base, titled) })}</p>`}
        ${option("mine", c("mine"), c("mineHint"))}
        ${option("theirs", c("theirs"), side === "mine" ? c("asBefore") : c("theirsHint"))}
      </div>
    </fieldset>`;
  }

  #plain(conflict: Conflict, { attribute, base: before, theirs, side, titled }: Difference, shown: Shown) {
    return html`<div>
      <dt>${capitalize(attribute.label)}</dt>
      <dd>
        ${
          side === "none"
            ? nothing
            : html`<span class="was"><span class="only-read">${c("before")}: </span>${shown.value(before, attribute, { title: titleIn(conflict.base, titled) })}</span>${icon("arrow")}`
        }
        <span class=${side === "none" ? "" : "now"}>${shown.value(theirs, attribute, { title: titleIn(conflict.theirs, titled), ...(side !== "none" && { other: before }) })}</span>
      </dd>
    </div>`;
  }

  #preview(conflict: Conflict, all: Difference[], shown: Shown) {
    return html`<section class="card preview" aria-labelledby="result" data-test="preview">
      <h2 id="result">${c("result")}</h2>
      <p class="muted small">${c("resultHint")}</p>
      <dl>
        ${all.map((difference) => {
          const { attribute, titled, theirs } = difference;
          const value = outcome(difference, this.picks);
          const title = value === theirs ? titleIn(conflict.theirs, titled) : undefined;
          return html`<div data-test="result-${attribute.name}">
            <dt>${capitalize(attribute.label)}</dt>
            <dd>${value === undefined ? html`<span class="empty">${c("notChosen")}</span>` : shown.value(value, attribute, { title })}</dd>
          </div>`;
        })}
      </dl>
    </section>`;
  }

  #foot(all: Difference[]) {
    const missing = open(all, this.picks).length;
    return html`<div class="foot">
      <p class="small" role="status" data-test="still-to-choose">
        ${missing ? c("stillToChoose", { count: missing, number: format().count(missing) }) : nothing}
      </p>
      <a class="button quiet" data-test="later" href=${addressOf({ screen: "changes" })}>${c("later")}</a>
      <button class="button primary" type="submit" data-test="keep" aria-disabled=${missing > 0 || this.busy}>${c("keep")}</button>
    </div>`;
  }

  #deleted(definition: Definition, conflict: Conflict) {
    const shown = new Shown(definition, this.#titles);
    const theirs = differences(definition, conflict).filter(({ side }) => side === "theirs");
    const answer = (choice: Choice, test: string, look: "bin" | "undo", text: string, hint: string) => html`<button
      class="button way ${choice === "mine" ? "danger" : ""}" type="button" data-test=${test} aria-disabled=${this.busy}
      @click=${() => this.#resolve(conflict, choice)}>${icon(look)}<span>${text}<small>${hint}</small></span></button>`;
    return html`<div class="content narrow" data-test="conflict">
      ${this.#heading(definition, conflict, conflict.error?.message ?? c("conflictDeleteText"))}
      <section class="card preview">
        <h2>${c("sideTheirs")}</h2>
        <dl class="plain">${theirs.map((difference) => this.#plain(conflict, difference, shown))}</dl>
      </section>
      <div class="ways">
        ${answer("theirs", "keep-theirs", "undo", c("keepTheirs"), c("keepTheirsHint"))}
        ${answer("mine", "delete-anyway", "bin", c("deleteAnyway"), c("deleteAnywayHint"))}
        <a class="button quiet" data-test="later" href=${addressOf({ screen: "changes" })}>${c("later")}</a>
      </div>
    </div>`;
  }

  #settled() {
    return html`<div class="content settled" data-test="settled">
      <span class="emblem">${icon("check")}</span>
      <h1 tabindex="-1">${c("notAConflict")}</h1>
      <p class="muted">${c("notAConflictHint")}</p>
      <a class="button" href=${addressOf({ screen: "changes" })}>${c("toChanges")}</a>
    </div>`;
  }

  #pick(name: string, side: "mine" | "theirs"): void {
    this.picks = { ...this.picks, [name]: side };
  }

  async #submit(event: Event, conflict: Conflict, all: Difference[]): Promise<void> {
    event.preventDefault();
    const [first] = open(all, this.picks);
    if (!first) return this.#resolve(conflict, choiceOf(all, this.picks));
    // Not a disabled button: it would not say what is missing.
    const choice = this.renderRoot.querySelector<HTMLElement>(
      `[data-test="choice-${CSS.escape(first.attribute.name)}"]`,
    );
    choice?.querySelector("input")?.focus({ preventScroll: true });
    choice?.scrollIntoView({ block: "center" });
  }

  async #resolve(conflict: Conflict, choice: Choice): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const next = this.#pending.conflicts.find(({ id }) => id !== conflict.id);
    try {
      await window.offline.resolve(conflict.id, choice);
      const { online } = this.state;
      note({ text: c(choice === "theirs" ? "resolvedTheirs" : online ? "resolvedOnline" : "resolvedOffline") });
      this.#go(next ? { screen: "conflict", id: next.id } : { screen: "changes" });
    } catch (error) {
      note({ text: problemText(error), failed: true });
    } finally {
      this.busy = false;
    }
  }

  #go(detail: Route): void {
    this.dispatchEvent(new CustomEvent("hv-go", { detail, bubbles: true, composed: true }));
  }

  get #conflict(): Conflict | undefined {
    return this.#pending.conflicts.find(({ id }) => id === this.change);
  }
}

customElements.define("hv-conflict", ConflictScreen);
