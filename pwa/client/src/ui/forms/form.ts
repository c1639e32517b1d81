/** The form of a record: a new one, or one that is there, with those within it. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, Definition, EntityDefinition, Row } from "../../api";
import { currentLocale } from "../../language";
import { withUndo } from "../changes/undo";
import { Live } from "../data/live";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity, parseKey, recordTitle } from "../model";
import { note } from "../note";
import { dialogs } from "../parts/dialog.css";
import { valueTemplate } from "../parts/value";
import { addressOf } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { Drafting } from "./drafting";
import type { TypedDetail } from "./field";
import { type Filling, isDirty } from "./filling";
import { focusField, focusNext, focusWithin, focusWrong } from "./focus";
import { formStyles } from "./form.css";
import { Keeping } from "./keeping";
import { NestedForm } from "./nested";
import { conflictNotice, errorSummary, goneNotice, restoredNotice } from "./notices";
import { separatorsOf } from "./numbers";
import { childOf, followRecord, openRecord, readRecord } from "./opening";
import { isInvalid, problemsOf } from "./problems";
import { NONE_REFUSED } from "./refusal";
import { failureOf, placedOf, type Saved, save, savedText } from "./saving";
import { f } from "./texts";
import { fixedAttributes, isWide } from "./widgets";
import "./field";
import "./inline";

/** Where rows within are a table. */
const ROOMY = 620;

