/** The root of the generated screens: what is on screen follows from the runtime's state and the address. */
import { html, LitElement, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { AppState, Definition, EntityDefinition, SyncProgress, SyncResult } from "../api";
import { adoptState, hasLeft } from "./adopt";
import { appStyles } from "./app.css";
import { Live, Media } from "./data/live";
import { pictures } from "./data/pictures";
import { positions } from "./data/positions";
import { ScreenFocus } from "./focus";
import { format } from "./format";
import type { Saved } from "./forms/saving";
import { loadChanges, loadDevice, loadForms } from "./later";
import { canWrite, hasPreview, knownView, routeEntity } from "./model";
import { Navigator } from "./navigator";
import type { Note } from "./note";
import type { Toast } from "./parts/toast";
import { appLink, emptyView, type ListView, parseRoute, type Route, routePath } from "./router";
import type { List } from "./screens/list";
import { type OwnScreen, ownScreen } from "./screens/own";
import type { Place } from "./screens/rows";
import { base, buttons } from "./styles";
import { needsSomebody, reason, resultText } from "./sync-words";
import { t } from "./texts";
import { pageTitle } from "./title";
import "./parts/later";
import "./parts/nav";
import "./parts/notices";
import "./parts/toast";
import "./screens/detail";
import "./screens/first-run";
import "./screens/list";
import "./screens/sign-in";
import "./screens/starting";

export class App extends LitElement {
  static override properties = {
    state: { state: true },
    progress: { state: true },
    route: { state: true },
    signingIn: { state: true },
    recordTitle: { state: true },
    failed: { state: true },
    place: { state: true },
    peeking: { state: true },
  };
  declare state: AppState | null;
  declare progress: SyncProgress | null;
  declare route: Route;
  /** Signing in again although data is there: the session expired. */
  declare signingIn: boolean;
  declare recordTitle: string;
  /** The store on this device did not open. */
  declare failed: boolean;
  /** Where the open record stands in its list, as far as that is loaded. */
  declare place: Place | null;
  /** Looking around while the first download runs. */
  declare peeking: boolean;

  static override styles = [base, buttons, appStyles];

  #navigator = new Navigator(window.offline.config.base, (cause) => this.#navigated(cause));
  #rail = new Media(this, "(min-width: 600px)");
  #table = new Media(this, "(min-width: 700px)");
  #wide = new Media(this, "(min-width: 900px)");
  #docks = new Media(this, "(min-width: 1100px)");
  #spacious = new Media(this, "(min-width: 1200px)");
  /** The list each tab was left with. */
  #views = new Map<string, ListView>();
  #focus = new ScreenFocus(this);
  #formsAsked = false;
  /** The first download was begun here, and goes on by itself when there is a network again. */
  #downloading = false;

  constructor() {
    super();
    this.state = null;
    this.progress = null;
    this.route = this.#navigator.route;
    this.signingIn = false;
    this.recordTitle = "";
    this.failed = false;
    this.place = null;
    this.peeking = false;
    new Live(this, {
      statechange: (state) => this.#adopt(state),
      networkstatuschange: ({ online }) => {
        if (this.state) this.state = { ...this.state, online };
        if (online && this.#downloading && !this.progress) this.#sync();
      },
      syncstart: ({ context }) => {
        this.progress = { context, phase: "connect", done: 0, total: 0, bytes: 0, totalBytes: 0 };
      },
      syncprogress: (progress) => {
        this.progress = progress;
      },
      synccomplete: (result) => {
        this.#ended();
        this.#downloaded();
        const rows = Object.values(result.received).some(Boolean);
        // What people did not ask for is told only when it changed something.
        if (result.trigger === "manual" || rows || result.pushed) this.#tell(result);
      },
      syncerror: ({ error, trigger }) => {
        this.#ended();
        // Only a cut connection mends itself.
        if (error.code !== "network" && error.code !== "timeout") this.#downloading = false;
        if (trigger === "manual") this.#toast(t("syncFailedBecause", { reason: reason(error) }), true);
      },
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#navigator.connect();
    addEventListener("hv-note", this.#noted);
    addEventListener("hv-open", this.#opened);
    void this.#start();
  }

  override disconnectedCallback(): void {
    this.#navigator.disconnect();
    removeEventListener("hv-note", this.#noted);
    removeEventListener("hv-open", this.#opened);
    super.disconnectedCallback();
  }

  override render() {
    const state = this.#shown;
    if (!state) return html`<hv-starting ?failed=${this.failed}></hv-starting>`;
    return html`<div class="app" @hv-sync=${this.#sync} @hv-signed-in=${() => (this.signingIn = false)}
      @hv-cancel=${() => (this.signingIn = false)}
      @hv-sign-in=${() => (this.signingIn = true)} @hv-view=${this.#viewed} @hv-titled=${this.#titled} @hv-peek=${() => (this.peeking = true)} @hv-back=${this.#back} @hv-saved=${this.#saved} @hv-removed=${this.#back}
      @hv-go=${(event: CustomEvent<Route>) => this.#navigator.go(event.detail)}
      @hv-place=${(event: CustomEvent<Place | null>) => (this.place = event.detail)} @click=${this.#clicked}>
      ${
        state.signInNeeded || this.signingIn
          ? html`<hv-sign-in class="alone" ?cancellable=${!state.signInNeeded} .state=${state}></hv-sign-in>`
          : this.#isFirstRun(state) || !state.definition
            ? html`<hv-first-run class="alone" .state=${state}></hv-first-run>`
            : this.#shell(state, state.definition)
      }
      <hv-toast class=${state.definition && canWrite(state.definition) ? "above" : ""}></hv-toast>
    </div>`;
  }

  #shell(state: AppState, definition: Definition) {
    const { route } = this;
    const entity = routeEntity(definition, route);
    const current = screenPlace(route) ?? entity?.name ?? "";
    // A form on a phone has the whole screen: the keyboard takes half of it.
    const isAlone = isForm(route) && !this.#rail.matches;
    return html`
      <header aria-label=${t("notices")}>
        <a class="skip button primary" href="#main" @click=${this.#skip}>${t("skipToContent")}</a>
        <hv-notices .state=${state}></hv-notices>
      </header>
      <div class="body">
        <hv-nav ?hidden=${isAlone} ?rail=${this.#rail.matches} ?spacious=${this.#spacious.matches} .entities=${definition.entities} current=${current}
          ?attention=${state.lastError !== null && state.online} .pending=${state.pending} ?writes=${canWrite(definition)}></hv-nav>
        <main id="main">
          ${
            route.screen === "status"
              ? html`<hv-later class="screen page" .load=${loadDevice} .shown=${html`<hv-status .state=${state}></hv-status>`}></hv-later>`
              : route.screen === "conflict"
                ? html`<hv-later class="screen page" .load=${loadChanges} .shown=${keyed(route.id, html`<hv-conflict .state=${state} .change=${route.id}></hv-conflict>`)}></hv-later>`
                : route.screen === "changes"
                  ? html`<hv-later class="screen page" .load=${loadChanges} .shown=${html`<hv-changes .state=${state}></hv-changes>`}></hv-later>`
                  : entity
                    ? this.#panes(state, definition, entity)
                    : html`<div class="choose"><h1 tabindex="-1">${t("notOnDevice")}</h1></div>`
          }
        </main>
      </div>
    `;
  }

  // The list stays while a record of it is open, beside it or behind it: going back finds it as it was.
  #panes(state: AppState, definition: Definition, entity: EntityDefinition) {
    const { route } = this;
    const wide = this.#wide.matches;
    const key = route.screen === "detail" || route.screen === "edit" ? route.key : null;
    const isOpen = key !== null || isForm(route);
    const behind = isOpen && !wide;
    const beside = isOpen && wide;
    const view = knownView(entity, this.#view(entity.name));
    return html`<div class="panes ${beside ? "beside" : ""}">
      ${keyed(
        entity.name,
        ownScreen(
          { kind: "list", entity, view, key: null, behind },
          html`<hv-list class=${behind ? "behind" : ""} .inert=${behind} .definition=${definition} .entity=${entity}
            .state=${state} .view=${view} .selected=${key ?? ""}
            ?table=${this.#table.matches && !beside} ?docks=${this.#docks.matches && !beside}></hv-list>`,
        ),
      )}
      ${
        isForm(route)
          ? this.#form(state, definition, entity, route)
          : key !== null
            ? keyed(
                `${entity.name} ${key}`,
                ownScreen(
                  { kind: "detail", entity, view, key, behind: false },
                  html`<hv-detail .definition=${definition} .entity=${entity} .key=${key} .place=${this.place}
                  ?beside=${beside}></hv-detail>`,
                ),
              )
            : nothing
      }
    </div>`;
  }

  #form(state: AppState, definition: Definition, entity: EntityDefinition, route: FormRoute) {
    const key = route.screen === "edit" ? route.key : null;
    const preset = route.screen === "new" ? route.values : {};
    return keyed(
      routePath("", route),
      html`<hv-later class="screen form" .load=${loadForms} .shown=${html`<hv-form .definition=${definition} .entity=${entity} .key=${key} .preset=${preset} .state=${state}></hv-form>`}></hv-later>`,
    );
  }

  override willUpdate(): void {
    const { route, state } = this;
    if (route.screen === "list") this.#views.set(route.entity, route.view);
    document.title = pageTitle(window.offline.config.title, state, route, this.recordTitle);
  }

  /** The state with the progress that was heard of since. */
  get #shown(): AppState | null {
    return this.state && { ...this.state, syncing: this.progress ?? this.state.syncing };
  }

  #isFirstRun(state: AppState): boolean {
    if (state.lastSync) return false;
    if (this.peeking && state.definition && hasPreview(state)) return false;
    return !state.definition || state.syncing !== null || Object.keys(state.entities).length === 0;
  }

  #adopt(state: AppState): void {
    if (hasLeft(this.state, state)) this.#forget();
    // A reload, or "back" from another page, may have brought back an address of somebody who is gone.
    if (!this.#navigator.begin(state.replica)) this.route = this.#navigator.route;
    this.state = adoptState(this.state, state);
    if (!state.syncing) this.progress = null;
    if (state.definition && canWrite(state.definition)) this.#fetchForms();
    // Begun before this page was opened, and cut off: it goes on here.
    if (!state.lastSync && hasPreview(state)) this.#downloading = true;
  }

  /** When there is nothing else to do: they open at once then, also where no service worker keeps them. */
  #fetchForms(): void {
    if (this.#formsAsked) return;
    this.#formsAsked = true;
    const load = () => void loadForms().catch(() => undefined);
    if ("requestIdleCallback" in window) requestIdleCallback(load);
    else setTimeout(load, 2_000);
  }

  async #start(): Promise<void> {
    try {
      await window.offline.ready;
      this.#adopt(await window.offline.state());
    } catch {
      this.failed = true;
    }
  }

  /** Everything is here for the first time: the moment to ask the browser to keep it. */
  #downloaded(): void {
    if (this.#downloading) void window.offline.persist().catch(() => false);
    this.#downloading = false;
    this.peeking = false;
  }

  #ended(): void {
    this.progress = null;
    if (this.state) this.state = { ...this.state, syncing: null };
  }

  #navigated(cause: "push" | "pop"): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!still && document.startViewTransition && document.visibilityState === "visible") {
      const transition = document.startViewTransition(async () => {
        this.#change(cause);
        await this.updateComplete;
      });
      // Skipped by the next one: the screen changes all the same.
      transition.ready.catch(() => undefined);
    } else this.#change(cause);
  }

  #change(cause: "push" | "pop"): void {
    const left = this.route;
    this.route = this.#navigator.route;
    this.place = null;
    this.recordTitle = "";
    const { screen } = this.route;
    const definition = this.state?.definition;
    const list = screen === "list" || screen === "home" ? definition && routeEntity(definition, this.route) : undefined;
    this.#focus.changes(cause, left, list?.name);
    this.requestUpdate();
  }

  /** Links inside the app change the screen instead of loading the page again. */
  #clicked(event: MouseEvent): void {
    const { base } = window.offline.config;
    const link = appLink(event, base);
    if (!link) return;
    event.preventDefault();
    const { tab, back, step } = link.dataset;
    if (back !== undefined) this.#back();
    // A step to the record beside is none in the history: "back" leads to the list.
    else if (step !== undefined) this.#step(parseRoute(base, link));
    else if (tab) this.#openTab(tab);
    else this.#navigator.go(parseRoute(base, link));
  }

  #step(route: Route): void {
    this.#navigator.replace(route);
    this.#change("push");
  }

  #openTab(entity: string): void {
    if (this.route.screen !== "detail" && this.#views.has(entity) && this.#onScreen(entity)) {
      this.renderRoot.querySelector<List>("hv-list")?.scrollToTop();
    }
    this.#navigator.go({ screen: "list", entity, view: this.#view(entity) });
  }

  #view(entity: string): ListView {
    return this.#views.get(entity) ?? emptyView;
  }

  #onScreen(entity: string): boolean {
    return this.renderRoot.querySelector<List>("hv-list")?.entity.name === entity;
  }

  /** Back to where the record was opened from, or to its list when it was opened by its address. */
  #back(): void {
    const { route } = this;
    if (this.#navigator.depth > 0) history.back();
    else if (route.screen === "edit") this.#step({ screen: "detail", entity: route.entity, key: route.key });
    else if (route.screen === "detail" || route.screen === "new") {
      this.#navigator.go({ screen: "list", entity: route.entity, view: this.#view(route.entity) });
    }
  }

  /** On to what was made; after a correction, or where it was made for another record, back to where one came from. */
  #saved(event: CustomEvent<Saved>): void {
    const { entity, key, isNew } = event.detail;
    const { route } = this;
    const isFor = route.screen === "new" && Object.keys(route.values).length > 0;
    if (this.#navigator.depth > 0 && (!isNew || isFor)) history.back();
    else this.#step({ screen: "detail", entity, key: String(key) });
  }

  #viewed(event: CustomEvent<Partial<ListView>>): void {
    const list = event
      .composedPath()
      .find((target) => ["hv-list", "hv-own-screen"].includes((target as Element).localName)) as
      | List
      | OwnScreen
      | undefined;
    if (!list) return;
    const entity = list.entity.name;
    const view = { ...this.#view(entity), ...event.detail };
    this.#views.set(entity, view);
    if (this.route.screen !== "detail") {
      this.#navigator.replace({ screen: "list", entity, view });
      this.route = this.#navigator.route;
    }
    this.requestUpdate();
  }

  #titled(event: CustomEvent<string>): void {
    this.recordTitle = event.detail;
  }

  #sync(): void {
    this.#downloading = this.state !== null && !this.state.lastSync;
    // A rejection is a mistake of the app's declaration; failures of the sync itself come as events.
    window.offline
      .onSync("")
      .catch((error: Error) => this.#toast(t("syncFailedBecause", { reason: error.message }), true));
  }

  /** The person who was here left, in this tab or another: what they searched for and looked at goes too (S2). */
  #forget(): void {
    this.#views.clear();
    positions.clear();
    pictures.clear();
    this.recordTitle = "";
    this.peeking = false;
    this.#downloading = false;
    this.#focus.forget();
    this.#navigator.end();
    this.route = this.#navigator.route;
  }

  #tell(result: SyncResult): void {
    const look = needsSomebody(result) && this.route.screen !== "changes";
    const run = () => this.#navigator.go({ screen: "changes" });
    this.#toast(resultText(result, format()), false, look ? { label: t("show"), run } : undefined);
  }

  #skip(event: Event): void {
    event.preventDefault();
    void this.#focus.move("heading");
  }

  #toast(text: string, failed = false, action?: Note["action"]): void {
    this.renderRoot.querySelector<Toast>("hv-toast")?.show({ text, failed, ...(action && { action }) });
  }

  #noted = (event: Event): void => {
    const { detail } = event as CustomEvent<Note | string>;
    const { text, failed, action }: Note = typeof detail === "string" ? { text: detail } : detail;
    this.#toast(text, failed, action);
  };

  /** A note's way to an address of the app. */
  #opened = (event: Event): void => {
    const address = new URL((event as CustomEvent<string>).detail, location.href);
    this.#navigator.go(parseRoute(window.offline.config.base, address));
  };
}

type FormRoute = Extract<Route, { screen: "edit" | "new" }>;

function isForm(route: Route): route is FormRoute {
  return route.screen === "edit" || route.screen === "new";
}

/** The place of the navigation that a screen belongs to, where it is no entity's. */
function screenPlace({ screen }: Route): string | undefined {
  if (screen === "status") return "status";
  return screen === "changes" || screen === "conflict" ? "changes" : undefined;
}

customElements.define("hv-app", App);
