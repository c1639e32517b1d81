/**
 * Who is signed in on this device (S2). The device decides, the server is told: signing out removes the person's data
 * at once, also offline, and the server hears of it before anything else is said to it.
 */

import type { User } from "../api";
import type { Ports } from "../ports";
import { asHaversackError } from "../protocol/errors";
import type { DeviceStore, PendingSignOut } from "../store/store";
import type { Limits } from "./limits";
import { TabLock } from "./lock";
import type { Server } from "./server";
import { Watchdog } from "./watchdog";

export class Account {
  private readonly device: DeviceStore;

  constructor(
    private readonly ports: Pick<Ports, "clock" | "locks" | "stores">,
    private readonly app: string,
    private readonly server: Server,
    private readonly limits: Pick<Limits, "progress" | "patience">,
  ) {
    this.device = ports.stores.device(app);
  }

  async current(): Promise<User | null> {
    return (await this.device.read()).user;
  }

  /** @throws HaversackError: nothing has changed then. */
  signIn(username: string, password: string): Promise<User> {
    return this.alone(async (signal) => {
      // A sign-out that is refused must not lock everybody out: signing in replaces that session anyway.
      await this.flush(signal).catch(unlessAnswered);
      await this.wipe();
      const user = await this.server.signIn(username, password, signal);
      // The sessions that sign-outs were to end are no more. Told later, they would end the new one.
      await this.device.update((record) => ({ ...record, user, signOuts: [] }));
      return user;
    });
  }

  /** Takes the session that the browser holds already, on a device that has no user yet. */
  adopt(): Promise<User | null> {
    return this.alone(async (signal) => {
      await this.flush(signal);
      const { user } = await this.server.currentSession(signal, true);
      const record = await this.device.update((now) => (now.user === null ? { ...now, user } : now));
      return record.user;
    });
  }

  /** Removes the person and their data from the device; needs no server. */
  async signOut(signOut: PendingSignOut): Promise<void> {
    try {
      await this.note(signOut);
    } catch {
      // Most likely no space is left: the data that has to go takes it, and goes whether this is noted or not.
      await this.ports.stores
        .user(this.app, signOut.user)
        .destroy()
        .catch(() => undefined);
      await this.note(signOut);
    }
    await this.wipe();
  }

  private async note(signOut: PendingSignOut): Promise<void> {
    await this.device.update((record) => ({
      user: record.user?.key === signOut.user ? null : record.user,
      signOuts: [...record.signOuts.filter(({ user }) => user !== signOut.user), signOut],
      wipe: [...new Set([...record.wipe, signOut.user])],
    }));
  }

  /** Removes databases of people who signed out, also those where it was interrupted. */
  async wipe(): Promise<void> {
    const { wipe } = await this.device.read();
    for (const key of wipe) {
      await this.ports.stores.user(this.app, key).destroy();
      await this.device.update((record) => ({ ...record, wipe: record.wipe.filter((other) => other !== key) }));
    }
  }

  /** Tells the server of sign-outs that it has not heard of. */
  async tellServer(): Promise<void> {
    // Nearly always there are none, and nobody has to wait for a tab that is signing in.
    if ((await this.device.read()).signOuts.length > 0) await this.alone((signal) => this.flush(signal));
  }

  /** Asks the server who we are: proves that it can be reached. */
  async probe(): Promise<void> {
    await this.tellServer();
    const watchdog = new Watchdog(this.ports.clock, this.limits.progress);
    await watchdog.guard(({ signal }) => this.server.currentSession(signal, true));
  }

  private async flush(signal: AbortSignal): Promise<void> {
    for (const signOut of (await this.device.read()).signOuts) {
      await this.server.signOut(signOut, signal);
      await this.device.update((record) => ({
        ...record,
        signOuts: record.signOuts.filter(({ user }) => user !== signOut.user),
      }));
    }
  }

  /** One tab at a time: a late sign-out of one must not end the session that another has just begun. */
  private async alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, locks } = this.ports;
    let watchdog: Watchdog | undefined;
    const lock = new TabLock(locks, clock, `haversack/${this.app}/session`, this.limits.patience);
    try {
      return await lock.run(() => {
        watchdog = new Watchdog(clock, this.limits.progress);
        return watchdog.guard(({ signal }) => work(signal));
      });
    } catch (error) {
      // A frozen tab that lost the lock must not go on, when it thaws, where others have been since.
      watchdog?.abort(error);
      throw error;
    }
  }
}

function unlessAnswered(error: unknown): void {
  const { code } = asHaversackError(error);
  if (code === "network" || code === "timeout") throw error;
}
