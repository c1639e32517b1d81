import { beforeEach, expect, test } from "vitest";
import { type Browser, Navigator } from "./navigator";
import { emptyView, type Route } from "./router";

const base = "/apps/shop/";
const list: Route = { screen: "list", entity: "LocalThing", view: { ...emptyView, search: "al" } };
const detail: Route = { screen: "detail", entity: "LocalThing", key: "7" };
const HOME: Route = { screen: "home" };

/** A tab with its history, which survives the pages in it. */
class Tab implements Browser {
  entries: { path: string; state: unknown }[] = [{ path: base, state: null }];
  at = 0;
  #popped = () => {};

  get location() {
    return new URL(this.entries[this.at]?.path ?? "", "https://example.test");
  }

  get history() {
    const tab = this;
    return {
      get state() {
        return tab.entries[tab.at]?.state ?? null;
      },
      pushState(state: unknown, _: string, path: string) {
        tab.entries = [...tab.entries.slice(0, ++tab.at), { path, state }];
      },
      replaceState(state: unknown, _: string, path: string) {
        tab.entries[tab.at] = { path, state };
      },
    };
  }

  addEventListener(_type: "popstate", listener: () => void) {
    this.#popped = listener;
  }

  removeEventListener() {}

  back(): void {
    this.at -= 1;
    this.#popped();
  }
}

let tab: Tab;

/** Loads the page in which this visit goes on, or begins. */
function open(visit: string | null): Navigator {
  const navigator = new Navigator(base, () => {}, tab);
  navigator.connect();
  navigator.begin(visit);
  return navigator;
}

beforeEach(() => {
  tab = new Tab();
});

test("back goes to where the same visit was, also after a reload", () => {
  const navigator = open("ann");
  navigator.go(list);
  navigator.go(detail);
  tab.back();
  expect(navigator.route).toEqual(list);
  const reloaded = open("ann");
  expect(reloaded.route).toEqual(list);
  expect(reloaded.depth).toBe(1);
});

test("S2: back never goes to where an earlier person was", () => {
  const navigator = open("ann");
  navigator.go(list);
  navigator.go(detail);
  navigator.end();
  tab.back();
  expect(navigator.route).toEqual(HOME);
  expect(tab.location.search).toBe("");
  navigator.begin("bob");
  navigator.go(detail);
  tab.back();
  tab.back();
  expect(navigator.route).toEqual(HOME);
  expect(navigator.depth).toBe(0);
});

test.each([["bob"], [null]])("S2: nor does a reload bring it back, when %s is here now", (visit) => {
  open("ann").go(list);
  expect(open(visit).route).toEqual(HOME);
  expect(tab.entries.map(({ path }) => path)).toEqual([base, base]);
});

test("an address that somebody typed is theirs", () => {
  tab.entries = [{ path: `${base}LocalThing/7/`, state: null }];
  expect(open("ann").route).toEqual(detail);
});
