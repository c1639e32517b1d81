/** What is typed into the form of one record, over the values that it had: what changed, what is wrong with it. */
import type { AttributeDefinition, Row, WireValue } from "../../api";
import { defaultOf } from "../../protocol/defaults";
import type { Separators } from "./numbers";
import { isEmpty, isSame, type Reading, read, show, type Typed } from "./typed";
import { emptyOf, isText } from "./widgets";

/** What is kept of it when the page goes. */
export interface TypedDraft {
  typed: Record<string, Typed>;
  /** The values that were there when it was typed over. */
  begun: Row;
}

export class Editing {
  readonly #attributes: ReadonlyMap<string, AttributeDefinition>;
  /** The values before anything was typed; those that a record has not got are absent. */
  #initial: Row;
  #typed = new Map<string, Typed>();
  /** By attribute, what was there when somebody began to type over it. */
  #begun = new Map<string, WireValue>();
  /** Typed by nobody: brought along by a record that was chosen. */
  #brought = new Set<string>();
  /** What the server said, until something else is typed. */
  #told = new Map<string, string[]>();

  /**
   * @param row the record; `null` for a new one.
   * @param preset what a new one begins with.
   * @param now by the device's clock.
   */
  constructor(
    readonly attributes: readonly AttributeDefinition[],
    readonly row: Row | null,
    readonly words: Separators,
    readonly preset: Row = {},
    now = new Date(),
  ) {
    this.#attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
    this.#initial = row ?? { ...beginnings(attributes, now), ...preset };
  }

  get isNew(): boolean {
    return this.row === null;
  }

  get isDirty(): boolean {
    return this.#typed.size > 0;
  }

  attribute(name: string): AttributeDefinition | undefined {
    return this.#attributes.get(name);
  }

  typed(name: string): Typed {
    const typed = this.#typed.get(name);
    // What was cleared is null.
    return typed === undefined ? this.#shown(name) : typed;
  }

  isTyped(name: string): boolean {
    return this.#typed.has(name);
  }

