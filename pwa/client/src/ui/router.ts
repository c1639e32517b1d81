/**
 * Addresses below the app's base: `` (the first entity's list), `<Entity>/`, `<Entity>/<key>/`, `status/`, `changes/`,
 * `changes/<id>/`, `<Entity>/<key>/edit/`, and `<Entity>/new/`, whose query says what the record begins with. A list's order and filters are its query, so that a reload, a link and the back button all keep them.
 */
import type { Row, WireValue } from "../api";
import type { Filter } from "./narrowing";

export interface ListView {
  search: string;
  /** Attribute name, a leading `-` for descending, `""` for the entity's own order. */
  order: string;
  filters: Record<string, Filter>;
  /** A tree's records one after the other instead. */
  flat?: true;
}

export type Route =
  | { screen: "home" }
  | { screen: "status" }
  | { screen: "changes" }
  /** Of one change: `id` as in `pending()`. */
  | { screen: "conflict"; id: string }
  | { screen: "list"; entity: string; view: ListView }
  | { screen: "detail"; entity: string; key: string }
  | { screen: "edit"; entity: string; key: string }
  /** `values`: what the new record begins with, by attribute. */
  | { screen: "new"; entity: string; values: Row };

const NEW = "new";

export const emptyView: ListView = { search: "", order: "", filters: {} };

export function parseRoute(base: string, address: { pathname: string; search: string }): Route {
  if (!address.pathname.startsWith(base)) return { screen: "home" };
  const parts = address.pathname
    .slice(base.length)
    .split("/")
    .filter((part) => part !== "");
  const [entity = "", key, verb] = parts.map(decode);
  if (!entity) return { screen: "home" };
  if (entity === "changes") return key === undefined ? { screen: "changes" } : { screen: "conflict", id: key };
  // Of a record whose key is this word it is written otherwise.
  if (parts[1] === NEW && verb === undefined) return { screen: "new", entity, values: parseValues(address.search) };
  if (key !== undefined && verb === "edit") return { screen: "edit", entity, key };
  if (key !== undefined) return { screen: "detail", entity, key };
  if (entity === "status") return { screen: "status" };
  return { screen: "list", entity, view: parseView(address.search) };
}

/** Where a screen of this app is. */
export function addressOf(route: Route): string {
  return routePath(window.offline.config.base, route);
}

export function routePath(base: string, route: Route): string {
  switch (route.screen) {
    case "home":
      return base;
    case "status":
      return `${base}status/`;
    case "changes":
      return `${base}changes/`;
    case "conflict":
      return `${base}changes/${encodeKey(route.id)}/`;
    case "list":
      return `${base}${encodeURIComponent(route.entity)}/${viewQuery(route.view)}`;
    case "detail":
      return `${base}${encodeURIComponent(route.entity)}/${encodeKey(route.key)}/`;
    case "edit":
      return `${base}${encodeURIComponent(route.entity)}/${encodeKey(route.key)}/edit/`;
    case "new":
      return `${base}${encodeURIComponent(route.entity)}/${NEW}/${viewQuery({ ...emptyView, filters: route.values })}`;
  }
}

export function parseView(query: string): ListView {
  const view: ListView = { search: "", order: "", filters: {} };
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "q") view.search = value;
    else if (name === "order") view.order = value;
    else if (name === "flat") view.flat = true;
    else if (name.startsWith("is.")) view.filters[name.slice(3)] = parseJson(value);
  }
  return view;
}

function parseValues(query: string): Row {
  return parseView(query).filters as Row;
}

export function viewQuery(view: ListView): string {
  const parameters = new URLSearchParams();
  if (view.search) parameters.set("q", view.search);
  if (view.order) parameters.set("order", view.order);
  if (view.flat) parameters.set("flat", "1");
  for (const [name, value] of Object.entries(view.filters)) parameters.set(`is.${name}`, JSON.stringify(value));
  const query = parameters.toString();
  return query && `?${query}`;
}

/**
 * Browsers fold `.` and `..` out of a path even when written `%2E`, and `new` is a form, so that such keys need another
 * form.
 */
function encodeKey(key: string): string {
  return /^~*(\.{1,2}|new)$/.test(key) ? `~${key}` : encodeURIComponent(key);
}

function decode(part: string): string {
  const key = /^~+(\.{1,2}|new)$/.test(part) ? part.slice(1) : part;
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function parseJson(text: string): WireValue {
  try {
    return JSON.parse(text) as WireValue;
  } catch {
    return text;
  }
}

/** The link inside the app that a plain click goes to, if it is one: others are the browser's. */
export function appLink(event: MouseEvent, base: string): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
    return null;
  }
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
  const ours = link?.origin === location.origin && link.pathname.startsWith(base);
  return link && ours && !link.target && !link.download && !link.hash ? link : null;
}
