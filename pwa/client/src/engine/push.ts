/**
 * Phase: what this device changed, to the server (W1 to W3). Which of it can be sent, and what an outcome means for a
 * record, is the outbox' affair; here it is what goes with which request, and that nothing is sent twice in one sync
 * without a reason.
 */

import type { Pushed, SyncError } from "../api";
import type { OutcomeMessage, Pushing, WireMutation } from "../outbox/types";
import { ClientError, type HaversackError, ServerError } from "../protocol/errors";
import type { SyncWorld } from "./sync";

/** What one request takes, where nothing that belongs together is larger. */
export const AT_ONCE = { mutations: 500, bytes: 400_000 };
/** How often in one sync something is sent because of what came of the rest: a chain of such is not waited for. */
const MOST_PASSES = 3;
const NOTHING = { wires: [], isAll: true, fresh: [] };

export class Push {
  readonly counts: Pushed = { applied: 0, conflict: 0, rejected: 0, gone: 0 };
  /** Why some had no outcome: they are sent again later. */
  error: HaversackError | null = null;
  /** The server's past is another than the device knows: when all rows are the server's, changes are judged by them. */
  isPastOther = false;
  /** Entities of which local rows gave way to the server's. */
  readonly touched = new Set<string>();
  private cargo: Cargo | null = null;
  private isAll = false;
  private passes = 0;
  /** Something is to be sent under another id. */
  private isFreed = false;
  private readonly sent = new Set<string>();
  private readonly applied = new Set<string>();
  /** By id of what waits, what it waits for. */
  private readonly waiting = new Map<string, string>();
  private done = 0;
  private total: number | null = null;

  constructor(
    private readonly outbox: Pushing,
    /** How many changes there are to be sent. */
    private readonly count: () => Promise<number>,
  ) {}

  /** Whether anything was sent. */
  get hasSent(): boolean {
    return this.sent.size > 0;
  }

  /** The next part to be sent; it is the next until `close`. `null`: there is no more. */
  async next(): Promise<Cargo | null> {
    if (this.cargo !== null || this.isAll) return this.cargo;
    this.total ??= await this.count();
    const { wires, isAll, fresh } = this.total === 0 ? NOTHING : await this.outbox.collect(AT_ONCE, this.sent);
    this.isAll = isAll;
    if (wires.length === 0) return null;
    for (const { id } of wires) this.sent.add(id);
    this.cargo = new Cargo(unitsOf(wires), new Set(fresh), {
      settle: (outcomes) => this.settle(outcomes),
      release: (ids) => this.release(wires, ids),
    });
    return this.cargo;
  }

  /** Whether there is nothing after the next. */
  get isLast(): boolean {
    return this.isAll;
  }

  /** The next was sent. */
  close(): void {
    this.cargo = null;
  }

  /** Whether what came of the rest makes more of it worth sending in this sync. */
  async again(): Promise<boolean> {
    if (this.isPastOther) await this.outbox.judgePast();
    const freed = [...this.waiting].filter(([, cause]) => this.applied.has(cause)).map(([id]) => id);
    const isMore = freed.length > 0 || this.isFreed || this.isPastOther;
    this.isPastOther = false;
    if (++this.passes > MOST_PASSES || !isMore) return false;
    this.isFreed = false;
    for (const id of freed) {
      this.sent.delete(id);
      this.waiting.delete(id);
    }
    this.isAll = false;
    return (await this.next()) !== null;
  }

  /** The rows that come are of another past than those on the device (T4). */
  async suspectPast(): Promise<void> {
    this.isPastOther = await this.outbox.suspectPast();
  }

  /** Takes up what a sync that broke off had not come to. */
  async recall(): Promise<void> {
    this.isPastOther ||= await this.outbox.isPastSuspected();
  }

  /** How far it is: outcomes, and changes in all. */
  tell({ progress }: Pick<SyncWorld, "progress">): void {
    progress("push", this.done, Math.max(this.total ?? 0, this.sent.size));
  }

  /** The server was told that these outcomes are on the device. */
  async told(ids: readonly string[]): Promise<void> {
    await this.outbox.confirmedTold(ids);
  }