  set(name: string, typed: Typed): void {
    if (isSame(typed, this.typed(name))) return;
    this.#told.delete(name);
    this.#brought.delete(name);
    if (isSame(typed, this.#shown(name))) {
      this.#typed.delete(name);
      this.#begun.delete(name);
      return;
    }
    if (!this.#typed.has(name)) this.#begun.set(name, this.#initial[name] ?? null);
    this.#typed.set(name, typed);
  }

  /** The value that stands there, or what is wrong with it. */
  read(name: string): Reading {
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return { value: null };
    if (this.#isLeftOut(attribute)) return { value: null };
    const typed = this.#typed.get(name);
    if (typed === undefined && !this.isNew) return { value: this.#initial[name] ?? null };
    // Of a new record everything is judged; what stands there from the start may be what nobody may choose.
    const before = this.#initial[name];
    if (typed === undefined && before !== undefined && !(attribute.required && isEmpty(before)))
      return { value: before };
    return read(attribute, this.typed(name), this.words, typed === undefined ? undefined : before);
  }

  /** The value as far as there is one. */
  value(name: string): WireValue {
    const reading = this.read(name);
    return "value" in reading ? reading.value : null;
  }

  /** What is wrong, by attribute: here; or what the server said of it, where nothing is. */
  problems(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { name } of this.attributes) {
      const reading = this.read(name);
      if ("problem" in reading) found.set(name, [reading.problem]);
    }
    return found;
  }

  /** What is to be saved: of a new record all that has a value. */
  changes(): Row {
    const changes: Row = {};
    for (const attribute of this.attributes) {
      const { name } = attribute;
      const reading = this.read(name);
      if (!("value" in reading) || this.#isLeftOut(attribute)) continue;
      const isChanged = this.isNew || (this.#typed.has(name) && !isSame(reading.value, this.#initial[name] ?? null));
      if (isChanged) changes[name] = reading.value;
    }
    return changes;
  }

  /** All values as they are now, for saving the record as another. */
  whole(): Row {
    return Object.fromEntries(this.attributes.map(({ name }) => [name, this.value(name)]));
  }

  told(name: string): string[] {
    return this.#told.get(name) ?? [];
  }

  tell(fields: Record<string, string[]>): void {
    this.#told = new Map(Object.entries(fields).filter(([name]) => this.#attributes.has(name)));
  }

  get hasTold(): boolean {
    return this.#told.size > 0;
  }

  /** The record as it is now: what was not typed over follows. */
  follow(row: Row): void {
    if (this.isNew) return;
    this.#initial = row;
    for (const [name, typed] of this.#typed) if (isSame(typed, this.#shown(name))) this.#forget(name);
  }

  /** What a field was changed to while it was typed over; `undefined` when it was not. */
  meanwhile(name: string): WireValue | undefined {
    const begun = this.#begun.get(name);
    const now = this.#initial[name] ?? null;
    return this.isNew || begun === undefined || isSame(begun, now) ? undefined : now;
  }

  /** Gives up what was typed for what is there. */
  takeBack(name: string): void {
    this.#told.delete(name);
    this.#forget(name);
  }

  /**
   * What a chosen record brings along: values of attributes of the same name and type, for fields that are empty or
   * that the record chosen before had brought.
   */
  bring(relation: string, related: readonly AttributeDefinition[], row: Row): void {
    for (const attribute of this.attributes) {
      const { name, type } = attribute;
      const twin = related.find((other) => other.name === name);
      const value = row[name];
      if (!twin || twin.type !== type || twin.relation || attribute.relation || name === relation) continue;
      if (!isBrought(attribute) || value === null || value === undefined || value === "") continue;
      if (!this.#brought.has(name) && !isEmpty(this.typed(name))) continue;
      this.set(name, show(attribute, value, this.words));
      this.#brought.add(name);
    }
  }

  draft(): TypedDraft {
    return { typed: Object.fromEntries(this.#typed), begun: Object.fromEntries(this.#begun) };
  }

  restore({ typed, begun }: TypedDraft): void {
    for (const [kept, value] of Object.entries(typed)) {
      const name = this.#nameNow(kept);
      if (name === undefined || isSame(value, this.#shown(name))) continue;
      this.#typed.set(name, value);
      this.#begun.set(name, begun[kept] ?? null);
    }
  }

  /** What an attribute is called now that had a name in an earlier version (L5). */
  #nameNow(name: string): string | undefined {
    if (this.#attributes.has(name)) return name;
    return this.attributes.find(({ was }) => was?.includes(name))?.name;
  }

  /** Of a new record: what the server gives where nobody says anything. */
  #isLeftOut(attribute: AttributeDefinition): boolean {
    if (!this.isNew || attribute.required || attribute.default !== undefined) return false;
    return emptyOf(attribute) === undefined && isEmpty(this.typed(attribute.name));
  }

  #forget(name: string): void {
    this.#typed.delete(name);
    this.#begun.delete(name);
    this.#brought.delete(name);
  }

  #shown(name: string): Typed {
    const attribute = this.#attributes.get(name);
    return attribute === undefined ? null : show(attribute, this.#initial[name], this.words);
  }
}

/** What a new record has before anything is typed. */
function beginnings(attributes: readonly AttributeDefinition[], now: Date): Row {
  const values: Row = {};
  for (const attribute of attributes) {
    const given = defaultOf(attribute, now);
    const value = given ?? (attribute.type === "boolean" && !attribute.null ? false : emptyOf(attribute));
    if (value !== undefined) values[attribute.name] = value;
  }
  return values;
}

/** Long texts are about the record that they are of. */
function isBrought(attribute: AttributeDefinition): boolean {
  return attribute.type !== "text" && attribute.type !== "boolean" && (isText(attribute) || !attribute.many);
}
