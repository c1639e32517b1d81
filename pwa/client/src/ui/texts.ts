/**
 * Every text of the generated screens. `t()` fills `{name}` places and picks the plural form by `count`.
 *
 * English is built in; `setTexts` may lay another language over it, so that translations can come from the server.
 */

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Texts = Record<string, string | Plural>;

const english = {
  loading: "Loading…",
  startFailed: "The data on this device could not be opened.",
  startLate: "Opening the data on this device takes longer than usual.",
  startAgain: "Start again",
  skipToContent: "Skip to content",
  navigation: "Main",
  notices: "Notices",
  more: "More",
  status: "Status",
  close: "Close",
  cancel: "Cancel",
  back: "Back",
  backTo: "Back to {name}",
  yes: "Yes",
  no: "No",
  none: "–",
  tryAgain: "Try again",
  dismiss: "Dismiss",

  signIn: "Sign in",
  signInTo: "Sign in to {app}",
  signInHint: "Signing in needs a connection once. After that the app works without one.",
  signingIn: "Signing in…",
  userName: "User name",
  password: "Password",
  showPassword: "Show password",
  userNameMissing: "Enter your user name.",
  passwordMissing: "Enter your password.",
  errorInvalidCredentials: "User name or password is not right. Check both and try again.",
  errorThrottled: {
    one: "Too many attempts. Try again in {count} second.",
    other: "Too many attempts. Try again in {count} seconds.",
  },
  errorThrottledLater: "Too many attempts. Wait a little and try again.",
  errorSignInOffline: "You are offline. Signing in needs a connection once.",
  sessionExpired: "Sign in to sync again. What is on this device stays usable.",

  firstRunHint:
    "Download the data once to this device. After that everything here works without a connection, and changes arrive whenever there is one.",
  firstRunOffline: "You are offline. Connect to a network once; the download can start as soon as you are online.",
  download: "Download",
  downloading: "Downloading",
  downloadFailed: "The download did not finish",
  downloadResumes: "Nothing is lost: what arrived stays, and the next try goes on from there.",
  phaseConnect: "Connecting…",
  phaseRows: "Receiving {done} of {total} rows",
  phaseApply: "Saving on this device…",
  phaseFiles: "Pictures {done} of {total}",

  search: "Search {name}",
  clearSearch: "Clear search",
  order: "Order",
  orderDefault: "Usual order",
  orderUp: "{name} ↑",
  orderDown: "{name} ↓",
  filterAll: "{name}: all",
  filterValue: "{name}: {value}",
  filterBy: "Filter by {name}",
  clearFilters: "Clear filters",
  filtersOf: "Order and filters",
  results: "{number} {name}",
  resultsOf: "{number} of {total} {name}",
  emptyEntity: "No {name} on this device",
  emptyEntityHint: "Once there are some for you, the next sync brings them.",
  emptyMatch: "Nothing matches",
  emptyMatchHint: "Try fewer or other words.",
  choose: "Choose one from the list to see it here.",
  loadFailed: "These records could not be read from this device.",
  loadingRow: "Loading",

  notOnDevice: "Not on this device",
  notOnDeviceHint: "This {name} was removed, is not meant for you, or has not been downloaded yet.",
  showAll: "Show all {number}",
  pictureOf: "Picture of {name}",
  fileMissing: "not on this device yet",

  sync: "Sync",
  syncNow: "Sync now",
  syncing: "Syncing…",
  syncingPercent: "Syncing {percent}",
  synced: "Synced {ago}",
  neverSynced: "Not synced yet",
  syncFailed: "Sync failed",
  offline: "Offline",
  upToDate: "Up to date",
  lastSynced: "Last synced",
  never: "never",
  network: "Network",
  networkOnline: "Connected",
  networkOffline: "No connection",
  offlineBanner: "You're offline. Showing what is on this device, synced {ago}.",
  offlineBannerNever: "You're offline. Showing what is on this device.",
  rowsUpdated: { one: "{number} row updated", other: "{number} rows updated" },
  syncFailedBecause: "Sync failed: {reason}",
  nextTry: "next try",

  onThisDevice: "On this device",
  rows: { one: "{number} row", other: "{number} rows" },
  notDownloaded: "not downloaded yet",
  picturesMissing: { one: "{number} picture still missing", other: "{number} pictures still missing" },
  picturesNotCounted: "Not complete: they come with the next sync",
  picturesComplete: "All pictures are here",
  pictures: "Pictures",
  storage: "Storage",
  storageUsed: "{used} used of about {available}",
  storageUnknown: "This browser does not say.",
  storageKept: "Kept until you remove it",
  storageMayGo: "The browser may remove it when space runs short",
  protection: "Protection",
  space: "Space",
  about: "About",
  app: "App",
  definitionVersion: "Data definition",
  account: "Account",
  signedInAs: "Signed in as {name}",
  signOut: "Sign out",
  signOutFailed:
    "Your data was removed, but this device could not note that you signed out. Free some space and try again.",
  signOutTitle: "Sign out of this device?",
  signOutText:
    "All data and pictures of {name} are removed from this device. They stay on the server; signing in again downloads them, which needs a connection.",

  install: "Install",
  installTitle: "Install this app",
  installHint: "It gets its own icon, opens without a browser around it, and its data is kept for longer.",
  installIos: "In Safari, tap Share, then “Add to Home Screen”.",
  updateReady: "A new version is ready",
  update: "Update",

  reasonNetwork: "the server cannot be reached",
  reasonServer: "the server has a problem",
  reasonThrottled: "the server asks to wait a little",
  reasonSignIn: "you need to sign in again",
  reasonPermission: "you may not use this app",
  reasonWrongUser: "somebody else is signed in",
  reasonQuota: "there is not enough space on this device",
  reasonTimeout: "the connection is too slow or broke off",
  reasonStranger: "something other than the server answered, perhaps the sign-in page of this network",
  reasonStorage: "the storage of this device cannot be used",
  reasonVersion: "the app and the server do not understand each other; update the app",
} satisfies Texts;

export type TextName = keyof typeof english;

let texts: Texts = english;
let textLocale = "en";
let plurals = new Intl.PluralRules(textLocale);

/** Lays a translation over the English texts; names it lacks stay English. */
export function setTexts(translation: Texts, locale: string): void {
  texts = { ...english, ...translation };
  textLocale = locale;
  plurals = new Intl.PluralRules(locale);
}

/** The text `name` with its places filled; `values.count` picks the plural form and is itself a place. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  const text = texts[name] ?? name;
  const pattern = typeof text === "string" ? text : (text[plurals.select(Number(values.count ?? 0))] ?? text.other);
  return pattern.replace(/\{(\w+)\}/g, (place, key: string) => String(values[key] ?? place));
}

/**
 * The locale for numbers and dates: the reader's regional form of the page's language (British dates on an English
 * page), else the page's language.
 */
export function chooseLocale(page: string, preferred: readonly string[]): string {
  const base = page.split("-")[0];
  return preferred.find((language) => language.split("-")[0] === base) ?? page;
}

/** Labels come as Django writes them, in lower case; headings and names start with a capital. */
export function capitalize(label: string, locale?: string): string {
  const first = label.codePointAt(0);
  if (first === undefined) return label;
  const letter = String.fromCodePoint(first);
  return letter.toLocaleUpperCase(locale) + label.slice(letter.length);
}
