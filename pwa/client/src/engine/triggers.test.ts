import { expect, it } from "vitest";

import { EMPTY_AGENDA, type Task } from "../store/agenda";
import { OFF, syncSettings } from "./settings";
import { type Facts, nextInterval, type Occurrence, verdict, waitForChange, wants } from "./triggers";

const NOW = Date.UTC(2026, 0, 31, 9, 30);
const facts = (change: Partial<Facts> = {}): Facts => ({
  settings: OFF,
  isFirst: false,
  metered: false,
  agenda: EMPTY_AGENDA,
  lastSync: new Date(NOW - 60_000).toISOString(),
  now: NOW,
  ...change,
});
const occurrences: Occurrence[] = ["start", "online", "resume", "login", "change"];
const failure = (began: number, retry = true) => ({
  ...EMPTY_AGENDA,
  failure: { began, ended: began + 10, error: { code: "network", message: "", retry } },
});

it.each(occurrences)("Q3: %s is answered only when it is switched on", (occurrence) => {
  const settings = { ...OFF, [`on_${occurrence}`]: true };
  expect(occurrences.filter((one) => wants(one, facts({ settings })))).toEqual([occurrence]);
  expect(wants(occurrence, facts())).toBe(false);
});

it("Q3: a first download is begun by opening the app and by signing in only", () => {
  const settings = { ...OFF, on_start: true, on_online: true, on_resume: true, on_login: true, on_change: true };
  const first = facts({ settings, isFirst: true, lastSync: undefined });
  expect(occurrences.filter((one) => wants(one, first))).toEqual(["start", "login"]);
});

it("Q3: nothing starts by itself where the network costs and the app spares it, or while the server asks to wait", () => {
  const settings = { ...OFF, on_resume: true };
  expect(wants("resume", facts({ settings, metered: true }))).toBe(true);
  expect(wants("resume", facts({ settings: { ...settings, not_on_metered: true }, metered: true }))).toBe(false);
  expect(wants("resume", facts({ settings: { ...settings, not_on_metered: true } }))).toBe(true);
  const agenda = { ...EMPTY_AGENDA, notBefore: NOW + 1 };
  expect(wants("resume", facts({ settings, agenda }))).toBe(false);
  expect(wants("resume", facts({ settings, agenda, now: NOW + 1 }))).toBe(true);
});

it("Q3: settings that are missing are off", () => {
  expect(syncSettings(undefined)).toEqual(OFF);
  expect(syncSettings({})).toEqual(OFF);
  expect(syncSettings({ sync: { every: 5 } })).toEqual({ ...OFF, every: 5 });
});

it("Q3: by interval, counted from the last sync or the last failure, also over the closing of the app", () => {
  const settings = { ...OFF, every: 15 };
  expect(nextInterval(facts())).toBe(null);
  expect(nextInterval(facts({ settings, lastSync: undefined }))).toBe(null);
  expect(nextInterval(facts({ settings }))).toBe(NOW + 14 * 60_000);
  expect(nextInterval(facts({ settings, agenda: failure(NOW - 40) }))).toBe(NOW - 30 + 15 * 60_000);
  expect(nextInterval(facts({ settings, agenda: { ...EMPTY_AGENDA, notBefore: NOW + 9e6 } }))).toBe(NOW + 9e6);
  // A clock that was set back.
  expect(nextInterval(facts({ settings, lastSync: new Date(NOW + 9e9).toISOString() }))).toBe(NOW + 15 * 60_000);
});

it("Q2: what another tab did since is not done again", () => {
  const online: Task = { context: "", trigger: "online" };
  const lastSync = new Date(NOW).toISOString();
  expect(verdict(online, NOW, { agenda: EMPTY_AGENDA, lastSync })).toBe("done");
  expect(verdict(online, NOW + 1, { agenda: EMPTY_AGENDA, lastSync })).toBe("run");
  expect(verdict(online, NOW, { agenda: EMPTY_AGENDA, lastSync: undefined })).toBe("run");
  expect(verdict(online, NOW + 1, { agenda: failure(NOW + 2), lastSync })).toMatchObject({ code: "network" });
  // It may have failed because of a connection that is no more, or for reasons of its own.
  expect(verdict(online, NOW + 1, { agenda: failure(NOW + 1), lastSync })).toBe("run");
  expect(verdict(online, NOW + 1, { agenda: failure(NOW + 2, false), lastSync })).toBe("run");
});

it("Q4: what was to be tried again and is not any more is left out", () => {
  const task: Task = { context: "prices", trigger: "retry" };
  const retry = { at: 0, decided: 0, failures: 1, tasks: [{ ...task, trigger: "manual" } as Task] };
  expect(verdict(task, NOW, { agenda: EMPTY_AGENDA, lastSync: undefined })).toBe("done");
  expect(verdict(task, NOW, { agenda: { ...EMPTY_AGENDA, retry }, lastSync: undefined })).toBe("run");
});

it("Q3: a change waits for a network that the app allows, and for what the server asked for", () => {
  const settings = { ...OFF, on_change: true, retry_interval: 60, not_on_metered: true };
  expect(waitForChange(facts())).toBe(null);
  expect(waitForChange(facts({ settings, isFirst: true }))).toBe(null);
  expect(waitForChange(facts({ settings }))).toBe(0);
  expect(waitForChange(facts({ settings, metered: true }))).toBe(60_000);
  const agenda = { ...EMPTY_AGENDA, notBefore: NOW + 300_000 };
  expect(waitForChange(facts({ settings, agenda }))).toBe(300_000);
});
