import { describe, expect, test } from "vitest";
import { emptyView, parseRoute, parseView, type Route, routePath, viewQuery } from "./router";

const base = "/apps/catalog/";

function read(path: string): Route {
  const url = new URL(path, "https://example.test");
  return parseRoute(base, url);
}

describe("addresses", () => {
  test("the base is home, and so is anything outside it", () => {
    expect(read(base)).toEqual({ screen: "home" });
    expect(read("/apps/other/")).toEqual({ screen: "home" });
  });

  test("the slash at the end may be missing", () => {
    expect(read(`${base}LocalProduct`)).toEqual({ screen: "list", entity: "LocalProduct", view: emptyView });
    expect(read(`${base}status`)).toEqual({ screen: "status" });
  });

  test.each(["1", "a b", "a/b", "50%", "ü?#&", "..", ".", "~..", "~", "%2E", ""])("key %j comes back", (key) => {
    const route: Route = { screen: "detail", entity: "LocalProduct", key };
    const path = routePath(base, route);
    if (key) expect(read(path)).toEqual(route);
  });

  test.each<Route>([
    { screen: "changes" },
    { screen: "conflict", id: "0b9c2a52-4c3f-4c8e-9f0a-6d1f3b1c9e11" },
    { screen: "edit", entity: "LocalCustomer", key: "a/b" },
    { screen: "edit", entity: "LocalCustomer", key: "new" },
    { screen: "detail", entity: "LocalCustomer", key: "new" },
    { screen: "detail", entity: "LocalCustomer", key: "~new" },
    { screen: "new", entity: "LocalCustomer", values: {} },
    { screen: "new", entity: "LocalOrder", values: { customer: "local:0b9c2a52", express: true, note: "a&b=“c”" } },
    { screen: "edit", entity: "LocalCustomer", key: "local:0b9c2a52-4c3f-4c8e-9f0a-6d1f3b1c9e11" },
  ])("$screen comes back", (route) => {
    expect(read(routePath(base, route))).toEqual(route);
  });

  test("a broken escape is taken as it is", () => {
    expect(read(`${base}LocalProduct/%E0%A4%A/`)).toEqual({
      screen: "detail",
      entity: "LocalProduct",
      key: "%E0%A4%A",
    });
  });
});

describe("the query of a list", () => {
  test("an untouched list has none", () => {
    expect(viewQuery(emptyView)).toBe("");
  });

  test("search, order and filters come back with their types", () => {
    const view = {
      search: "crème & co",
      order: "-unit_price",
      filters: { category: 4, active: true, code: "4", x: null },
    };
    expect(parseView(viewQuery(view))).toEqual(view);
  });

  test("a filter somebody typed need not be JSON", () => {
    expect(parseView("?is.status=open").filters).toEqual({ status: "open" });
  });
});
