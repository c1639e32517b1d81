/**
 * The phases of a sync, for an app's own code to compose: what `pull` and `sync` do of themselves, a step at a time for
 * one entity. What is collected and answered is a token to that code; what it stands for is here.
 */

import type { Definition, OnSyncAnswer, OnSyncHow, OnSyncPhases, OnSyncQuestion, OnSyncResult, Pushed } from "../api";
import { OnSyncError } from "../protocol/errors";
import type { Level } from "./asks";
import type { Carried } from "./calls";
import type { Job } from "./plan";
import { collect, MOST_ROUNDS, type Question, type Reply, request, tooManyRounds, upToDate } from "./pull";
import { isRefusal } from "./push";
import { apply, compareWhenDue, type Outcome, pullFiles, type SyncWorld, sendAhead, sendAll, tidyUp } from "./sync";

const LEVELS: Record<OnSyncHow, Level> = { changes: "changes", compare: "compare", everything: "whole" };
const HOWS: Record<Level, OnSyncHow> = { changes: "changes", compare: "compare", whole: "everything" };

export interface OwnWorld {
  world: SyncWorld;
  trigger: Job["trigger"];
  /** Runs a step when those that were started before it are over. */
  start<T>(step: () => Promise<T>): Promise<T>;
  /** The same of a step that sends a request, which carries actions. */
  carrying<T>(step: (carried: Carried) => Promise<T>): Promise<T>;
  /** Why not everything came that belongs to the rows. */
  failed(error: NonNullable<Outcome["error"]>): void;
}

export class OwnPhases {
  /** What each token stands for. A sync that begins leaves those of the one before without what they stand for. */
  private questions = new WeakMap<OnSyncQuestion, Question>();
  private answers = new WeakMap<OnSyncAnswer, { question: Question; reply: Reply }>();
  /** How often in a row each entity was asked for. */
  private readonly rounds = new Map<string, number>();
  private definition: Definition | undefined;

  constructor(private readonly own: OwnWorld) {}

  /** Another sync begins, which removes what is staged. */
  forget(): void {
    this.questions = new WeakMap();
    this.answers = new WeakMap();
  }

  get api(): OnSyncPhases {
    const { start, carrying } = this.own;
    return {
      collect: (entity, how = "changes") => start(() => this.collect(entity, how)),
      request: (question) => carrying((calls) => this.request(question, calls)),
      push: () => start(() => this.push()),
      apply: (answer) => start(() => this.apply(answer)),
      repair: (entity) => start(() => this.repair(entity)),
      files: () => start(() => this.files()),
    };
  }

  private async collect(entity: string, how: OnSyncHow): Promise<OnSyncQuestion> {
    const { world } = this.own;
    const level = LEVELS[how];
    if (level === undefined) throw OnSyncError.misuse(`asked for ${entity} in a way that there is not: ${how}`);
    this.forget();
    world.progress("connect", 0, 0);
    await world.store.sweep();
    const before = await world.store.overview();
    const definition = this.definition ?? before.definition?.definition;
    const levels = new Map<string, Level>(level === "changes" ? [] : [[entity, level]]);
    const question = await collect(this.job(entity), before, levels, definition, world);
    const token = Object.freeze({ entity, how });
    this.questions.set(token, question);
    return token;
  }

  private async request(token: OnSyncQuestion, calls: Carried): Promise<OnSyncAnswer> {
    const question = this.questions.get(token);
    if (question === undefined) throw outdated("asked", "collect()");
    this.questions.delete(token);
    const { entity } = token;
    const round = (this.rounds.get(entity) ?? 0) + 1;
    if (round > MOST_ROUNDS) throw tooManyRounds();
    this.rounds.set(entity, round);
    const reply = await this.ask(question, { ...this.own.world, calls });
    this.definition = reply.definition;
    const message = reply.believed?.received.entities.find((arrival) => arrival.message.entity === entity)?.message;
    const again =
      reply.believed === null ? HOWS[reply.again.get(entity) ?? question.levels.get(entity) ?? "changes"] : null;
    const answer = Object.freeze({ entity, again, isUnchanged: message?.mode === "unchanged" });
    this.answers.set(answer, { question, reply });
    return answer;
  }

  /** What this device changed goes with the first request of a run, if it was not sent before. */
  private async ask(asked: Question, world: SyncWorld): Promise<Reply> {
    const { push, store } = world;
    const cargo = await sendAhead(this.own.trigger, asked.now, world);
    if (cargo === null) return request(asked, world);
    const renewed = async (): Promise<Question> => ({ ...asked, now: upToDate(asked.now, await store.overview()) });
    const question = await renewed();
    push.tell(world);
    try {
      const reply = await request(question, { ...world, cargo });
      push.close();
      return reply;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    await sendAll(this.own.trigger, world);
    return request(await renewed(), world);
  }

  private async push(): Promise<Pushed> {
    const { world, trigger } = this.own;
    const before = { ...world.push.counts };
    await sendAll(trigger, world);
    const counts = { ...world.push.counts };
    for (const name of Object.keys(counts) as (keyof Pushed)[]) counts[name] -= before[name];
    return counts;
  }

  private async apply(answer: OnSyncAnswer): Promise<OnSyncResult> {
    const found = this.answers.get(answer);
    if (found === undefined) throw outdated("applied", "request()");
    this.answers.delete(answer);
    const { believed } = found.reply;
    if (believed === null) throw OnSyncError.misuse(`applied an answer that says to ask again: "${answer.again}"`);
    this.rounds.delete(answer.entity);
    const result: OnSyncResult = { received: {} };
    const { job, now } = found.question;
    const { applied } = this.own.world;
    await apply(job, now, believed, {
      ...this.own.world,
      applied: (received) => {
        result.received = received;
        applied(received);
      },
    });
    await tidyUp(this.own.world);
    return result;
  }

  private async repair(entity: string): Promise<void> {
    this.forget();
    const { error } = await compareWhenDue(this.job(entity), this.own.world);
    if (error !== null) this.own.failed(error);
  }

  private async files(): Promise<void> {
    const error = await pullFiles(this.own.world);
    if (error !== null) this.own.failed(error);
  }

  private job(entity: string): Job {
    return { context: "", trigger: this.own.trigger, entities: [entity] };
  }
}

function outdated(what: string, from: string): OnSyncError {
  return OnSyncError.misuse(
    `${what} something that is not the newest result of ${from}: one entity goes after the other`,
  );
}
