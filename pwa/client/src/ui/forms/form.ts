/** The form of a record: a new one, or one that is there, with those within it. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { AppState, Definition, EntityDefinition, Key, LocalFacts, Row } from "../../api";
import { currentLocale } from "../../language";
import { isLocalKey } from "../../outbox/types";
import { LOCAL } from "../../protocol/patterns";
import { withUndo } from "../changes/undo";
import { Live } from "../data/live";
import { markUnsaved } from "../data/unsaved";
import { format } from "../format";
import { icon } from "../icons";
import { findEntity, keyOf, parseKey, recordTitle, titleAttribute } from "../model";
import { type Note, note } from "../note";
import { dialogs } from "../parts/dialog.css";
import { localFacts } from "../parts/local-mark";
import { valueTemplate } from "../parts/value";
import { routePath } from "../router";
import { base, buttons, cards } from "../styles";
import { capitalize, t } from "../texts";
import { Editing } from "./editing";
import type { Field, TypedDetail } from "./field";
import {
  anewOf,
  type Child,
  type Children,
  type Draft,
  draftOf,
  editsOf,
  type Filling,
  followChildren,
  isDirty,
  leftOut,
  type Placed,
  restoreDraft,
  tellFields,
} from "./filling";
import { formStyles } from "./form.css";
import type { InlineRows } from "./inline";
import { Keeping } from "./keeping";
import { separatorsOf } from "./numbers";
import type { Making } from "./picker";
import { type FormText, f } from "./texts";
import { fixedAttributes, formAttributes, type Inline, inlinesOf, widgetOf } from "./widgets";
import "./field";
import "./inline";

/** Where rows within are a table. */
const ROOMY = 620;