export class Form extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    key: { attribute: false },
    preset: { attribute: false },
    state: { attribute: false },
    embedded: { type: Boolean, reflect: true },
    filling: { state: true },
    judged: { state: true },
    busy: { state: true },
    failure: { state: true },
    roomy: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  /** As in the address; `null` for a new record. */
  declare key: string | null;
  /** What a new record begins with. */
  declare preset: Row;
  declare state: AppState;
  /** In a sheet over another form. */
  declare embedded: boolean;
  /** `undefined` while the record is read, `null` when it is not on the device. */
  declare filling: Filling | null | undefined;
  /** Somebody wanted to save: all of what is wrong is said. */
  declare judged: boolean;
  declare busy: boolean;
  /** Why it was not saved, where no field is to blame. */
  declare failure: string[];
  declare roomy: boolean;

  static override styles = [base, buttons, cards, dialogs, formStyles];

  #words = separatorsOf(currentLocale());
  #drafting = new Drafting(this);
  #nested = new NestedForm(this);
  #loaded: Promise<void> = Promise.resolve();
  #reading = 0;
  #revision = 0;
  /** Fields that somebody has been in. */
  #left = new Set<string>();
  #refusal = NONE_REFUSED;
  /** It went while the form was open; or before, and what was typed into it is there. */
  #gone = false;
  #lost = false;
  #sizes = new ResizeObserver(([entry]) => {
    this.roomy = (entry?.contentRect.width ?? 0) >= ROOMY;
  });

  constructor() {
    super();
    this.preset = {};
    this.embedded = false;
    this.filling = undefined;
    this.#reset();
    this.roomy = false;
    new Live(this, {
      datachange: ({ entities }) => {
        const within = this.entity.inlines?.some(({ entity }) => entities.includes(entity));
        if (within || entities.includes(this.entity.name)) void this.#follow();
      },
    });
    this.addEventListener("keydown", this.#keyed);
    this.addEventListener("hv-submit", (event) => {
      event.stopPropagation();
      void this.#save();
    });
    this.addEventListener("hv-next", (event) => {
      event.stopPropagation();
      focusNext(this.renderRoot, event);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    this.#sizes.disconnect();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const entity = changed.get("entity");
    const isOther = changed.has("key") || (changed.has("entity") && entity?.name !== this.entity.name);
    if (isOther) void this.reload();
    else if (changed.has("entity") && this.filling) this.#loaded = this.#rebuild();
  }

  /** Complete when the fields are on screen: the heading cannot take the focus before. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loaded;
    return super.getUpdateComplete();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has("filling") || !this.filling || this.embedded) return;
    this.dispatchEvent(new CustomEvent("hv-titled", { detail: this.#heading, bubbles: true, composed: true }));
  }

  override render() {
    const { filling, embedded } = this;
    return html`
      <div class="bar">
        ${
          embedded
            ? html`<button class="button quiet round" type="button" data-test="form-close" aria-label=${f("closeForm")} title=${f("closeForm")} @click=${this.#close}>${icon("close")}</button>`
            : html`<a class="button quiet round" data-back data-test="form-close" aria-label=${f("closeForm")} title=${f("closeForm")} href=${this.#behind}>${icon("close")}</a>`
        }
        <h1 tabindex="-1">${this.#heading}${this.#subtitle}</h1>
      </div>
      <div class="scroll" data-test="form" aria-busy=${filling === undefined || this.busy}>
        ${filling ? this.#form(filling) : filling === null ? this.#missing() : nothing}
      </div>
      ${filling ? this.#end(filling) : nothing} ${this.#nested.render()}
    `;
  }

  #form(filling: Filling) {
    const { editing, children, entity } = filling;
    const fixed = editing.row ? fixedAttributes(this.definition, entity) : [];
    const problems = this.#problems(filling);
    return html`<form novalidate @submit=${this.#submitted} @hv-typed=${this.#typed} @hv-left=${this.#fieldLeft} @hv-take-theirs=${this.#takenBack} @hv-edited=${this.#edited}>
      ${this.#notices(filling, problems)}
      <div class="fields">
        ${editing.attributes.map(
          (attribute) => html`<div class=${isWide(this.definition, entity, attribute) ? "whole" : ""}>
            <hv-field .definition=${this.definition} .attribute=${attribute} .typed=${editing.typed(attribute.name)} .words=${this.#words}
              .meanwhile=${editing.meanwhile(attribute.name)} .problems=${problems.get(attribute.name) ?? []}
              ?canMake=${!this.embedded}></hv-field>
          </div>`,
        )}
      </div>
      ${children.map(
        (
          within,
        ) => html`<hv-inline-rows data-test="inline-${within.inline.entity.name}" .definition=${this.definition} .within=${within} ?judged=${this.judged}
          ?table=${this.roomy} .revision=${this.#revision} .make=${() => childOf(this.#kind, within.inline, null)}></hv-inline-rows>`,
      )}
      ${
        fixed.length && editing.row
          ? html`<section class="fixed">
              <h2>${f("notChangedHere")}</h2>
              <dl class="facts">
                ${fixed.map((attribute) => html`<div><dt>${capitalize(attribute.label)}</dt><dd dir="auto">${valueTemplate(editing.row?.[attribute.name], attribute)}</dd></div>`)}
              </dl>
            </section>`
          : nothing
      }
    </form>`;
  }

  #notices(filling: Filling, problems: Map<string, string[]>) {
    const { failure, judged } = this;
    const { change } = this.#refusal;
    return html`
      ${restoredNotice(this.#drafting.restored, () => this.#startOver())}
      ${change?.state === "conflict" && !filling.editing.isNew ? conflictNotice(change.change) : nothing}
      ${this.#isGone ? goneNotice() : nothing}
      ${errorSummary(
        { filling, problems, failure, judged, isRefused: change !== null },
        (name) => focusField(this.renderRoot, name),
        () => focusWithin(this.renderRoot),
      )}
    `;
  }

  #end(filling: Filling) {
    const dirty = isDirty(filling);
    const { kept } = this.#drafting;
    return html`<div class="end">
      ${
        dirty
          ? html`<button class="button quiet" type="button" data-test="form-discard" @click=${this.#discard}>${f("discard")}</button>`
          : html`<button class="button quiet" type="button" data-test="form-cancel" @click=${this.#close}>${t("cancel")}</button>`
      }
      <span class="kept" role="status" data-test="draft-kept" data-kept=${String(kept)}>${!dirty ? nothing : kept === "failed" ? f("draftFailed") : kept ? f("draftHere") : nothing}</span>
      <button class="button primary" type="button" data-test="save" aria-disabled=${this.busy} @click=${this.#save}>
        ${this.busy ? f("saving") : this.#isGone ? f("saveAsNew") : f("save")}
      </button>
    </div>`;
  }

  #missing() {
    return html`<div class="missing" data-test="not-on-device">
      <h2>${t("notOnDevice")}</h2>
      <p class="muted">${t("notOnDeviceHint", { name: this.entity.label })}</p>
    </div>`;
  }

  /** The record is no more: on the server, or since the form was opened. */
  get #isGone(): boolean {
    return this.#gone || this.#lost || this.#refusal.change?.state === "gone";
  }

  get #heading(): string {
    return f(this.key === null ? "newOf" : "editOf", { name: this.entity.label });
  }

  get #subtitle() {
    const row = this.filling?.editing.row;
    return row ? html`<small dir="auto">${recordTitle(this.entity, row, format())}</small>` : nothing;
  }

  /** Where the form lies over: the record, or its list. */
  get #behind(): string {
    const { key, entity } = this;
    const view = { search: "", order: "", filters: {} };
    return addressOf(
      key === null ? { screen: "list", entity: entity.name, view } : { screen: "detail", entity: entity.name, key },
    );
  }

  /** The form's own address. */
  get #path(): string {
    const { key, entity, preset } = this;
    return addressOf(
      key === null
        ? { screen: "new", entity: entity.name, values: preset }
        : { screen: "edit", entity: entity.name, key },
    );
  }

  /** What its fields are made by. */
  get #kind() {
    return { definition: this.definition, words: this.#words };
  }

  /** What is said of each of the record's own fields: of what is wrong, once somebody has been there. */
  #problems({ editing }: Filling): Map<string, string[]> {
    return problemsOf(editing, (name) => this.judged || this.#left.has(name));
  }

  #reset(): void {
    this.judged = false;
    this.busy = false;
    this.failure = [];
    this.#refusal = NONE_REFUSED;
    this.#gone = false;
    this.#lost = false;
    this.#left.clear();
  }

  /** Reads the record and its draft again. */
  reload(): Promise<void> {
    this.#loaded = this.#load();
    return this.#loaded;
  }

  async #load(): Promise<void> {
    const reading = ++this.#reading;
    this.#drafting.reset();
    this.#reset();
    this.filling = undefined;
    const { entity, key, preset, embedded } = this;
    const path = embedded ? null : this.#path;
    const keep = () => this.#keep();
    const opened = await openRecord({ ...this.#kind, entity, key, preset, isAlone: embedded, keep });
    if (reading !== this.#reading) return;
    if (opened === null) {
      this.filling = null;
      return;
    }
    this.#refusal = opened.refusal;
    this.failure = opened.refusal.failure;
    this.#lost = opened.isLost;
    this.#drafting.begin(opened, path);
    this.filling = opened.filling;
  }

  /** The definition is another one: what was typed is carried over to the fields that there are now (L5). */
  async #rebuild(): Promise<void> {
    await this.#drafting.setAside();
    await this.#load();
  }

  #keep(): Keeping | null {
    const { user } = this.state;
    if (user === null) return null;
    const preset = Object.keys(this.preset).length && !this.embedded ? JSON.stringify(this.preset) : "";
    const record = this.key ?? (this.embedded ? "new/within" : `new/${preset}`);
    return new Keeping(user.key, this.entity.name, record, this.#drafting.told);
  }

  /** The record changed under the form. */
  async #follow(): Promise<void> {
    const { filling, entity, key } = this;
    if (!filling || key === null || this.#lost || this.#drafting.isOver || this.busy) return;
    const row = await readRecord(entity, filling.key ?? parseKey(entity, key));
    if (filling !== this.filling || this.#drafting.isOver) return;
    this.#gone = row === null;
    if (row !== null) await followRecord(filling, row, this.#kind);
    this.#refresh();
  }

  #typed(event: CustomEvent<TypedDetail>): void {
    const { filling } = this;
    if (!filling) return;
    const { name, typed, row } = event.detail;
    const { editing } = filling;
    editing.set(name, typed);
    const relation = editing.attribute(name)?.relation;
    const related = relation && findEntity(this.definition, relation);
    if (related && row) editing.bring(name, related.attributes, row);
    this.#edited();
  }

  #edited(): void {
    if (!this.filling) return;
    this.#drafting.edited(this.filling);
    this.#refresh();
  }

  #fieldLeft(event: CustomEvent<string>): void {
    // Who passes through an empty field is not told off for it.
    if (this.filling?.editing.isTyped(event.detail)) this.#left.add(event.detail);
    this.#refresh();
  }

  #takenBack(event: CustomEvent<string>): void {
    this.filling?.editing.takeBack(event.detail);
    this.#edited();
  }

  #refresh(): void {
    this.#revision += 1;
    this.requestUpdate();
  }

  #submitted(event: Event): void {
    event.preventDefault();
    void this.#save();
  }

  /** Escape leaves, keeping what was typed; with Ctrl or Cmd, Enter saves from anywhere. */
  #keyed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      void this.#save();
    } else if (event.key === "Escape" && !this.embedded && !this.#nested.isOpen) {
      event.preventDefault();
      this.#close();
    }
  }

  #save = async (): Promise<void> => {
    const { filling, entity } = this;
    if (!filling || this.busy) return;
    this.judged = true;
    this.failure = [];
    if (isInvalid(filling)) return this.#showWrong();
    const { change } = this.#refusal;
    const placed = placedOf(filling, this.#refusal, this.#gone);
    this.busy = true;
    try {
      const { result: key, undo } = await withUndo(() => save(filling, placed, change));
      await this.#drafting.finish();
      const isChanged = placed.length > 0 || change?.state === "gone";
      note({ text: f(isChanged ? savedText(entity, change, this.state) : "nothingChanged"), ...undo });
      const detail: Saved = { entity: entity.name, key, isNew: filling.editing.isNew || this.#gone };
      this.dispatchEvent(new CustomEvent("hv-saved", { detail, bubbles: true, composed: true }));
    } catch (error) {
      this.failure = failureOf(error, placed);
      await this.#showWrong();
    } finally {
      this.busy = false;
    }
  };

  /** To the first field that something is wrong with. */
  async #showWrong(): Promise<void> {
    this.#refresh();
    await this.updateComplete;
    await focusWrong(this.renderRoot);
  }

  #startOver(): void {
    if (!this.filling) return;
    this.#drafting.giveUp(this.filling);
    void this.reload();
  }

  #discard(): void {
    if (this.filling) this.#drafting.giveUp(this.filling);
    this.#close();
  }

  #close = (): void => {
    const type = this.embedded ? "hv-close" : "hv-back";
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  };
}

customElements.define("hv-form", Form);
