/** What one change changes: its attributes, each as it was and as it is; of a rejected one with what is wrong about it. */
import { html, nothing } from "lit";
import type { Definition, PendingChange, SyncError } from "../../api";
import { changeLines, type Line } from "../changes/lines";
import { type Shown, titleIn } from "../changes/shown";
import { c } from "../changes/texts";
import { format } from "../format";
import { icon } from "../icons";
import { reason } from "../sync-words";
import { capitalize } from "../texts";

/** Of a new record: the rest is on the record itself. */
const SHOWN = 5;

/** `main`: another change beside which this one is shown. */
export function changeLinesTemplate(definition: Definition, change: PendingChange, shown: Shown, main?: PendingChange) {
  const fields = change.state === "rejected" ? (change.error?.fields ?? {}) : {};
  const lines = changeLines(definition, change).filter(
    ({ attribute, now }) => fields[attribute.name] || !(main && attribute.relation === main.entity && now === main.key),
  );
  // What is wrong is shown whatever the length, and first.
  const wrong = lines.filter(({ attribute }) => fields[attribute.name]);
  const right = lines.filter(({ attribute }) => !fields[attribute.name]);
  const few = change.op === "create" ? right.slice(0, Math.max(SHOWN - wrong.length, 2)) : right;
  const more = right.length - few.length;
  return html`${
    wrong.length + few.length
      ? html`<dl class="lines">
        ${[...wrong, ...few].map((line) => lineTemplate(change, line, shown, fields[line.attribute.name]))}
      </dl>`
      : nothing
  }${more > 0 ? html`<p class="muted small more">${c("andMore", { count: more, number: format().count(more) })}</p>` : nothing}`;
}

function lineTemplate(change: PendingChange, line: Line, shown: Shown, problems: string[] | undefined) {
  const { attribute, was, now, titled, isUnknown } = line;
  const title = titleIn(change.base, titled);
  return html`<div class=${problems ? "wrong" : ""} data-test="line-${attribute.name}">
    <dt>${capitalize(attribute.label)}</dt>
    <dd>
      ${
        was === undefined
          ? shown.value(now, attribute)
          : html`<span class="was"><span class="only-read">${c("before")}: </span>${shown.value(was, attribute, { title })}</span>
            ${icon("arrow")}
            <span class="now"><span class="only-read">${c("after")}: </span>${shown.value(now, attribute, { other: was })}</span>`
      }
      ${isUnknown ? html`<span class="hint">${c("unknownAttribute")}</span>` : nothing}
      ${problems?.map((problem) => html`<span class="problem">${icon("alert")}<span>${problem}</span></span>`)}
    </dd>
  </div>`;
}

/** Why a change that is still to be sent was not taken when it was. */
export function tried(error: SyncError): string {
  return c("tried", { reason: reason(error) });
}

/** What the server said of the whole, beside what it said of attributes. */
export function otherProblems(definition: Definition, change: PendingChange): string[] {
  const { error } = change;
  if (change.state !== "rejected" || error === null) return [];
  const lines = new Set(changeLines(definition, change).map(({ attribute }) => attribute.name));
  const others = Object.entries(error.fields ?? {}).filter(([name]) => !lines.has(name));
  const entity = definition.entities.find(({ name }) => name === change.entity);
  const said = others.flatMap(([name, problems]) => {
    const label = entity?.attributes.find((attribute) => attribute.name === name)?.label;
    return problems.map((problem) => (label ? `${capitalize(label)}: ${problem}` : problem));
  });
  if (said.length > 0 || Object.keys(error.fields ?? {}).length > 0) return said;
  return [`${capitalize(reason(error))}.`];
}
