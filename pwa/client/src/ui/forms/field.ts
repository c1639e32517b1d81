/** One attribute of a record in a form: its label, what it is filled in with, help, and what is wrong with it. */
import { html, LitElement, noChange, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { AttributeDefinition, Definition, Row, WireValue } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { controls } from "../parts/control.css";
import { base, buttons } from "../styles";
import { capitalize, t } from "../texts";
import { fieldStyles } from "./field.css";
import { type Hints, hintsOf } from "./hints";
import type { Separators } from "./numbers";
import { readNumber } from "./numbers";
import { type FormText, f } from "./texts";
import { INCOMPLETE, isSame, type Typed } from "./typed";
import { choicesOf, type Widget, widgetOf } from "./widgets";
import "./picker";

/** `detail` of `hv-typed`. */
export interface TypedDetail {
  name: string;
  typed: Typed;
  /** Of a chosen record: the record, where it was read. */
  row?: Row | null;
}

/** The last of a long text's characters are counted down. */
const COUNTED = 0.8;

export class Field extends LitElement {
  static override properties = {
    definition: { attribute: false },
    attribute: { attribute: false },
    typed: { attribute: false },
    problems: { attribute: false },
    meanwhile: { attribute: false },
    words: { attribute: false },
    bare: { type: Boolean, reflect: true },
    canMake: { type: Boolean },
  };
  declare definition: Definition;
  declare attribute: AttributeDefinition;
  declare typed: Typed;
  declare problems: string[];
  /** What somebody else changed it to while it was typed over; `undefined` for nothing. */
  declare meanwhile: WireValue | undefined;
  declare words: Separators;
  /** Under a heading that says its label. */
  declare bare: boolean;
  /** Related records may be made from here. */
  declare canMake: boolean;

  static override styles = [base, buttons, controls, fieldStyles];
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  constructor() {
    super();
    this.problems = [];
    this.meanwhile = undefined;
    this.bare = false;
    this.canMake = false;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("attribute")) this.dataset.test = `field-${this.attribute.name}`;
  }

  override render() {
    const { attribute } = this;
    const widget = widgetOf(this.definition, attribute);
    if (widget === null) return nothing;
    if (widget === "switch") {
      return html`<label class="switch">
          <span class=${this.bare ? "only-read" : ""}>${this.#label}</span>
          <input id="control" type="checkbox" role="switch" .checked=${this.typed === true} aria-describedby="help problem"
            @change=${(event: Event) => this.#type((event.target as HTMLInputElement).checked)} />
        </label>
        ${this.#below()}`;
    }
    if (widget === "options" || widget === "duration") {
      return html`<fieldset class=${this.problems.length ? "invalid" : ""} aria-describedby="help problem">
          <legend class=${this.#labelLook}>${this.#labelled()}</legend>
          ${widget === "options" ? this.#options() : this.#duration()}
        </fieldset>
        ${this.#below()}`;
    }
    const isPicker = widget === "relation" || widget === "relations";
    return html`<label class=${this.#labelLook} id="label" for=${isPicker ? nothing : "control"}>${this.#labelled()}</label>
      ${this.#control(widget)} ${this.#below()}`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("typed") || changed.has("attribute")) this.#grow();
  }

  /** Where browsers do not size it by its content. */
  #grow(): void {
    const area = this.renderRoot.querySelector("textarea");
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  }

  get #label(): string {
    return capitalize(this.attribute.label);
  }

  /** Under a column's heading, which says it already to those who see it. */
  get #labelLook(): string {
    return this.bare ? "label only-read" : "label";
  }

  #labelled() {
    const { required, null: isNullable, default: usual, many, type } = this.attribute;
    // What is asked for is the rule; what may be left out says so.
    const isOptional = !required && (isNullable || many || usual === "" || type === "text");
    return html`<span>${this.#label}</span>${isOptional && !this.bare ? html`<small>${f("optional")}</small>` : nothing}`;
  }

  #below() {
    const { attribute, problems, meanwhile } = this;
    return html`
      <div id="problem" aria-live="polite">
        ${problems.map((problem) => html`<p class="problem" data-test="problem">${icon("alert")}<span>${problem}</span></p>`)}
      </div>
      <div class="below">${attribute.help_text && !this.bare ? html`<p class="help" id="help">${attribute.help_text}</p>` : html`<span id="help" hidden></span>`}${this.#count()}</div>
      ${
        meanwhile === undefined
          ? nothing
          : html`<div class="meanwhile" role="status" data-test="meanwhile">
              <span>${f("meanwhile", { value: format().value(meanwhile, attribute) })}</span>
              <button class="button quiet" type="button" @click=${this.#takeTheirs}>${f("takeTheirs")}</button>
            </div>`
      }
    `;
  }

  #count() {
    const { max_length: most } = this.attribute;
    if (most === undefined || typeof this.typed !== "string" || this.bare) return nothing;
    const left = most - [...this.typed].length;
    if (left > most * (1 - COUNTED) && left > 0) return nothing;
    const count = Math.abs(left);
    const number = format().count(count);
    return html`<p class="count ${left < 0 ? "over" : ""}">${f(left < 0 ? "charactersOver" : "charactersLeft", { count, number })}</p>`;
  }

  #control(widget: Widget): TemplateResult {
    const { attribute, typed, definition } = this;
    switch (widget) {
      case "prose":
        return this.#area("control", true);
      case "json":
        return this.#area("control code", false);
      case "number":
        return this.#number();
      case "select":
        return this.#select();
      case "date":
        return this.#moment("date", "today");
      case "time":
        return this.#moment("time", "now");
      case "moment":
        return this.#moment("datetime-local", "now");
      case "relation":
      case "relations":
        return html`<hv-picker id="control" .definition=${definition} .attribute=${attribute} .value=${typed} .canMake=${this.canMake}
          ?invalid=${this.problems.length > 0} @hv-picked=${this.#picked}></hv-picker>`;
      default:
        return this.#line();
    }
  }

  #line() {
    const hints: Hints = hintsOf(this.attribute);
    return html`<input id="control" class="control" name=${this.attribute.name} type=${hints.type} dir="auto"
      inputmode=${hints.inputmode ?? nothing} autocomplete=${hints.autocomplete} autocapitalize=${hints.autocapitalize}
      spellcheck=${hints.spellcheck} enterkeyhint="next" aria-required=${this.#required} aria-invalid=${this.#invalid}
      aria-describedby="problem help" .value=${String(this.typed)} @input=${this.#typedText} @blur=${this.#left} @keydown=${this.#keyed} />`;
  }

  #area(look: string, isProse: boolean) {
    return html`<textarea id="control" class=${look} name=${this.attribute.name} rows="3" dir=${isProse ? "auto" : "ltr"}
      autocapitalize=${isProse ? "sentences" : "none"} spellcheck=${isProse} autocomplete="off" aria-required=${this.#required}
      aria-invalid=${this.#invalid} aria-describedby="problem help" .value=${String(this.typed)} @input=${this.#typedText}
      @blur=${this.#left}></textarea>`;
  }

  #number() {
    const { type, min } = this.attribute;
    const isSigned = min === undefined || min === null || Number(min) < 0;
    const input = html`<input id="control" class="control number" name=${this.attribute.name} type="text" dir="auto"
      inputmode=${type === "integer" ? "numeric" : "decimal"} autocomplete="off" enterkeyhint="next" aria-required=${this.#required}
      aria-invalid=${this.#invalid} aria-describedby="problem help" .value=${String(this.typed)} @input=${this.#typedText}
      @blur=${this.#left} @keydown=${this.#keyed} />`;
    return isSigned && !this.bare
      ? html`<div class="with">${input}
          <button class="button round sign" type="button" tabindex="-1" aria-label=${f("sign")} @click=${this.#sign}>±</button>
        </div>`
      : input;
  }

  #select() {
    const choices = choicesOf(this.attribute);
    const at = choices.findIndex(([value]) => value === this.typed);
    // What an older definition allowed stays, until something else is chosen.
    const stray = at < 0 && this.typed !== null && this.typed !== "";
    return html`<div class="iconed picked">
      <select id="control" class="control" name=${this.attribute.name} aria-required=${this.#required} aria-invalid=${this.#invalid}
        aria-describedby="problem help" @change=${this.#selected} @keydown=${this.#keyed}>
        ${at < 0 ? html`<option value="-1" selected>${stray ? String(this.typed) : f("choose")}</option>` : nothing}
        ${choices.map(([value, label], index) => html`<option value=${index} ?selected=${index === at} .selected=${index === at}>${this.#choice(value, label)}</option>`)}
      </select>${icon("chevron")}
    </div>`;
  }

  #options() {
    return html`<div class="options">
      ${choicesOf(this.attribute).map(
        (
          [value, label],
          index,
        ) => html`<label class="option ${label === null && typeof value !== "boolean" ? "none" : ""}">
          <input type="radio" name="options" value=${index} .checked=${value === this.typed} aria-invalid=${this.#invalid}
            @change=${() => this.#type(value)} /><span>${this.#choice(value, label)}</span>
        </label>`,
      )}
    </div>`;
  }

  #choice(value: WireValue, label: string | null): string {
    if (label !== null) return label;
    if (typeof value === "boolean") return value ? t("yes") : t("no");
    return this.attribute.type === "boolean" ? f("unknown") : f("noValueOf");
  }

  #moment(type: "date" | "time" | "datetime-local", shortcut: FormText) {
    const { typed } = this;
    const seconds = typeof typed === "string" && /:\d\d:\d\d/.test(typed);
    return html`<div class="with">
      <input id="control" class="control" name=${this.attribute.name} type=${type} step=${type === "date" ? nothing : seconds ? "1" : "60"}
        min=${type === "date" ? "0001-01-01" : nothing} max=${type === "date" ? "9999-12-31" : type === "time" ? nothing : "9999-12-31T23:59:59"}
        autocomplete="off" aria-required=${this.#required} aria-invalid=${this.#invalid} aria-describedby="problem help"
        .value=${typed === INCOMPLETE ? noChange : String(typed)} @input=${this.#typedMoment} @blur=${this.#leftMoment}
        @keydown=${this.#keyed} />
      ${
        typed === "" && !this.bare
          ? html`<button class="button" type="button" @click=${() => this.#type(momentNow(type))}>${f(shortcut)}</button>`
          : nothing
      }
    </div>`;
  }

  #duration() {
    const parts = this.typed as string[];
    const names = ["days", "hours", "minutes", "seconds"] as const;
    return html`<div class="parts">
      ${names.map(
        (name, at) => html`<label>${f(name)}
          <input id=${at ? name : "control"} class="control number" type="text" inputmode=${name === "seconds" ? "decimal" : "numeric"}
            dir="auto" autocomplete="off" aria-invalid=${this.#invalid} .value=${parts[at] ?? ""} @blur=${this.#left} @keydown=${this.#keyed}
            @input=${(event: Event) => this.#type(parts.with(at, (event.target as HTMLInputElement).value))} />
        </label>`,
      )}
    </div>`;
  }

  get #required(): "true" | "false" {
    return this.attribute.required ? "true" : "false";
  }

  get #invalid(): "true" | "false" {
    return this.problems.length ? "true" : "false";
  }

  #typedText(event: Event): void {
    this.#type((event.target as HTMLInputElement).value);
  }

  /** A date is half written for a while, and has no value then. */
  #typedMoment(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.#type(input.validity.badInput ? INCOMPLETE : input.value);
  }

  #leftMoment(event: Event): void {
    // Some browsers tell of what is incomplete only when it is left.
    this.#typedMoment(event);
    this.#left();
  }

  #selected(event: Event): void {
    const choice = choicesOf(this.attribute)[Number((event.target as HTMLSelectElement).value)];
    if (choice) this.#type(choice[0]);
    this.#left();
  }

  #sign(): void {
    const text = String(this.typed).trim();
    this.#type(text.startsWith("-") ? text.slice(1) : `-${text}`);
    this.focus();
  }

  #picked(event: CustomEvent<{ value: Typed; row: Row | null }>): void {
    event.stopPropagation();
    this.#type(event.detail.value, event.detail.row);
    this.#left();
  }

  #takeTheirs(): void {
    this.dispatchEvent(
      new CustomEvent("hv-take-theirs", { detail: this.attribute.name, bubbles: true, composed: true }),
    );
  }

  #type(typed: Typed, row?: Row | null): void {
    if (isSame(typed, this.typed)) return;
    this.typed = typed;
    const detail: TypedDetail = { name: this.attribute.name, typed, ...(row !== undefined && { row }) };
    this.dispatchEvent(new CustomEvent("hv-typed", { detail, bubbles: true, composed: true }));
  }

  /** What was understood of a number is shown when it is left: `1.000,5` in English is not what it looks like. */
  #left(): void {
    const { type } = this.attribute;
    if ((type === "decimal" || type === "integer") && typeof this.typed === "string" && !this.attribute.choices) {
      const number = readNumber(this.typed, this.words);
      if (number !== null) this.#type(number.replace(".", this.words.decimal));
    }
    this.dispatchEvent(new CustomEvent("hv-left", { detail: this.attribute.name, bubbles: true, composed: true }));
  }

  /** Enter saves, as in any form, and on a phone goes on: fields are in shadows of their own, where browsers do neither. */
  #keyed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    this.#left();
    const type = matchMedia("(pointer: coarse)").matches ? "hv-next" : "hv-submit";
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

/** By the device's clock, as the controls have it. */
function momentNow(type: "date" | "time" | "datetime-local"): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  if (type === "date") return local.slice(0, 10);
  return type === "time" ? local.slice(11, 16) : local.slice(0, 16);
}

customElements.define("hv-field", Field);
