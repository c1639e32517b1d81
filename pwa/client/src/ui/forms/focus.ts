/** Where the keyboard is in a form: its fields in the order in which they stand, and the first that is wrong. */
import type { Field } from "./field";
import type { InlineRows } from "./inline";

/** Puts it into the field after the one that the event is from; after the last into what saves. */
export function focusNext(root: ParentNode, event: Event): void {
  const fields = fieldsOf(root);
  const at = fields.indexOf(event.composedPath().find((target) => fields.includes(target as Field)) as Field);
  (fields[at + 1] ?? root.querySelector<HTMLElement>('[data-test="save"]'))?.focus();
}

export function focusField(root: ParentNode, name: string): void {
  show(root.querySelector<Field>(`[data-test="field-${name}"]`));
}

/** The first field of the rows within that something is wrong with. */
export function focusWithin(root: ParentNode): void {
  show(wrongWithin(root));
}

/** The first field that something is wrong with; else it is shown what is wrong of no field. */
export async function focusWrong(root: ParentNode): Promise<void> {
  await Promise.all(inlinesOf(root).map((one) => one.updateComplete));
  const own = [...root.querySelectorAll<Field>(".fields hv-field")].find(({ problems }) => problems.length > 0);
  const field = own ?? wrongWithin(root);
  await field?.updateComplete;
  field?.focus();
  (field ?? root.querySelector(".told.bad"))?.scrollIntoView({ block: "center" });
}

function fieldsOf(root: ParentNode): Field[] {
  return [...root.querySelectorAll<Field | InlineRows>("hv-field, hv-inline-rows")].flatMap((part) =>
    part.localName === "hv-field" ? [part as Field] : [...part.renderRoot.querySelectorAll<Field>("hv-field")],
  );
}

function inlinesOf(root: ParentNode): InlineRows[] {
  return [...root.querySelectorAll<InlineRows>("hv-inline-rows")];
}

function wrongWithin(root: ParentNode): Field | null {
  return (
    inlinesOf(root)
      .map((one) => one.firstInvalid())
      .find((one) => one !== null) ?? null
  );
}

function show(field: Field | null): void {
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}