/** `detail` of `hv-saved`. */
export interface Saved {
  entity: string;
  key: Key;
  isNew: boolean;
}

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
    restored: { state: true },
    kept: { state: true },
    making: { state: true },
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
  /** When what was typed earlier was typed; `null` where nothing was. */
  declare restored: string | null;
  /** Whether what is typed now is on the device. */
  declare kept: boolean | "failed" | null;
  /** A related record that is made on the way. */
  declare making: Making | null;
  declare roomy: boolean;

  static override styles = [base, buttons, cards, dialogs, formStyles];

  #words = separatorsOf(currentLocale());
  #keeping: Keeping | null = null;
  #loaded: Promise<void> = Promise.resolve();
  #reading = 0;
  #revision = 0;
  #ids = 0;
  /** Fields that somebody has been in. */
  #left = new Set<string>();
  /** The change that a person's turn it is of, where it is one. */
  #change: LocalFacts | null = null;
  /** Records of the form that the server did not take as they are. */
  #refused: Placed[] = [];
  /** It went while the form was open; or before, and what was typed into it is there. */
  #gone = false;
  #lost = false;
  #over = false;
  #sizes = new ResizeObserver(([entry]) => {
    this.roomy = (entry?.contentRect.width ?? 0) >= ROOMY;
  });

  constructor() {
    super();
    this.preset = {};
    this.embedded = false;
    this.filling = undefined;
    this.#reset();
    this.making = null;
    this.roomy = false;
    new Live(this, {
      statechange: ({ user }) => {
        // The person left, in this tab or another: what they typed goes with them (S2).
        if (this.#keeping && user?.key !== this.#keeping.user) this.#abandon();
      },
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
    this.addEventListener("hv-next", this.#next);
    this.addEventListener("hv-make", (event) => this.#makes(event as CustomEvent<Making>));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#over = false;
    this.#sizes.observe(this);
    addEventListener("pagehide", this.#flush);
    document.addEventListener("visibilitychange", this.#flush);
  }

  override disconnectedCallback(): void {
    this.#sizes.disconnect();
    removeEventListener("pagehide", this.#flush);
    document.removeEventListener("visibilitychange", this.#flush);
    this.#leave();
    super.disconnectedCallback();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const entity = changed.get("entity");
    const isOther = changed.has("key") || (changed.has("entity") && entity?.name !== this.entity.name);
    if (isOther) this.#loaded = this.#load();
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
      ${filling ? this.#end(filling) : nothing}
      ${
        this.making
          ? html`<dialog class="nested" aria-label=${f("newOf", { name: this.making.entity.label })} @cancel=${this.#cancelNested} @close=${this.#closedNested}>
              <hv-form embedded .definition=${this.definition} .entity=${this.making.entity} .key=${null} .state=${this.state}
                .preset=${presetOf(this.making)} @hv-saved=${this.#made} @hv-close=${this.#closedNested}></hv-form>
            </dialog>`
          : nothing
      }
    `;
  }

  #form(filling: Filling) {
    const { editing, children, entity } = filling;
    const fixed = editing.row ? fixedAttributes(this.definition, entity) : [];
    return html`<form novalidate @submit=${this.#submitted} @hv-typed=${this.#typed} @hv-left=${this.#fieldLeft} @hv-take-theirs=${this.#takenBack} @hv-edited=${this.#edited}>
      ${this.#notices(filling)}
      <div class="fields">
        ${editing.attributes.map(
          (attribute) => html`<div class=${this.#isWhole(attribute) ? "whole" : ""}>
            <hv-field .definition=${this.definition} .attribute=${attribute} .typed=${editing.typed(attribute.name)} .words=${this.#words}
              .meanwhile=${editing.meanwhile(attribute.name)} .problems=${this.#problems(editing).get(attribute.name) ?? []}
              ?canMake=${!this.embedded}></hv-field>
          </div>`,
        )}
      </div>
      ${children.map(
        (
          within,
        ) => html`<hv-inline-rows data-test="inline-${within.inline.entity.name}" .definition=${this.definition} .within=${within} ?judged=${this.judged}
          ?table=${this.roomy} .revision=${this.#revision} .make=${() => this.#child(within.inline, null)}></hv-inline-rows>`,
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

  #notices(filling: Filling) {
    const isNew = filling.editing.isNew;
    return html`
      ${
        this.restored
          ? html`<div class="told" role="status" data-test="draft-restored">
              ${icon("pencil")}<span class="text">${f("draftRestored", { ago: format().ago(this.restored, Date.now()) })}</span>
              <button class="button quiet" type="button" data-test="draft-drop" @click=${this.#startOver}>${f("draftDrop")}</button>
            </div>`
          : nothing
      }
      ${
        this.#change?.state === "conflict" && !isNew
          ? html`<div class="told warn" data-test="in-conflict">
              ${icon("alert")}<span class="text">${f("inConflict")}</span>
              <a class="button quiet" href=${routePath(window.offline.config.base, { screen: "conflict", id: this.#change.change })}>${f("compare")}</a>
            </div>`
          : nothing
      }
      ${
        this.#isGone
          ? html`<div class="told warn" role="alert" data-test="form-gone">
              ${icon("alert")}<span class="text"><strong>${f("goneTitle")}</strong>${f("goneHint")}</span>
            </div>`
          : nothing
      }
      ${this.#summary(filling)}
    `;
  }

  /** What is wrong, at the top, with ways to each: read out when it comes. */
  #summary({ editing, children }: Filling) {
    const problems = this.#problems(editing);
    const wrong = editing.attributes.filter(({ name }) => problems.has(name));
    const isTold = editing.hasTold || children.some(({ rows }) => rows.some((row) => row.editing.hasTold));
    const shown = this.judged || isTold ? wrong : [];
    const within = this.judged || isTold ? this.#wrongWithin(children) : 0;
    const count = shown.length + within;
    if (count === 0 && this.failure.length === 0) return nothing;
    return html`<div class="told bad" role="alert" data-test="form-problems">
      ${icon("alert")}
      <div class="text">
        <strong>${this.judged && count ? f("problems", { count }) : isTold || this.#change ? f("refused") : nothing}</strong>
        ${this.failure.map((text) => html`<p>${text}</p>`)}
        <ul>
          ${shown.map(
            (attribute) => html`<li>
              <a href="#${attribute.name}" @click=${(event: Event) => this.#goTo(event, attribute.name)}>${capitalize(attribute.label)}</a>
            </li>`,
          )}
          ${within ? html`<li><a href="#within" @click=${this.#goWithin}>${capitalize(this.#wrongInline(children))}</a></li>` : nothing}
        </ul>
      </div>
    </div>`;
  }

  #end(filling: Filling) {
    const dirty = isDirty(filling);
    const { kept } = this;
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
    return this.#gone || this.#lost || this.#change?.state === "gone";
  }

  get #heading(): string {
    return f(this.key === null ? "newOf" : "editOf", { name: this.entity.label });
  }

  get #subtitle() {
    const row = this.filling?.editing.row;
    if (row) return html`<small dir="auto">${recordTitle(this.entity, row, format())}</small>`;
    return nothing;
  }

  /** Where the form lies over: the record, or its list. */
  get #behind(): string {
    const { key, entity } = this;
    const view = { search: "", order: "", filters: {} };
    const route =
      key === null
        ? ({ screen: "list", entity: entity.name, view } as const)
        : ({ screen: "detail", entity: entity.name, key } as const);
    return routePath(window.offline.config.base, route);
  }

  #isWhole(attribute: Parameters<typeof widgetOf>[1]): boolean {
    const widget = widgetOf(this.definition, attribute);
    if (widget === "line")
      return (
        attribute.type !== "string" || (attribute.max_length ?? 255) > 40 || attribute === titleAttribute(this.entity)
      );
    return (
      widget === "prose" || widget === "json" || widget === "relations" || widget === "duration" || widget === "moment"
    );
  }

  /** What is said of each field: what is wrong here, once somebody has been there; else what the server said. */
  #problems(editing: Editing): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const wrong = editing.problems();
    for (const { name } of editing.attributes) {
      const here = this.judged || this.#left.has(name) ? (wrong.get(name) ?? []) : [];
      const said = here.length ? here : editing.told(name);
      if (said.length) found.set(name, said);
    }
    return found;
  }

  #wrongWithin(children: Children[]): number {
    let count = 0;
    for (const { rows } of children) {
      for (const { editing, removed } of rows) {
        if (removed) continue;
        const wrong = this.judged ? editing.problems() : new Map<string, string[]>();
        count += editing.attributes.filter(({ name }) => wrong.has(name) || editing.told(name).length > 0).length;
      }
    }
    return count;
  }

  #reset(): void {
    this.judged = false;
    this.busy = false;
    this.failure = [];
    this.restored = null;
    this.kept = null;
    this.#change = null;
    this.#refused = [];
    this.#gone = false;
    this.#lost = false;
    this.#left.clear();
  }

  async #load(): Promise<void> {
    const reading = ++this.#reading;
    const { entity, key } = this;
    this.#leave();
    this.#over = false;
    this.#reset();
    this.filling = undefined;
    const row = key === null ? null : await this.#read(entity, parseKey(entity, key));
    const keeping = this.#keep();
    const draft = await this.#findDraft(keeping, row);
    const isLost = key !== null && row === null;
    if (isLost && draft === null) {
      if (reading === this.#reading) this.filling = null;
      return;
    }
    // What was typed into a record that is no more can be saved as another (W6).
    const preset = isLost ? (draft?.draft.begun ?? {}) : this.preset;
    const attributes = formAttributes(this.definition, entity, row === null);
    const editing = new Editing(attributes, row, this.#words, preset);
    const inlines = this.embedded ? [] : inlinesOf(this.definition, entity);
    const children: Children[] = [];
    for (const inline of inlines) {
      const rows = row === null ? [] : await this.#rowsWithin(inline, keyOf(entity, row));
      children.push({ inline, rows: rows.map((one) => this.#child(inline, one)) });
    }
    const filling: Filling = { entity, key: row === null ? null : keyOf(entity, row), editing, children };
    await this.#learn(filling);
    if (reading !== this.#reading) return;
    this.#keeping = keeping;
    this.#lost = isLost;
    if (draft !== null) {
      restoreDraft(filling, draft.draft, (inline) => this.#child(inline, null));
      if (isDirty(filling)) {
        this.restored = draft.at;
        this.kept = true;
      }
    }
    this.filling = filling;
    markUnsaved(this, isDirty(filling));
  }

  /** The definition is another one: what was typed is carried over to the fields that there are now (L5). */
  async #rebuild(): Promise<void> {
    await this.#keeping?.flush();
    this.#over = true;
    await this.#load();
  }

  #keep(): Keeping | null {
    const { user } = this.state;
    if (user === null) return null;
    const preset = Object.keys(this.preset).length && !this.embedded ? JSON.stringify(this.preset) : "";
    const record = this.key ?? (this.embedded ? "new/within" : `new/${preset}`);
    return new Keeping(user.key, this.entity.name, record, (kept) => {
      this.kept = kept;
    });
  }

  /** Also what was typed when a record that was made here had no key of the server yet. */
  async #findDraft(keeping: Keeping | null, row: Row | null) {
    const found = (await keeping?.find()) ?? null;
    if (found !== null || keeping === null || row === null) return found;
    for (const other of await keeping.others()) {
      if (!isLocalKey(other.record)) continue;
      const same = await this.#read(this.entity, other.record);
      if (same === null || keyOf(this.entity, same) !== keyOf(this.entity, row)) continue;
      await keeping.adopt(other).catch(() => undefined);
      return other;
    }
    return null;
  }

  async #read(entity: EntityDefinition, key: Key): Promise<Row | null> {
    // A key that no record can have is as good as one that none has.
    return (await window.offline.entities[entity.name]?.get(key).catch(() => null)) ?? null;
  }

  async #rowsWithin({ entity, relation }: Inline, key: Key): Promise<Row[]> {
    return (await window.offline.entities[entity.name]?.list({ where: { [relation]: key } }).catch(() => [])) ?? [];
  }

  #child({ entity, relation }: Inline, row: Row | null): Child {
    const attributes = formAttributes(this.definition, entity, row === null).filter(({ name }) => name !== relation);
    this.#ids += 1;
    return {
      id: `row-${this.#ids}`,
      key: row === null ? null : keyOf(entity, row),
      editing: new Editing(attributes, row, this.#words),
      removed: false,
    };
  }

  /** What the server said of it, where it did not take it. */
  async #learn({ entity, editing, children }: Filling): Promise<void> {
    const local = localFacts(editing.row);
    this.#change = local && ["rejected", "conflict", "gone"].includes(local.state) ? local : null;
    const rows = [
      { entity, editing },
      ...children.flatMap(({ inline, rows }) => rows.map((row) => ({ entity: inline.entity, editing: row.editing }))),
    ];
    const refused = rows.filter((one) => localFacts(one.editing.row)?.state === "rejected");
    this.#refused = refused.map(({ entity, editing }) => {
      const key = editing.row && keyOf(entity, editing.row);
      return { edit: { entity: entity.name, values: { [entity.key]: key } }, of: editing };
    });
    if (refused.length === 0) return;
    const pending = await window.offline.pending().catch(() => []);
    const failure = new Set<string>();
    for (const one of refused) {
      const change = pending.find(({ id }) => id === localFacts(one.editing.row)?.change);
      const error = change?.error;
      // That another of its group is at fault is said there.
      if (!change || !error || error.code === "group") continue;
      const fields = { ...error.fields };
      for (const [attribute, typed] of leftOut(one.entity, change)) {
        delete fields[attribute.name];
        const value = typed === null || typed === "" ? f("noValueOf") : format().value(typed, attribute);
        failure.add(f("leftOut", { name: capitalize(attribute.label), value }));
      }
      const rest = tellFields([{ edit: { entity: one.entity.name, values: {} }, of: one.editing }], fields);
      for (const text of rest) failure.add(text);
      if (!error.fields || Object.keys(error.fields).length === 0) failure.add(error.message);
    }
    this.failure = [...failure];
  }

  /** The record changed under the form: what was not typed over follows. */
  async #follow(): Promise<void> {
    const { filling, entity, key } = this;
    if (!filling || key === null || this.#lost || this.#over || this.busy) return;
    const row = await this.#read(entity, filling.key ?? parseKey(entity, key));
    if (filling !== this.filling || this.#over) return;
    this.#gone = row === null;
    if (row !== null) {
      filling.editing.follow(row);
      filling.key = keyOf(entity, row);
      for (const within of filling.children) {
        followChildren(within, await this.#rowsWithin(within.inline, filling.key), (one) =>
          this.#child(within.inline, one),
        );
      }
    }
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
    const { filling } = this;
    if (!filling) return;
    const dirty = isDirty(filling);
    this.#keeping?.changed(dirty ? draftOf(filling) : null);
    if (!dirty) this.restored = null;
    markUnsaved(this, dirty);
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
    } else if (event.key === "Escape" && !this.embedded && !this.making) {
      event.preventDefault();
      this.#close();
    }
  }

  #save = async (): Promise<void> => {
    const { filling } = this;
    if (!filling || this.busy) return;
    this.judged = true;
    this.failure = [];
    if (this.#isWrong(filling)) return this.#showWrong();
    const newKey = () => window.offline.newKey();
    const placed = this.#gone ? anewOf(filling, newKey()) : this.#withRefused(editsOf(filling, newKey));
    this.busy = true;
    try {
      const { result: key, undo } = await withUndo(() => this.#write(filling, placed));
      this.#over = true;
      markUnsaved(this, false);
      await this.#keeping?.drop();
      this.#saved(
        { entity: this.entity.name, key, isNew: filling.editing.isNew || this.#gone },
        placed.length > 0 || this.#change?.state === "gone",
        undo,
      );
    } catch (error) {
      await this.#failed(error, placed);
    } finally {
      this.busy = false;
    }
  };

  /** Who saves what was refused wants it sent again: also those records of the form that nothing was typed into. */
  #withRefused(placed: Placed[]): Placed[] {
    const others = this.#refused.filter(({ of }) => !placed.some((one) => one.of === of));
    return [...placed, ...others];
  }

  async #write(filling: Filling, placed: Placed[]): Promise<Key> {
    const { entity, key } = filling;
    const [first] = placed;
    if (first === undefined) {
      // Nothing to correct: it is to be tried as it is.
      if (this.#change && this.#change.state === "gone") await window.offline.resend([this.#change.change]);
      return key as Key;
    }
    if (placed.length > 1) {
      const keys = await window.offline.saveTogether(placed.map(({ edit }) => edit));
      return first.of === filling.editing ? (keys[0] as Key) : (key as Key);
    }
    const { edit } = first;
    const api = window.offline.entities[edit.entity];
    if (api === undefined) throw new Error(edit.entity);
    if ("delete" in edit) {
      await api.delete(edit.delete);
      return key as Key;
    }
    const made = await api.createOrUpdate(edit.values);
    return edit.entity === entity.name && first.of === filling.editing ? made : (key as Key);
  }

  #saved(detail: Saved, isChanged: boolean, undo: Pick<Note, "action">): void {
    note({ text: f(isChanged ? this.#stands : "nothingChanged"), ...undo });
    this.dispatchEvent(new CustomEvent("hv-saved", { detail, bubbles: true, composed: true }));
  }

  /** What is said of what was saved: where it is, and when it goes on. */
  get #stands(): FormText {
    const { online, sessionExpired } = this.state;
    if (this.entity.pattern === LOCAL) return "savedLocal";
    if (this.#change?.state === "conflict") return "savedConflict";
    if (!online) return "savedOffline";
    return sessionExpired ? "savedSignIn" : "savedOnline";
  }

  async #failed(error: unknown, placed: Placed[]): Promise<void> {
    const { code, fields, message } = error as { code?: string; fields?: Record<string, string[]>; message?: string };
    const isInvalid = code === "invalid_values" && fields !== undefined;
    this.failure = isInvalid
      ? tellFields(placed, fields)
      : code === "quota"
        ? [`${t("quotaTitle")}.`, t("quotaHint")]
        : [f("saveFailed", { reason: message ?? "" }), f("saveFailedHint")];
    await this.#showWrong();
  }

  #isWrong({ editing, children }: Filling): boolean {
    if (editing.problems().size > 0) return true;
    return children.some(({ rows }) => rows.some((row) => !row.removed && row.editing.problems().size > 0));
  }

  /** To the first field that something is wrong with. */
  async #showWrong(): Promise<void> {
    this.#refresh();
    await this.updateComplete;
    const inlines = [...this.renderRoot.querySelectorAll<InlineRows>("hv-inline-rows")];
    await Promise.all(inlines.map((one) => one.updateComplete));
    const fields = [...this.renderRoot.querySelectorAll<Field>(".fields hv-field")];
    const own = fields.find(({ problems }) => problems.length > 0);
    const field = own ?? inlines.map((one) => one.firstInvalid()).find((one) => one !== null);
    await field?.updateComplete;
    field?.focus();
    (field ?? this.renderRoot.querySelector(".told.bad"))?.scrollIntoView({ block: "center" });
  }

  /** All fields in the order in which they stand. */
  get #fields(): Field[] {
    return [...this.renderRoot.querySelectorAll<Field | InlineRows>("hv-field, hv-inline-rows")].flatMap((part) =>
      part.localName === "hv-field" ? [part as Field] : [...part.renderRoot.querySelectorAll<Field>("hv-field")],
    );
  }

  #next = (event: Event): void => {
    event.stopPropagation();
    const fields = this.#fields;
    const at = fields.indexOf(event.composedPath().find((target) => fields.includes(target as Field)) as Field);
    const next = fields[at + 1] ?? this.renderRoot.querySelector<HTMLElement>('[data-test="save"]');
    next?.focus();
  };

  #goTo(event: Event, name: string): void {
    event.preventDefault();
    const field = this.renderRoot.querySelector<Field>(`[data-test="field-${name}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.focus();
  }

  #goWithin(event: Event): void {
    event.preventDefault();
    const inlines = [...this.renderRoot.querySelectorAll<InlineRows>("hv-inline-rows")];
    const field = inlines.map((one) => one.firstInvalid()).find((one) => one !== null);
    field?.scrollIntoView({ block: "center" });
    field?.focus();
  }

  #wrongInline(children: Children[]): string {
    return children.find((within) => this.#wrongWithin([within]) > 0)?.inline.entity.label_plural ?? "";
  }

  /** Another form for a record that is to be chosen here. */
  #makes(event: CustomEvent<Making>): void {
    event.stopPropagation();
    if (this.embedded) return;
    this.making = event.detail;
    void this.updateComplete.then(async () => {
      const dialog = this.renderRoot.querySelector<HTMLDialogElement>("dialog.nested");
      dialog?.showModal();
      const form = dialog?.querySelector("hv-form") as Form | null | undefined;
      await form?.updateComplete;
      form?.renderRoot.querySelector<Field>("hv-field")?.focus();
    });
  }

  #made(event: CustomEvent<Saved>): void {
    event.stopPropagation();
    const { making } = this;
    this.making = null;
    making?.made(event.detail.key);
  }

  /** Escape in the sheet is the sheet's. */
  #cancelNested(event: Event): void {
    event.stopPropagation();
  }

  #closedNested(event: Event): void {
    event.stopPropagation();
    this.making = null;
  }

  #startOver(): void {
    const { filling } = this;
    if (!filling) return;
    this.#dropTyped(filling);
    void this.#reload();
  }

  #discard(): void {
    const { filling } = this;
    if (filling) this.#dropTyped(filling);
    this.#close();
  }

  /** Given up, but not gone before there was a chance to take it back. */
  #dropTyped(filling: Filling): void {
    const draft = draftOf(filling);
    const keeping = this.#keeping;
    this.#over = true;
    markUnsaved(this, false);
    void keeping?.drop();
    const path = this.embedded ? null : this.#path;
    note({ text: f("discarded"), action: { label: f("undo"), run: () => this.#bringBack(keeping, draft, path) } });
  }

  async #bringBack(keeping: Keeping | null, draft: Draft, path: string | null): Promise<void> {
    await keeping?.restore(draft);
    if (path === null) return;
    if (this.isConnected) await this.#reload();
    else open(path);
  }

  async #reload(): Promise<void> {
    this.#over = true;
    this.#loaded = this.#load();
    await this.#loaded;
  }

  #close = (): void => {
    const type = this.embedded ? "hv-close" : "hv-back";
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  };

  /** It is left with what was typed in it: that is kept, and said. */
  #leave(): void {
    const { filling } = this;
    markUnsaved(this, false);
    if (!filling || this.#over || !isDirty(filling)) return;
    this.#over = true;
    void this.#keeping?.flush();
    const path = this.#path;
    note({
      text: f("draftKept"),
      ...(!this.embedded && {
        action: { label: f("draftGoOn"), run: () => open(path) },
      }),
    });
  }

  #abandon(): void {
    this.#over = true;
    this.#keeping?.stop();
    markUnsaved(this, false);
  }

  /** The form's own address. */
  get #path(): string {
    const { key, entity, preset } = this;
    const route =
      key === null
        ? ({ screen: "new", entity: entity.name, values: preset } as const)
        : ({ screen: "edit", entity: entity.name, key } as const);
    return routePath(window.offline.config.base, route);
  }

  #flush = (): void => void this.#keeping?.flush();
}

/** Goes to an address of the app. */
function open(path: string): void {
  dispatchEvent(new CustomEvent("hv-open", { detail: path }));
}

/** What was searched for may be what the new one is called. */
function presetOf({ entity, text }: Making): Row {
  const named = titleAttribute(entity);
  return text && named?.editable && named.type === "string" && !named.choices ? { [named.name]: text } : {};
}

customElements.define("hv-form", Form);
