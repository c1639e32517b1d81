/**
 * What a person's device does by itself: syncs that triggers start, and trying again. What is to be done is kept in
 * their database, so that it outlives the browser and is the same for all tabs; decided in `triggers.ts` and `retry.ts`.
 */

import type { Definition, SyncError, SyncSettings } from "../api";
import type { Ports } from "../ports";
import type { Agenda, Task } from "../store/agenda";
import type { Overview, Store } from "../store/store";
import type { Job } from "./plan";
import * as retry from "./retry";
import { OFF, syncSettings } from "./settings";
import {
  type Facts,
  mayBegin,
  nextInterval,
  type Occurrence,
  type Verdict,
  verdict,
  waitForChange,
  wants,
} from "./triggers";

/** Milliseconds. Longer timers are set in pieces: browsers cannot count further than some weeks, and clocks are set. */
const LONGEST_TIMER = 3_600_000;
/** Milliseconds after an edit until it is sent: what is typed in one go goes together. */
const SOON = 2000;
/** And after the first of several that follow each other without a pause. */
const AT_LAST = 10_000;

export interface AutomaticWorld {
  store: Store;
  ports: Pick<Ports, "clock" | "random" | "network">;
  /** For as long as there is no definition on the device: as the server told them, if it did. */
  firstSettings(): Definition["settings"];
  push(job: Job): void;
  /** Whether the server can be reached, and listens to this person. */
  maySend(): boolean;
  /** Whether there are changes to be sent. */
  hasUnsent(): Promise<boolean>;
  /** What `state` says of it may be another now. */
  changed(): void;
}

export class Automatic {
  private stopped = false;
  private cancelTimer: () => void = () => undefined;
  private cancelSending: () => void = () => undefined;
  /** When the first of the edits was made that wait to be sent, milliseconds since 1970; `null`: none does. */
  private edited: number | null = null;
  /** Changes of the agenda, one after another: a task must not be noted after its end. */
  private noting: Promise<void> = Promise.resolve();

  constructor(private readonly world: AutomaticWorld) {}

  /** The app was opened: what a closed browser left behind is taken up. */
  async start(): Promise<void> {
    if (this.stopped) return;
    await this.note((agenda, settings) => (settings.retry ? retry.takenUp(agenda, this.moment()) : agenda));
    await this.occurred("start");
    await this.look();
  }

  async occurred(occurrence: Occurrence): Promise<void> {
    if (this.stopped) return;
    const facts = await this.facts();
    if (occurrence !== "change" && wants(occurrence, facts)) this.world.push({ context: "", trigger: occurrence });
    // The reason why it failed is gone: nothing has to wait for the deadline.
    else if (occurrence === "online" && facts.agenda.retry !== null) await this.tryAgain(facts, true);
    else await this.send(facts);
  }

  /** A person changed something: it goes soon, with what they change in the next moments. */
  noteEdit(): void {
    const { clock } = this.world.ports;
    this.edited ??= clock.now();
    this.sendIn(Math.min(SOON, Math.max(this.edited + AT_LAST - clock.now(), 0)));
  }

  /** What is there to be sent goes, where the app has that go by itself. */
  private async send(facts: Facts): Promise<void> {
    const wait = waitForChange(facts);
    const { maySend, hasUnsent, push } = this.world;
    // When it may, something else will happen that says so.
    if (wait === null || !maySend() || !(await hasUnsent()) || this.stopped) return;
    if (wait > 0) return this.sendIn(wait);
    this.edited = null;
    this.cancelSending();
    push({ context: "", trigger: "change" });
  }

  private sendIn(wait: number): void {
    this.cancelSending();
    if (this.stopped) return;
    this.cancelSending = this.world.ports.clock.after(Math.min(wait, LONGEST_TIMER), () => {
      this.edited = null;
      void this.occurred("change").catch(ignore);
    });
  }

