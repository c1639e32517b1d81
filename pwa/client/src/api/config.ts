/** What the shell page brings along. */

/** What the shell page says about the app before anything was synced. */
export interface AppConfig {
  app: string;
  title: string;
  description: string;
  anonymous: boolean;
  /** Address of the app, with a slash at the end: `/apps/catalog/`. */
  base: string;
  /** Address of its sync API, with a slash at the end: `/api/sync/catalog/`. */
  api: string;
  /** Address of its own `onSync` module; `null` where there is none. */
  on_sync?: string | null;
  /** Addresses of modules with the app's own screens, by entity's name and screen; what is generated is absent. */
  screens?: Record<string, { list?: string; detail?: string }>;
  /** Of screens, labels and messages: `de`, `pt-br`. */
  language: string;
  /** Texts that are not as they are in English; `null` where there are none. */
  texts?: Catalogue | null;
}

/** Translations of one language. */
export interface Catalogue {
  /** Which plural form some numbers get: at least one of each of the language's plural categories. */
  plurals: [count: number, form: number][];
  /** By the English text (after its context and U+0004, where it has one): a text, or the forms of a plural. */
  messages: Record<string, string | string[]>;
}
