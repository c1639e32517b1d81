/**
 * Looks for a server that is out of reach: soon at first, then less often, and only while a page is looked at. What an
 * attempt proves is reported by whoever makes requests, as of any other request.
 */

import type { Clock } from "../ports";

const FIRST = 5_000;
const LONGEST = 60_000;

export class Probing {
  private lost: boolean;
  private delay = FIRST;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly probe: () => Promise<unknown>,
    /** How things stand at first. */
    private at: { online: boolean; visible: boolean },
  ) {
    this.lost = !at.online;
    this.plan();
  }

  /** The page is looked at, or not any more. */
  seen(visible: boolean): void {
    const turned = visible !== this.at.visible;
    this.at = { ...this.at, visible };
    this.delay = FIRST;
    if (turned && visible && this.lost) void this.now();
    else this.plan();
  }

  /** A request proved that the server can be reached, or cannot. */
  found(online: boolean): void {
    if (this.lost === !online) return;
    this.lost = !online;
    this.delay = FIRST;
    this.plan();
  }

  private plan(): void {
    this.cancel();
    if (!this.lost || !this.at.visible) return;
    this.cancel = this.clock.after(this.delay, () => void this.now());
  }

  private async now(): Promise<void> {
    this.cancel();
    this.delay = Math.min(this.delay * 2, LONGEST);
    await this.probe().catch(() => undefined);
    this.plan();
  }
}