  /** Does what is due, and sets the timer for what will be. */
  async look(): Promise<void> {
    if (this.stopped) return;
    this.cancelTimer();
    const facts = await this.facts();
    const { agenda, settings, now } = facts;
    if (agenda.retry !== null && retry.isDue(agenda.retry, now)) return this.tryAgain(facts, false);
    const interval = nextInterval(facts);
    if (interval !== null && interval <= now && mayBegin(facts)) {
      this.world.push({ context: "", trigger: "interval" });
      // Looked at again when it has ended.
      return;
    }
    const waits = [agenda.retry?.at, interval].filter((at) => at !== null && at !== undefined).map((at) => at - now);
    // Where a metered network forbids what is due, another one may be there some time later.
    const held = settings.retry_interval * 1000;
    if (waits.length > 0) this.setTimer(Math.min(...waits.map((wait) => (wait > 0 ? wait : held))));
  }

  /** Whether a job is still wanted now that it is its turn; the caller holds the sync lock. */
  async judge(job: Job, asked: number): Promise<Verdict> {
    await this.noting;
    const { agenda, lastSync } = await this.facts();
    // An edit may be younger than the sync that ended after it.
    const isOpen = job.trigger === "change" && (await this.world.hasUnsent());
    return verdict(job, asked, { agenda, lastSync: isOpen ? undefined : lastSync });
  }

  /** A job waits from now on. */
  async asked(job: Job): Promise<void> {
    await this.note((agenda, settings) => retry.begun(agenda, job, settings));
  }

  /** A job ended; `null`: well. The caller holds the sync lock. */
  async ended(job: Job, error: SyncError | null, began: number): Promise<void> {
    await this.note((agenda, settings) =>
      error === null
        ? retry.done(agenda, job, settings, true)
        : retry.failed(agenda, job, { began, error }, settings, this.moment()),
    );
  }

  /** A job was not done, since another has just failed. */
  async postponed(job: Job): Promise<void> {
    await this.note((agenda) => retry.postponed(agenda, job));
  }

  /** Jobs will not be done. */
  async dropped(jobs: readonly Job[]): Promise<void> {
    await this.note((agenda, settings) => jobs.reduce((now, job) => retry.done(now, job, settings, false), agenda));
  }

  /** Nothing is to be tried again. */
  async forget(): Promise<void> {
    await this.note((agenda) => ({ ...agenda, retry: null, unfinished: [] }));
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.cancelSending();
  }

  /** Begins an attempt, unless another tab was faster. `early`: before its time. */
  private async tryAgain(facts: Facts, early: boolean): Promise<void> {
    if (!mayBegin(facts)) return this.setTimer(facts.settings.retry_interval * 1000);
    let tasks: Task[] = [];
    await this.note((agenda) => {
      tasks = [];
      const moment = this.moment();
      const planned = agenda.retry;
      const isMine =
        planned !== null && (early ? planned.at === facts.agenda.retry?.at : retry.isDue(planned, moment.now));
      if (!isMine) return agenda;
      tasks = retry.attemptOf(planned);
      return retry.attempted(agenda, facts.settings, moment);
    });
    for (const task of tasks) this.world.push(task);
    if (tasks.length === 0) await this.look();
  }

  private setTimer(wait: number): void {
    this.cancelTimer();
    if (this.stopped) return;
    this.cancelTimer = this.world.ports.clock.after(
      Math.min(wait, LONGEST_TIMER),
      () => void this.look().catch(ignore),
    );
  }

  private note(change: (agenda: Agenda, settings: SyncSettings) => Agenda): Promise<void> {
    const { store } = this.world;
    this.noting = this.noting
      .then(async () => {
        const { settings, agenda } = await this.facts();
        if (change(agenda, settings) === agenda) return;
        await store.plan((now) => change(now, settings));
        if (!this.stopped) this.world.changed();
      })
      .catch(ignore);
    return this.noting;
  }

  private async facts(): Promise<Facts> {
    const { store, ports } = this.world;
    const { definition, agenda, contexts }: Overview = await store.overview();
    const isFirst = definition === null;
    const told = isFirst ? this.world.firstSettings() : (definition.definition.settings ?? {});
    // What is planned was planned by settings that said so.
    const settings = told === undefined ? { ...OFF, retry: agenda.retry !== null } : syncSettings(told);
    const metered = ports.network.metered();
    return { settings, isFirst, metered, agenda, lastSync: contexts[""], now: ports.clock.now() };
  }

  private moment(): retry.Moment {
    return { now: this.world.ports.clock.now(), random: this.world.ports.random() };
  }
}

/** A store that cannot be used says so wherever a person waits for it. */
function ignore(): void {}
