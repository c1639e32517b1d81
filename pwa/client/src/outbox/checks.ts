import type { AttributeDefinition, EntityDefinition, Row, WireValue } from "../api";
import { _, translate } from "../language";
import { defaultOf } from "../protocol/defaults";
import { InvalidValues } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { isEmpty, problemOf } from "../protocol/values";
import { keysIn } from "./book";
import { isLocalKey } from "./types"; /** Whether a record can have values that somebody gives it. */

/** What is wrong, by input. */
export class Problems {
  private readonly found: Record<string, string[]> = {};

  /** `at`: in front of the names of attributes. */
  add(problems: Iterable<[name: string, problem: string]>, at = ""): void {
    for (const [name, problem] of problems) this.found[at + name] = [problem];
  }

  /** @throws InvalidValues */
  check(): void {
    if (Object.keys(this.found).length > 0) throw new InvalidValues(this.found);
  }
}

/** What is wrong, by attribute; of a record that is new also what is missing. */
export function* problemsOf(entity: EntityDefinition, values: Row, isNew: boolean): Generator<[string, string]> {
  const known = new Map(entity.attributes.map((attribute) => [attribute.name, attribute]));
  const isLocal = entity.pattern === LOCAL;
  for (const [name, value] of Object.entries(values)) {
    const attribute = known.get(name);
    if (attribute === undefined) yield [name, translate(_("There is no such attribute."))];
    else if (!isLocal && !attribute.editable) yield [name, translate(_("This cannot be changed."))];
    else {
      const problem = problemWith(attribute, value);
      if (problem !== null) yield [name, problem];
    }
  }
  for (const attribute of isNew ? entity.attributes : []) {
    if (attribute.name in values || (!isLocal && !attribute.editable)) continue;
    if (isLocal ? !hasDefault(attribute) : attribute.required && !isBegun(attribute))
      yield [attribute.name, translate(_("Enter a value."))];
  }
}

function problemWith(attribute: AttributeDefinition, value: WireValue): string | null {
  if (attribute.required && isEmpty(value)) return translate(_("Enter a value."));
  // Records that were made here have no other key yet.
  if (attribute.relation !== undefined && !attribute.many && isLocalKey(value)) return null;
  if (!attribute.many) return problemOf(attribute, value);
  if (!Array.isArray(value)) return translate(_("Choose any number of records."));
  const { required: _required, ...one } = attribute;
  const problems = keysIn(value).map((key) => (isLocalKey(key) ? null : problemOf(one, key)));
  if (keysIn(value).length < value.length) return translate(_("Choose any number of records."));
  return problems.find((problem) => problem !== null) ?? null;
}

/** Whether a new record has a value from the start that fits. */
function isBegun(attribute: AttributeDefinition): boolean {
  return attribute.default_now === true || (attribute.default !== undefined && !isEmpty(attribute.default));
}

/** Whether a new record is sent with its default: what only stands for nothing is not. */
export function isDefaultSent(attribute: AttributeDefinition | undefined): boolean {
  return attribute !== undefined && ("default" in attribute || attribute.default_now === true);
}

export function hasDefault(attribute: AttributeDefinition): boolean {
  return "default" in attribute || attribute.default_now === true || attribute.null || (attribute.many ?? false);
}

/** What a new record has where nothing is given; `now` by the device's clock. */
export function defaultsOf(entity: EntityDefinition, now: Date): Row {
  const none = ({ many }: AttributeDefinition): WireValue => (many ? [] : null);
  const value = (one: AttributeDefinition) => defaultOf(one, now) ?? none(one);
  return Object.fromEntries(entity.attributes.filter(hasDefault).map((one) => [one.name, value(one)]));
}