  private async release(wires: readonly WireMutation[], ids: string[]): Promise<void> {
    await this.outbox.release(ids);
    // Code of an app may go on: whatever it sends then is handed out anew.
    for (const { id } of wires) this.sent.delete(id);
    this.cargo = null;
    this.isAll = false;
  }

  private async settle(outcomes: OutcomeMessage[]): Promise<number | null> {
    const { mark, ended, troubled, isFreed } = await this.outbox.settle(outcomes);
    this.isFreed ||= isFreed;
    for (const status of Object.keys(ended) as (keyof Pushed)[]) this.counts[status] += ended[status];
    for (const outcome of outcomes) this.note(outcome, troubled.get(outcome.id));
    this.done += outcomes.length;
    return mark;
  }

  private note(outcome: OutcomeMessage, about: SyncError["about"]): void {
    const { id, status } = outcome;
    if (status === "applied") this.applied.add(id);
    if (status === "waiting") this.waiting.set(id, outcome.for);
    if (status === "doubt") this.isPastOther = true;
    if (status !== "error") return;
    const { code, message, retry, retryAfter, fields } = outcome.error;
    this.error ??= new ServerError(code, message, retry, retryAfter, fields, about);
  }
}

/** What goes with one request. */
export class Cargo {
  private readonly open: Map<string, WireMutation>;

  constructor(
    /** Groups, and mutations alone. */
    private readonly units: WireMutation[][],
    /** Ids of those that the server cannot have, whatever became of earlier requests. */
    private readonly fresh: Set<string>,
    private readonly outbox: {
      /** Stores outcomes; returns the mark of that, `null` where nothing was applied. */
      settle(outcomes: OutcomeMessage[]): Promise<number | null>;
      release(ids: string[]): Promise<void>;
    },
  ) {
    this.open = new Map(units.flat().map((mutation) => [mutation.id, mutation]));
  }

  /** Those without an answer, in the order made. */
  toSend(): WireMutation[] {
    return [...this.open.values()];
  }

  /** @throws ClientError `corrupt_response`: it is the outcome of something else. */
  settle(outcomes: OutcomeMessage[]): Promise<number | null> {
    for (const { id } of outcomes) {
      if (!this.open.delete(id)) throw new ClientError("corrupt_response", `${id} was not sent, or is there twice`);
    }
    return this.outbox.settle(outcomes);
  }

  /** The server has looked at nothing of it, and the sync ends: what was not sent before can be undone. */
  untouched(): Promise<void> {
    return this.outbox.release(this.toSend().flatMap(({ id }) => (this.fresh.has(id) ? id : [])));
  }

  /** The server may have it: only its outcome says what came of it. */
  sent(): void {
    for (const { id } of this.toSend()) this.fresh.delete(id);
  }

  /** In two, without what belongs together being apart; `null` when there is no more to be divided. */
  halves(): Cargo[] | null {
    const units = this.units.filter(([first]) => first !== undefined && this.open.has(first.id));
    if (units.length < 2) return null;
    const middle = Math.ceil(units.length / 2);
    return [units.slice(0, middle), units.slice(middle)].map((half) => new Cargo(half, this.fresh, this.outbox));
  }

  /** The server takes no request with it: that is what came of it (W3). */
  async refuse({ code, message, fields }: ServerError): Promise<void> {
    const error = { code, message, retry: false, fields };
    await this.settle(this.toSend().map(({ id }) => ({ type: "outcome", id, status: "rejected", error })));
  }
}

/** Whether the server does not take a request for what is in it: what is in it has no outcome by that. */
export function isRefusal(error: unknown): error is ServerError {
  const codes = ["invalid_request", "invalid_json", "body_too_large"];
  return error instanceof ServerError && codes.includes(error.code);
}

/** Groups, and mutations alone. */
function unitsOf(mutations: readonly WireMutation[]): WireMutation[][] {
  const units: WireMutation[][] = [];
  for (const mutation of mutations) {
    const last = units.at(-1);
    if (mutation.group !== null && last?.[0]?.group === mutation.group) last.push(mutation);
    else units.push([mutation]);
  }
  return units;
}
