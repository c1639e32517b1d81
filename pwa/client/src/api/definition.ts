/** What an app carries, as its declarations on the server say it. */
import type { WireValue } from "./values";

export interface Definition {
  app: string;
  title: string;
  description: string;
  anonymous: boolean;
  settings?: { sync?: Partial<SyncSettings> };
  contexts: Record<string, string[]>;
  entities: EntityDefinition[];
}

export interface EntityDefinition {
  name: string;
  label: string;
  label_plural: string;
  /** A sync pattern's word; `local` of an entity that only the device has. */
  pattern: string;
  /** Name of the attribute that holds the primary key; always the first attribute. */
  key: string;
  attributes: AttributeDefinition[];
  list_display: string[];
  search_fields: string[];
  list_filter: string[];
  /** Attribute names, a leading `-` for descending. */
  ordering: string[];
  /** Attributes that hold the record's picture; the first that is not empty wins. */
  pictures: string[];
  /** What stands for the entity, as the `d` of an SVG path of strokes on a 24 × 24 grid; `""` for its initial. */
  icon?: string;
  /** What the person may do with its records; absent of those that nobody writes on a device. */
  writable?: { create: boolean; update: boolean; delete: boolean };
  /** Entities whose records are edited inside of the form of this one, and the attribute by which they point at it. */
  inlines?: { entity: string; relation: string }[];
}

export interface AttributeDefinition {
  name: string;
  label: string;
  type: AttributeType;
  null: boolean;
  /** Digits after the point, for decimals. */
  decimal_places?: number;
  /** Of what devices may write: what values are checked by, and what stands where none was given. */
  max_length?: number;
  min_length?: number;
  max_digits?: number;
  /** Bounds, inclusive, as values of the type travel. */
  min?: WireValue;
  max?: WireValue;
  /**
   * Regular expressions, for the flag `u`, of which the text must contain a match; `message` is what a person is told
   * when it does not. An empty text is not looked at.
   */
  patterns?: { regex: string; message: string; ignore_case?: boolean; inverse?: boolean }[];
  default?: WireValue;
  /** A new record begins with the moment, or the day, at which it is made. */
  default_now?: boolean;
  /** Whether people may change it; absent: not. Of the key: whether they type it for a new record. */
  editable?: boolean;
  /** Whether a form must have a value: an empty text is none. */
  required?: boolean;
  help_text?: string;
  /** Many-to-many: the value is an array of keys of `relation`, in key order. */
  many?: boolean;
  /** Names that it had in earlier versions. */
  was?: string[];
  /** `[value, label]` pairs. */
  choices?: [WireValue, string][];
  /** The local entity that the value is a key of. */
  relation?: string;
}

export type AttributeType =
  | "string"
  | "text"
  | "integer"
  | "decimal"
  | "float"
  | "boolean"
  | "date"
  | "time"
  | "datetime"
  | "duration"
  | "uuid"
  | "json"
  | "email"
  | "url"
  | "file"
  | "picture";

/** When an app syncs by itself, as set in the admin: *Offline Data Sync*. */
export interface SyncSettings {
  on_online: boolean;
  on_resume: boolean;
  on_login: boolean;
  on_start: boolean;
  /** After an edit on the device, as soon as it can be sent. */
  on_change: boolean;
  /** Minutes; 0: never. */
  every: number;
  retry: boolean;
  /** Seconds. */
  retry_interval: number;
  not_on_metered: boolean;
}
