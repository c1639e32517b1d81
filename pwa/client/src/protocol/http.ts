/** One request to the sync API: what it carries (decision 0001), and what its answer means. */

import { currentLanguage } from "../language";
import { ClientError, ServerError } from "./errors";
import { PROTOCOL } from "./messages";

/** For whom, from which device and with which definition a request speaks. */
export interface Speaker {
  user: string;
  replica: string;
  /** Version of the definition the device works with, `null` before the first. */
  definition: string | null;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export function speakerHeaders(speaker: Speaker): Record<string, string> {
  return {
    "Haversack-Protocol": String(PROTOCOL),
    "Haversack-Definition": speaker.definition ?? "none",
    "Haversack-Replica": speaker.replica,
    "Haversack-User": speaker.user,
  };
}

export interface Call {
  method?: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  signal: AbortSignal;
  /** The content type that a good answer has; `null` when any will do. */
  accept: "application/json" | "application/x-ndjson" | null;
}

/**
 * Makes a request and returns its answer when that is a good one of the server's.
 *
 * @throws ServerError for what the server refuses, ClientError `network` or `not_haversack` (a captive portal, a
 *   redirect, a page of some proxy), and whatever the signal was aborted with.
 */
export async function request(fetch: Fetch, url: string, call: Call): Promise<Response> {
  const { method = "GET", signal, accept } = call;
  const headers: Record<string, string> = { ...call.headers };
  if (accept !== null) {
    headers.Accept = accept;
    // Labels and messages in the language of the screens, also where the browser's has changed since they were kept.
    headers["Accept-Language"] = currentLanguage();
  }
  const init: RequestInit = { method, headers, signal, redirect: "manual", credentials: "same-origin" };
  if (accept !== null) init.cache = "no-store";
  if (call.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(call.body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw signal.aborted ? signal.reason : new ClientError("network", error);
  }
  if (response.status >= 400) throw await refusal(response);
  const type = contentType(response);
  // The API never redirects; an opaque redirect has status 0.
  if (response.status !== 200 || response.redirected || (accept !== null && type !== accept)) {
    throw new ClientError("not_haversack", `${response.status} ${type}`);
  }
  return response;
}

/** The answer's JSON. */
export async function requestJson<T>(fetch: Fetch, url: string, call: Omit<Call, "accept">): Promise<T> {
  const response = await request(fetch, url, { ...call, accept: "application/json" });
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw call.signal.aborted ? call.signal.reason : new ClientError("incomplete_response", error);
  }
}

export function contentType(response: Response): string {
  return (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

async function refusal(response: Response): Promise<ServerError | ClientError> {
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const retryAfter = Number.isNaN(wait) ? undefined : wait;
  const error = await errorOf(response);
  if (typeof error?.code === "string") {
    const fields = (error.fields ?? {}) as Record<string, string[]>;
    return new ServerError(error.code, String(error.message ?? error.code), error.retry === true, retryAfter, fields);
  }
  // Proxies and load balancers speak for a server that is down, with pages of their own.
  if (response.status >= 500 && response.status !== 511) {
    return new ServerError("server_error", new ClientError("server_error").message, true, retryAfter);
  }
  if (response.status === 429) {
    return new ServerError("throttled", new ClientError("throttled").message, true, retryAfter);
  }
  // The limit may be that of a proxy before the server: the same again will never pass it.
  if (response.status === 413)
    return new ServerError("body_too_large", new ClientError("body_too_large").message, false);
  return new ClientError("not_haversack", response.status);
}

async function errorOf(response: Response): Promise<Record<string, unknown> | null> {
  if (contentType(response) !== "application/json") return null;
  try {
    return ((await response.json()) as { error?: Record<string, unknown> }).error ?? null;
  } catch {
    return null;
  }
}
