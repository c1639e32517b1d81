/** What records are made of. */

/** A value as it travels and is stored (`docs/protocol.md`, Values). */
export type WireValue = string | number | boolean | null | WireValue[] | { [key: string]: WireValue };

/** One record: values by attribute name. */
export type Row = Record<string, WireValue>;

/** A primary key as it travels. */
export type Key = string | number;
