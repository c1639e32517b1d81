/**
 * Calls of own server actions that an app's `onSync` makes in the same turn as a sync: they travel in its request, and
 * are done once, however often that is repeated (decision 0021).
 */

import type { WireValue } from "../api";
import { asHaversackError, ClientError, type HaversackError, ServerError } from "../protocol/errors";
import type { ActionMessage, CarriedCall } from "../protocol/messages";
import type { SentCall, Store } from "../store/store";

/** As many as a request takes. Those beyond go by themselves. */
export const MOST_CARRIED = 20;

/** What a request carries, and whom its outcomes are for. */
export interface Carried {
  /** Those without an outcome. */
  toSend(): CarriedCall[];
  settle(message: ActionMessage): Promise<void>;
}

interface Turn {
  calls: Call[];
  hasSync: boolean;
}

export class Calls {
  private turn: Turn | null = null;
  /** Ids of this run: two calls alike are two. */
  private readonly taken = new Set<string>();

  constructor(
    private readonly context: string,
    private readonly store: Pick<Store, "noteCalls">,
    /** Has an action performed by a request of its own. */
    private readonly alone: (name: string, input: unknown) => Promise<unknown>,
  ) {}

  /** In the request of the first sync that is started in this turn; by itself where none is. */
  async call(name: string, input: unknown): Promise<unknown> {
    const call = new Call(name, input);
    const turn = this.now();
    turn.calls.push(call);
    const isCarried = turn.calls.length <= MOST_CARRIED;
    await undefined; // the turn is over
    if (!turn.hasSync || !isCarried) return this.alone(name, call.input);
    try {
      return await call.outcome;
    } catch (error) {
      // It does without a transaction, and was not done.
      if (asHaversackError(error).code === "not_in_sync") return this.alone(name, call.input);
      throw error;
    }
  }

  /** A sync is started, of which `start` does the work. Returns what that does. */
  carriedBy<T>(start: (work: (sync: (carried: Carried) => Promise<T>) => Promise<T>) => Promise<T>): Promise<T> {
    const turn = this.now();
    const isFirst = !turn.hasSync;
    turn.hasSync = true;
    const result = start((sync) => {
      const calls = isFirst ? turn.calls.slice(0, MOST_CARRIED) : [];
      return this.identify(calls).then(() => sync(this.carried(calls)));
    });
    const end = (why: unknown) => {
      for (const call of isFirst ? turn.calls : []) call.end(asHaversackError(why));
    };
    result.then(() => end(new ClientError("incomplete_response")), end);
    return result;
  }

  /** The run is complete: the same calls in the next one are calls of their own. `isAll`: also those of other contexts. */
  async complete(isAll: boolean): Promise<void> {
    await this.store.noteCalls((calls) => {
      if (calls.every(({ isOver }) => isOver)) return calls;
      return calls.map((call) => (isAll || call.context === this.context ? { ...call, isOver: true } : call));
    });
  }

  private now(): Turn {
    if (this.turn !== null) return this.turn;
    const turn: Turn = { calls: [], hasSync: false };
    this.turn = turn;
    queueMicrotask(() => {
      this.turn = null;
    });
    return turn;
  }

  /** A call that a sync made which failed, and which is made again, has the id that it had. Written before it is sent. */
  private async identify(calls: Call[]): Promise<void> {
    if (calls.length === 0) return;
    await this.store.noteCalls((sent, newId) => {
      const all = [...sent];
      const taken = new Set(this.taken);
      for (const call of calls) {
        let found = all.find(({ id, asked, isOver }) => !isOver && asked === call.asked && !taken.has(id));
        if (found === undefined) {
          found = { id: newId(), asked: call.asked, context: this.context, isOver: false };
          all.push(found);
        }
        call.id = found.id;
        taken.add(found.id);
      }
      return all;
    });
    for (const { id } of calls) this.taken.add(id);
  }

  private carried(calls: Call[]): Carried {
    const open = () => calls.filter(({ isSettled }) => !isSettled);
    return {
      toSend: () => open().map(({ id, name, input }) => ({ id, name, input })),
      settle: async (message) => {
        const call = open().find(({ id }) => id === message.id);
        if (call === undefined) return;
        // To ask again is to ask anew.
        if (message.status === "refused") await this.store.noteCalls((sent) => sent.map(over(call.id)));
        call.settle(message);
      },
    };
  }
}

function over(id: string) {
  return (call: SentCall): SentCall => (call.id === id ? { ...call, isOver: true } : call);
}

class Call {
  id = "";
  /** What it is: what is done to the input later is not meant. */
  readonly asked: string;
  readonly input: WireValue;
  readonly outcome: Promise<unknown>;
  isSettled = false;
  /** What became of the last attempt, which was no outcome. */
  private last: HaversackError | null = null;
  private resolve: (output: unknown) => void = () => undefined;
  private reject: (error: HaversackError) => void = () => undefined;

  constructor(
    readonly name: string,
    input: unknown,
  ) {
    this.asked = JSON.stringify([name, input]);
    this.input = (JSON.parse(this.asked) as [string, WireValue])[1];
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Where it goes by itself, nobody waits for this.
    this.outcome.catch(() => undefined);
  }

  settle(message: ActionMessage): void {
    if (message.status === "done") {
      this.isSettled = true;
      this.resolve(message.output);
      return;
    }
    const { code, message: text, retry, fields } = message.error;
    this.last = new ServerError(code, text, retry, undefined, fields);
    if (message.status === "refused") this.end(this.last);
  }

  /** There will be no other outcome. */
  end(error: HaversackError): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.reject(this.last ?? error);
  }
}
