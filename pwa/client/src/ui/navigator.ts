/** The app's place in the browser's history. One instance; the root element owns it. */
import { parseRoute, type Route, routePath } from "./router";

/** What an entry of the history carries. */
interface Entry {
  /** How many entries of this visit lie behind it. */
  depth: number;
  /** Whose visit it belongs to: the replica of the person's database. */
  visit: string | null;
}

/** The parts of `window` that are used. */
export interface Browser {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly history: Pick<History, "state" | "pushState" | "replaceState">;
  addEventListener(type: "popstate", listener: () => void): void;
  removeEventListener(type: "popstate", listener: () => void): void;
}

export class Navigator {
  route: Route;
  /** How many entries of this visit lie behind the current one: whether "back" stays in the app. */
  depth: number;
  /** `undefined` until it is known who is here. */
  #visit: string | null | undefined;

  constructor(
    readonly base: string,
    readonly changed: (cause: "push" | "pop") => void,
    readonly browser: Browser = window,
  ) {
    this.route = parseRoute(base, browser.location);
    this.depth = this.#entry.depth;
  }

  connect(): void {
    this.browser.addEventListener("popstate", this.#popped);
  }

  disconnect(): void {
    this.browser.removeEventListener("popstate", this.#popped);
  }

  /**
   * Who is here: nobody with `null`. The addresses they visit are theirs from now on. Returns false when the current
   * one was somebody else's; it is home then (S2).
   */
  begin(visit: string | null): boolean {
    if (this.#visit === visit) return true;
    const first = this.#visit === undefined;
    this.#visit = visit;
    // What the same page showed before its database was made is this visit's too.
    const ours = !first || this.#isOurs(this.#entry.visit);
    this.replace(ours ? this.route : { screen: "home" });
    return ours;
  }

  /** The visit is over: what was visited in it is nobody's any more. */
  end(): void {
    this.depth = 0;
    this.#visit = null;
    this.replace({ screen: "home" });
  }

  go(route: Route): void {
    const path = routePath(this.base, route);
    const { pathname, search } = this.browser.location;
    if (path !== pathname + search) {
      this.depth += 1;
      this.browser.history.pushState(this.#stamp, "", path);
      this.route = route;
    }
    this.changed("push");
  }

  /** Rewrites the current address, for changes that are no step of their own. */
  replace(route: Route): void {
    this.browser.history.replaceState(this.#stamp, "", routePath(this.base, route));
    this.route = route;
  }

  #popped = (): void => {
    const { depth, visit } = this.#entry;
    this.depth = depth;
    this.route = parseRoute(this.base, this.browser.location);
    // What an earlier person searched for and looked at stays behind their sign-out, also under "back".
    if (!this.#isOurs(visit)) {
      this.depth = 0;
      this.replace({ screen: "home" });
    }
    this.changed("pop");
  };

  /** An address that somebody typed or followed carries nothing, and is whoever's is here. */
  #isOurs(visit: string | null): boolean {
    return visit === null || this.#visit === undefined || visit === this.#visit;
  }

  get #entry(): Entry {
    const state = this.browser.history.state as Partial<Entry> | null;
    return { depth: Number(state?.depth ?? 0), visit: state?.visit ?? null };
  }

  get #stamp(): Entry {
    return { depth: this.depth, visit: this.#visit ?? this.#entry.visit };
  }
}
