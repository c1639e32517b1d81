/**
 * How far a download is, in rows and in bytes as they travel. What a download that was cut left on the device counts as
 * done, as far as it still holds.
 */

import type { EntityMessage, PartMessage, StartMessage } from "../protocol/messages";
import type { Ask } from "./asks";

export interface Amounts {
  /** Rows. */
  done: number;
  total: number;
  bytes: number;
  totalBytes: number;
}

export class Progress {
  private readonly now: Amounts = { done: 0, total: 0, bytes: 0, totalBytes: 0 };

  constructor(
    private readonly asks: ReadonlyMap<string, Ask>,
    /** Whether a part is on the device. */
    private readonly has: (entity: string, part: PartMessage) => boolean,
    private readonly tell: (amounts: Amounts) => void,
  ) {}

  begin({ rows, bytes, fetch }: StartMessage): void {
    let kept = 0;
    for (const ask of this.asks.values()) kept += ask.kept;
    this.add({ done: kept, total: kept + rows + fetch.rows, totalBytes: bytes + fetch.bytes });
  }

  entity(message: EntityMessage): void {
    const kept = this.asks.get(message.entity)?.kept ?? 0;
    const holds = message.mode === "ranges" ? Math.min(kept, message.total - message.rows) : 0;
    this.add({ done: holds - kept, total: holds - kept });
  }

  /** A segment came. */
  rows(rows: number, bytes: number): void {
    this.add({ done: rows, bytes });
  }

  listed(entity: string, part: PartMessage): void {
    if (this.has(entity, part)) this.part(part, true);
  }

  /** A part is here now, or (`false`) is not, although it was counted. */
  part({ rows, packed }: PartMessage, isHere: boolean): void {
    this.add(isHere ? { done: rows, bytes: packed } : { done: -rows, bytes: -packed });
  }

  private add(more: Partial<Amounts>): void {
    for (const name of ["done", "total", "bytes", "totalBytes"] as const) this.now[name] += more[name] ?? 0;
    this.tell({ ...this.now });
  }
}
