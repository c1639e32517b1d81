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
  status: "Device",
  wantsAttention: "wants attention",
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

  promiseOnce: "Download the data once to this device.",
  promiseOffline: "Then everything here works without a connection.",
  promiseChanges: "Changes arrive whenever there is one.",
  firstRunOffline: "You are offline. Connect to a network once; the download can start as soon as you are online.",
  downloadWaits: "The connection is gone. The download goes on by itself when you are online; what arrived stays.",
  downloadStay: "Keep this app open until the download is complete.",
  bytesOf: "{done} of {total}",
  remainingMoment: "A moment left",
  remainingSeconds: { one: "About {number} second left", other: "About {number} seconds left" },
  remainingMinutes: { one: "About {number} minute left", other: "About {number} minutes left" },
  lookAround: "Look around already",
  stillDownloading: "Still downloading. What has arrived can be used.",
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
  orderTextUp: "{name}: A to Z",
  orderTextDown: "{name}: Z to A",
  orderNumberUp: "{name}: lowest first",
  orderNumberDown: "{name}: highest first",
  orderDateUp: "{name}: earliest first",
  orderDateDown: "{name}: latest first",
  orderNoFirst: "{name}: no first",
  orderYesFirst: "{name}: yes first",
  filters: "Filters",
  filtersActive: { one: "Filters, {count} active", other: "Filters, {count} active" },
  activeFilters: "Active filters",
  filterValue: "{name}: {value}",
  removeFilter: "Remove filter {text}",
  clearFilters: "Clear filters",
  andMore: { one: "{text} and {count} more", other: "{text} and {count} more" },
  noValue: "None",
  noValues: "No values",
  from: "From",
  to: "To",
  fromOf: "{name} from",
  toOf: "{name} to",
  between: "{from} – {to}",
  atLeast: "from {from}",
  atMost: "up to {to}",
  showResults: "Show results",
  showCount: "Show {number} {name}",
  all: "All",
  nodeCount: "{name}, {number}",
  asTree: "Show as a tree",
  asList: "Show as a list",
  placeOf: "{number} of {total}",
  partOf: "{number} of {total}",
  results: "{number} {name}",
  resultsOf: "{number} of {total} {name}",
  emptyEntity: "No {name} on this device",
  emptyEntityHint: "Once there are some for you, the next sync brings them.",
  emptyMatch: "Nothing matches",
  emptyMatchHint: "Try fewer or other words.",
  emptyFilterHint: "Take away a filter to see more.",
  emptyBothHint: "Try other words, or take away a filter.",
  screenFailed: "This app's own screen could not be loaded. This is the usual one.",
  loadFailed: "These records could not be read from this device.",
  loadingRow: "Loading",

  notOnDevice: "Not on this device",
  notOnDeviceHint: "This {name} was removed, is not meant for you, or has not been downloaded yet.",
  record: "Record",
  closeRecord: "Close this record",
  previous: "Previous record",
  next: "Next record",
  share: "Share",
  copyLink: "Copy link",
  linkCopied: "Link copied.",
  enlarge: "Enlarge picture of {name}",
  recordFacts: "About this record",
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
  picturesNotCounted: "Pictures are not complete: they come with the next sync",
  picturesComplete: "All pictures are here",
  pictures: "Pictures",
  storage: "Storage",
  storageUsed: "{used} used of about {available}",
  storageUnknown: "This browser does not say.",
  storageKept: "Kept until you remove it",
  storageMayGo: "The browser may remove the data when space runs short.",
  storageRefused:
    "The browser did not promise it this time. It is more likely to once the app is installed and in use.",
  protect: "Keep the data",
  picturesKept: { one: "{number} picture · {size}", other: "{number} pictures · {size}" },
  pictureBudget: "Space for pictures",
  budgetAll: "No limit",
  budgetUpTo: "Up to {size}",
  budgetNone: "Keep none",
  offlineReady: "Ready for offline",
  offlineNotReady: "Not ready for offline yet",
  offlineReadyHint: "The app, its data and its pictures are on this device.",
  missingApp: "The app itself is still being kept on this device. Reload the page if this stays.",
  missingData: "Not downloaded yet: {names}.",
  missingAllData: "The data has not been downloaded yet.",
  check: "Check data",
  checking: "Comparing with the server…",
  checkHint: "Compares what is here with the server, and repairs what differs.",
  checkGood: "Everything is as on the server.",
  checkRepaired: "Repaired: {what}.",
  checkFailed: "The data could not be compared: {reason}.",
  checkedAgo: "Checked {ago}.",
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
  installFirst: "On this device the installed app keeps its own data: install it first, then download there.",
  installed: "This is the installed app.",
  installIosShare: "Tap Share in Safari.",
  installIosAdd: "Choose “Add to Home Screen”.",
  installIosOpen: "Open the app from the home screen.",
  installFirefoxMenu: "Open the menu of Firefox.",
  installFirefoxAdd: "Choose “Install” or “Add to Home screen”.",
  updateReady: "A new version is ready",
  updateHint: "It takes a second, and nothing is lost.",
  update: "Update",
  version: "Version",

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
