/** What is said above the fields of a form: of its record, and what is wrong in it. */
import { html, nothing } from "lit";
import { format } from "../format";
import { icon } from "../icons";
import { addressOf } from "../router";
import { capitalize } from "../texts";
import type { Filling } from "./filling";
import { isTold, problemsWithin } from "./problems";
import { f } from "./texts";

/** `at`: when it was typed, ISO 8601; `null` where nothing was put back. */
export function restoredNotice(at: string | null, startOver: () => void) {
  if (!at) return nothing;
  return html`<div class="told" role="status" data-test="draft-restored">
    ${icon("pencil")}<span class="text">${f("draftRestored", { ago: format().ago(at, Date.now()) })}</span>
    <button class="button quiet" type="button" data-test="draft-drop" @click=${startOver}>${f("draftDrop")}</button>
  </div>`;
}

/** `id`: of the change. */
export function conflictNotice(id: string) {
  return html`<div class="told warn" data-test="in-conflict">
    ${icon("alert")}<span class="text">${f("inConflict")}</span>
    <a class="button quiet" href=${addressOf({ screen: "conflict", id })}>${f("compare")}</a>
  </div>`;
}

export function goneNotice() {
  return html`<div class="told warn" role="alert" data-test="form-gone">
    ${icon("alert")}<span class="text"><strong>${f("goneTitle")}</strong>${f("goneHint")}</span>
  </div>`;
}

export interface Summarized {
  filling: Filling;
  /** What is said of the record's own fields. */
  problems: ReadonlyMap<string, string[]>;
  /** What is said of no field. */
  failure: readonly string[];
  /** Somebody wanted to save. */
  judged: boolean;
  /** The server did not take it. */
  isRefused: boolean;
}

/** What is wrong, with ways to each: read out when it comes. */
export function errorSummary(
  { filling, problems, failure, judged, isRefused }: Summarized,
  toField: (name: string) => void,
  toRows: () => void,
) {
  const { editing, children } = filling;
  const told = isTold(filling);
  const isShown = judged || told;
  const wrong = isShown ? editing.attributes.filter(({ name }) => problems.has(name)) : [];
  const within = isShown ? problemsWithin(children, judged) : 0;
  const count = wrong.length + within;
  if (count === 0 && failure.length === 0) return nothing;
  const first = children.find((one) => problemsWithin([one], judged) > 0)?.inline.entity;
  const link = (name: string, label: string, go: () => void) => html`<li>
    <a href="#${name}" @click=${(event: Event) => {
      event.preventDefault();
      go();
    }}>${capitalize(label)}</a>
  </li>`;
  return html`<div class="told bad" role="alert" data-test="form-problems">
    ${icon("alert")}
    <div class="text">
      <strong>${judged && count ? f("problems", { count }) : told || isRefused ? f("refused") : nothing}</strong>
      ${failure.map((text) => html`<p>${text}</p>`)}
      <ul>
        ${wrong.map(({ name, label }) => link(name, label, () => toField(name)))}
        ${within ? link("within", first?.label_plural ?? "", toRows) : nothing}
      </ul>
    </div>
  </div>`;
}
