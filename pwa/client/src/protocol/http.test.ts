import { describe, expect, it } from "vitest";

import { golden } from "../testing/golden";
import type { HaversackError } from "./errors";
import { request, requestJson, speakerHeaders } from "./http";

const signal = new AbortController().signal;

const fail = (response: Response | Error, accept: "application/json" | "application/x-ndjson" = "application/json") =>
  request(async () => (response instanceof Error ? Promise.reject(response) : response), "/x", { signal, accept }).then(
    () => {
      throw new Error("It was taken for good.");
    },
    (error: HaversackError) => error.toJSON(),
  );

describe("errors are told apart by code", () => {
  it("golden: wrong_user", async () => {
    const response = new Response(golden("error-wrong-user.json"), {
      status: 409,
      headers: { "Content-Type": "application/json" },
    });
    expect(await fail(response)).toMatchObject({ code: "wrong_user", retry: false });
  });

  it("golden: session of an anonymous app", async () => {
    const response = new Response(golden("session-anonymous.json"), {
      headers: { "Content-Type": "application/json" },
    });
    const session = await requestJson(async () => response, "/x", { signal });
    expect(session).toMatchObject({ anonymous: true, user: { key: "anonymous", name: "" } });
  });

  it("throttled carries the seconds to wait", async () => {
    const response = Response.json(
      { error: { code: "throttled", message: "…", retry: true } },
      { status: 429, headers: { "Retry-After": "17" } },
    );
    expect(await fail(response)).toEqual({ code: "throttled", message: "…", retry: true, retryAfter: 17 });
  });

  it("a proxy's page for a server that is down is a server error", async () => {
    const response = new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } });
    expect(await fail(response)).toMatchObject({ code: "server_error", retry: true });
  });

  it("W3: what is too large for a proxy before the server is too large, and not to be tried again", async () => {
    const response = new Response("<h1>Too large</h1>", { status: 413, headers: { "Content-Type": "text/html" } });
    expect(await fail(response)).toMatchObject({ code: "body_too_large", retry: false });
  });

  it("a captive portal's page is not ours, whatever its status", async () => {
    for (const status of [200, 403, 511]) {
      const response = new Response("<h1>Welcome</h1>", { status, headers: { "Content-Type": "text/html" } });
      expect(await fail(response, "application/x-ndjson")).toMatchObject({ code: "not_haversack", retry: true });
    }
  });

  it("a redirect is not followed, and not ours", async () => {
    const response = new Response(null, { status: 302, headers: { Location: "http://portal.example/" } });
    expect(await fail(response)).toMatchObject({ code: "not_haversack" });
  });

  it("no connection is a network error", async () => {
    expect(await fail(new TypeError("Failed to fetch"))).toMatchObject({ code: "network", retry: true });
  });
});

it("S2: every request says for whom, from which device and in which protocol it speaks", () => {
  expect(speakerHeaders({ user: "u", replica: "r", definition: null })).toEqual({
    "Haversack-Protocol": "1",
    "Haversack-Definition": "none",
    "Haversack-Replica": "r",
    "Haversack-User": "u",
  });
});
