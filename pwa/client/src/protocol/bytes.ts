/** Cuts a stream of bytes, whose chunks end anywhere, into lines and blocks. Memory: the longest of those. */

import { ClientError } from "./errors";

const LINE_FEED = 10;

export class ByteReader {
  private buffer = new Uint8Array(65_536);
  private start = 0;
  private end = 0;

  constructor(private readonly source: ReadableStreamDefaultReader<Uint8Array>) {}

  /** The next line without its line feed; `null` when the stream ends before one. The bytes are lent, not given. */
  async line(): Promise<Uint8Array | null> {
    let scanned = 0;
    for (;;) {
      const at = this.buffer.subarray(this.start + scanned, this.end).indexOf(LINE_FEED);
      if (at >= 0) {
        const line = this.buffer.subarray(this.start, this.start + scanned + at);
        this.start += scanned + at + 1;
        return line;
      }
      scanned = this.end - this.start;
      if (!(await this.more())) return null;
    }
  }

  /** The next `length` bytes; `null` when the stream ends before. The bytes are lent, not given. */
  async block(length: number): Promise<Uint8Array | null> {
    while (this.end - this.start < length) {
      if (!(await this.more())) return null;
    }
    const block = this.buffer.subarray(this.start, this.start + length);
    this.start += length;
    return block;
  }

  private async more(): Promise<boolean> {
    const { done, value } = await this.source.read().catch((error: unknown) => {
      throw error instanceof ClientError ? error : new ClientError("network", error);
    });
    if (done) return false;
    this.append(value);
    return true;
  }

  private append(chunk: Uint8Array): void {
    const kept = this.end - this.start;
    if (this.end + chunk.length > this.buffer.length) {
      // Growing by doubling keeps a segment that comes byte by byte linear.
      const size = Math.max(this.buffer.length, 2 ** Math.ceil(Math.log2(kept + chunk.length + 1)));
      const target = size > this.buffer.length ? new Uint8Array(size) : this.buffer;
      target.set(this.buffer.subarray(this.start, this.end));
      this.buffer = target;
      this.start = 0;
      this.end = kept;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }
}
