import type { Locks } from "../ports";

interface Request {
  tab: object;
  grant(): void;
}

interface Holder {
  tab: object;
  lose(error: unknown): void;
}

/** Web Locks within one process, with what the engine uses of them: queueing, giving up, taking over. */
export class FakeLocks implements Locks {
  private readonly holders = new Map<string, Holder>();
  private readonly queues = new Map<string, Request[]>();
  /** Names in the order in which locks were granted. */
  readonly granted: string[] = [];

  /** Tabs that are closed neither hold a lock nor wait for one. */
  close(tab: object): void {
    for (const [name, queue] of this.queues) {
      this.queues.set(
        name,
        queue.filter((request) => request.tab !== tab),
      );
    }
    for (const [name, holder] of this.holders) if (holder.tab === tab) this.release(name);
  }

  request<T>(
    name: string,
    options: { signal?: AbortSignal; steal?: boolean },
    work: () => Promise<T>,
    tab: object = this,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const holder: Holder = {
        tab,
        lose: (error: unknown) => reject(error),
      };
      const grant = () => {
        this.holders.set(name, holder);
        this.granted.push(name);
        work()
          .then(resolve, reject)
          .finally(() => {
            // A holder that lost its lock has nothing to let go of.
            if (this.holders.get(name) === holder) this.release(name);
          });
      };
      if (options.steal) {
        this.holders.get(name)?.lose(new DOMException("stolen", "AbortError"));
        grant();
        return;
      }
      if (!this.holders.has(name)) {
        grant();
        return;
      }
      const request = { tab, grant };
      const queue = this.queues.get(name) ?? [];
      this.queues.set(name, [...queue, request]);
      options.signal?.addEventListener("abort", () => {
        this.queues.set(
          name,
          (this.queues.get(name) ?? []).filter((other) => other !== request),
        );
        reject(options.signal?.reason);
      });
    });
  }

  private release(name: string): void {
    this.holders.delete(name);
    const [next, ...rest] = this.queues.get(name) ?? [];
    this.queues.set(name, rest);
    next?.grant();
  }
}
