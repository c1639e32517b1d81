/** Which record is which, whatever key it has: a restored server may give a key to another one. */

import type { Row } from "../api";
import type { Record_ } from "./office";

/** What nobody changes of a record once it is made. */
const LASTING: Record<string, string> = {
  LocalCustomer: "company_name",
  LocalOrder: "ship_country",
  LocalStockCount: "counted",
};
/** Those of records that were there at first are no more than this, which keep their keys whatever is restored. */
export const FIRST_OWN = 1000;

export function identityOf(entity: string, row: Row): string {
  const value = row[LASTING[entity] ?? ""];
  const isOwn =
    typeof value === "number" ? value >= FIRST_OWN : typeof value === "string" && /^(Company |I-|office)/.test(value);
  return isOwn ? String(value) : `#${row.id}`;
}

/** What people meant: none of it may reach another record, unless they said so with that record before their eyes. */
export class Meant {
  /** Records by what was typed into them. */
  private readonly texts = new Map<string, string>();
  /** Orders by the price of a line in them, customers by the order of theirs. */
  private readonly owners = new Map<string, Set<string>>();
  private readonly free = new Set<string>();
  /** By device, what was meant there. */
  private readonly by = new Map<string, string[]>();

  typed(text: string, record: string, device: string): void {
    this.texts.set(text, record);
    this.note(device, text);
  }

  /** A record may belong to this one, from now on. */
  belongs(record: string, owner: string, device: string): void {
    // Of what was there at first, and of the office's, it is not known what it belonged to.
    if (!/^(I-|price )/.test(record)) return;
    this.owners.set(record, (this.owners.get(record) ?? new Set()).add(owner));
    this.note(device, record);
  }

  /** The device cannot know that the server was set back (decision 0030): nothing is said of what it meant before. */
  forgive(device: string): void {
    this.anywhere(...(this.by.get(device) ?? []));
  }

  /** The person has seen what is there now, and wants these all the same. */
  anywhere(...names: unknown[]): void {
    for (const name of names) this.free.add(String(name));
  }

  private note(device: string, name: string): void {
    this.by.set(device, [...(this.by.get(device) ?? []), name]);
  }

  /** Sentences about what is in another record than it was meant for. */
  wrong(table: readonly Record_[]): string[] {
    const records = new Map(
      table.map(({ entity, key, values }) => [`${entity} ${key}`, { id: key, ...values } as Row]),
    );
    const named = (entity: string, key: unknown) => identityOf(entity, records.get(`${entity} ${key}`) ?? {});
    const failures: string[] = [];
    for (const { entity, key, values } of table) {
      const record = named(entity, key);
      for (const value of Object.values(values)) {
        const meant = this.texts.get(String(value));
        if (meant === undefined || meant === record || this.free.has(String(value))) continue;
        // One that was there at first, and was made anew: keys of such are never given to others.
        if (meant.startsWith("#") && record.startsWith("#")) continue;
        failures.push(`R: ${value} was meant for ${meant}, and is in ${record} (${entity} ${key})`);
      }
      const [own, owner] =
        entity === "LocalOrder"
          ? [record, named("LocalCustomer", values.customer)]
          : [`price ${values.unit_price}`, named("LocalOrder", values.order)];
      const owners = this.owners.get(own);
      if (owners === undefined || owners.has(owner) || this.free.has(own)) continue;
      failures.push(`R: ${own} belongs to ${[...owners].join(" or ")}, and is in ${owner} (${entity} ${key})`);
    }
    return failures;
  }
}
