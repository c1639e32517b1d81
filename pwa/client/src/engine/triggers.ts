/** Pure decisions about syncs that start by themselves (Q3). An automatic sync is one of everything. */

import type { SyncError, SyncSettings } from "../api";
import type { Agenda, Task } from "../store/agenda";
import { isListed } from "./retry";

/** What happens to a device that an app may answer with a sync. */
export type Occurrence = "start" | "online" | "resume" | "login" | "change";

export interface Facts {
  settings: SyncSettings;
  /** Nothing was synced to this device yet. */
  isFirst: boolean;
  /** The network says that its use costs. */
  metered: boolean;
  agenda: Agenda;
  /** When everything was last synced, ISO 8601; `undefined` before that. */
  lastSync: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

const SWITCHES = {
  start: "on_start",
  online: "on_online",
  resume: "on_resume",
  login: "on_login",
  change: "on_change",
} as const;

/** Whether what happened is answered with a sync: the first one only where a person opened the app, or signed in. */
export function wants(occurrence: Occurrence, facts: Facts): boolean {
  if (facts.isFirst && occurrence !== "start" && occurrence !== "login") return false;
  return facts.settings[SWITCHES[occurrence]] && mayBegin(facts);
}

/**
 * Milliseconds until changes that nothing else sends may be sent by themselves, 0 for now; `null`: they may not, or not
 * before something else happens.
 */
export function waitForChange(facts: Facts): number | null {
  const { settings, agenda, now } = facts;
  if (!settings.on_change || facts.isFirst) return null;
  if (mayBegin(facts)) return 0;
  // Where a metered network forbids it, another one may be there some time later.
  return Math.max(agenda.notBefore - now, settings.retry_interval * 1000, 1);
}

/** Whether anything may start by itself now. A person's press always may. */
export function mayBegin({ settings, metered, agenda, now }: Facts): boolean {
  return !(settings.not_on_metered && metered) && now >= agenda.notBefore;
}

/** When the next sync by interval is due, in milliseconds since 1970; `null`: never. */
export function nextInterval({ settings, agenda, lastSync, now }: Facts): number | null {
  if (settings.every <= 0 || lastSync === undefined) return null;
  // A clock that was set back must not make a device wait for days.
  const last = Math.max(Math.min(Date.parse(lastSync), now), Math.min(agenda.failure?.ended ?? 0, now));
  return Math.max(last + settings.every * 60_000, agenda.notBefore);
}

export type Verdict = "run" | "done" | SyncError;

/**
 * Whether an automatic sync is still wanted when it is its turn. Several tabs may have been asked by the same event:
 * what one of them did since, the others need not do again.
 *
 * @param asked when this one was asked for, milliseconds since 1970.
 */
export function verdict(task: Task, asked: number, { agenda, lastSync }: Pick<Facts, "agenda" | "lastSync">): Verdict {
  if (lastSync !== undefined && Date.parse(lastSync) >= asked) return "done";
  if (task.trigger === "retry" && !isListed(agenda, task)) return "done";
  // What began earlier may have failed because of a connection that is no more.
  if (agenda.failure?.error.retry && agenda.failure.began > asked) return agenda.failure.error;
  return "run";
}
