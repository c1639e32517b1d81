/** Pure decisions about trying again (Q4): what, and when. */

import type { SyncSettings } from "../api";
import type { Agenda, Failure, Retry, Task } from "../store/agenda";

/** The longest pause between two attempts, in milliseconds, unless the app's own interval is longer. */
const LONGEST = 3_600_000;
/** Of a pause: devices that failed together do not all come back together. */
const JITTER = 0.25;

/** What a decision needs of the world: milliseconds since 1970, and a number from 0 up to, but not with, 1. */
export interface Moment {
  now: number;
  random: number;
}

/** The pause after so many failures: the app's interval, then twice as long each time, and not quite regular. */
export function pause(failures: number, settings: Pick<SyncSettings, "retry_interval">, random: number): number {
  const interval = Math.max(settings.retry_interval, 1) * 1000;
  if (failures <= 1) return interval;
  const grown = Math.min(interval * 2 ** Math.min(failures - 1, 30), Math.max(LONGEST, interval));
  return Math.round(grown * (1 - JITTER + 2 * JITTER * random));
}

/** A task waits or runs from now on. One that tries again is on the agenda as what failed. */
export function begun(agenda: Agenda, task: Task, settings: SyncSettings): Agenda {
  if (!settings.retry || task.trigger === "retry") return agenda;
  return { ...agenda, unfinished: add(agenda.unfinished, task) };
}

/** A task ended well, or will not be done at all. `settings`: those that came with it. */
export function done(agenda: Agenda, task: Task, settings: SyncSettings, completed: boolean): Agenda {
  const unfinished = without(agenda.unfinished, task);
  if (!completed) return { ...agenda, unfinished, retry: lessen(agenda.retry, task) };
  // Nearly always, and nothing has to be written then.
  if (isEmpty(agenda)) return agenda;
  const retry = settings.retry ? lessen(agenda.retry, task) : null;
  return { retry, unfinished: settings.retry ? unfinished : [], failure: null, notBefore: 0 };
}

/** A task failed. What cannot succeed later is not tried again. */
export function failed(
  agenda: Agenda,
  task: Task,
  failure: Omit<Failure, "ended">,
  settings: SyncSettings,
  { now, random }: Moment,
): Agenda {
  const { error } = failure;
  const asked = (error.retryAfter ?? 0) * 1000;
  const notBefore = asked > 0 ? now + asked : agenda.notBefore;
  const unfinished = without(agenda.unfinished, task);
  const ended = { ...agenda, unfinished, failure: { ...failure, ended: now }, notBefore };
  if (!error.retry) return { ...ended, retry: lessen(agenda.retry, task) };
  if (!settings.retry) return { ...ended, retry: null };
  const failures = (agenda.retry?.failures ?? 0) + 1;
  const tasks = add(agenda.retry?.tasks ?? [], task);
  const at = Math.max(now + pause(failures, settings, random), notBefore);
  return { ...ended, retry: { at, decided: now, failures, tasks } };
}

/** A task was not tried, since another has just failed: it goes along with that one. */
export function postponed(agenda: Agenda, task: Task): Agenda {
  const { retry } = agenda;
  const unfinished = without(agenda.unfinished, task);
  return { ...agenda, unfinished, retry: retry && { ...retry, tasks: add(retry.tasks, task) } };
}

/** What a closed browser left behind is tried at once. */
export function takenUp(agenda: Agenda, { now }: Moment): Agenda {
  if (agenda.unfinished.length === 0) return agenda;
  const old = agenda.retry;
  const tasks = agenda.unfinished.reduce(add, old?.tasks ?? []);
  const retry: Retry = { at: now, decided: now, failures: old?.failures ?? 0, tasks };
  return { ...agenda, retry, unfinished: [] };
}

/**
 * An attempt begins. The one after it is decided now: a sync that takes the browser down with it must not be tried
 * again each time that the app is opened.
 */
export function attempted(agenda: Agenda, settings: SyncSettings, { now, random }: Moment): Agenda {
  const { retry } = agenda;
  if (retry === null) return agenda;
  const at = now + pause(retry.failures + 1, settings, random);
  return { ...agenda, retry: { ...retry, at, decided: now } };
}

/** Whether an attempt may begin. A clock that was set back makes nothing wait for longer than was decided. */
export function isDue(retry: Retry, now: number): boolean {
  return now >= retry.at || now < retry.decided;
}

/** The syncs of an attempt: one of everything stands for all others. */
export function attemptOf({ tasks }: Retry): Task[] {
  const all = tasks.find(isEverything);
  return (all ? [all] : tasks).map((task) => ({ ...task, trigger: "retry" }));
}

export function isListed(agenda: Agenda, task: Task): boolean {
  return agenda.retry?.tasks.some((other) => isSame(other, task)) ?? false;
}

export function isSame(a: Task, b: Task): boolean {
  if (a.filesOnly !== b.filesOnly) return false;
  return a.context === b.context && String(a.entities ?? "") === String(b.entities ?? "");
}

export function isEverything(task: Task): boolean {
  return task.context === "" && task.entities === undefined && !task.filesOnly;
}

function isEmpty({ retry, unfinished, failure, notBefore }: Agenda): boolean {
  return retry === null && unfinished.length === 0 && failure === null && notBefore === 0;
}

function lessen(retry: Retry | null, task: Task): Retry | null {
  const tasks = isEverything(task) ? [] : (retry?.tasks ?? []).filter((other) => !isSame(other, task));
  return retry === null || tasks.length === 0 ? null : { ...retry, tasks };
}

/** The first asking is remembered. */
function add(tasks: Task[], { context, trigger, entities, filesOnly }: Task): Task[] {
  const task: Task = { context, trigger };
  if (entities !== undefined) task.entities = entities;
  if (filesOnly) task.filesOnly = filesOnly;
  return tasks.some((other) => isSame(other, task)) ? tasks : [...tasks, task];
}

function without(tasks: Task[], task: Task): Task[] {
  return tasks.filter((other) => !isSame(other, task));
}
