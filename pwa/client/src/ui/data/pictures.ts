/**
 * Object URLs of pictures on the device. One URL per picture however many rows show it; a few unused ones are kept,
 * since scrolling back is common, and everything beyond is revoked so that the blobs can be freed.
 */

const UNUSED_KEPT = 40;

interface Entry {
  users: number;
  url: Promise<string | null>;
  /** Set while it is asked for again, on behalf of everybody who waits. */
  retrying: boolean;
}

export class Pictures {
  #entries = new Map<string, Entry>();

  constructor(
    readonly load: (name: string) => Promise<Blob | null>,
    readonly urls: Pick<typeof URL, "createObjectURL" | "revokeObjectURL"> = URL,
  ) {}

  /** The picture's URL, `null` while it is not on the device. Every call needs one `release`. */
  acquire(name: string): Promise<string | null> {
    const entry = this.#entries.get(name) ?? { users: 0, url: this.#open(name), retrying: false };
    entry.users += 1;
    // To the end of the map: its order is the order of use.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.url;
  }

  release(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) entry.users -= 1;
    let unused = [...this.#entries.values()].filter(({ users }) => users <= 0).length;
    for (const [other, { users }] of this.#entries) {
      if (unused <= UNUSED_KEPT) return;
      if (users > 0) continue;
      this.#revoke(other);
      unused -= 1;
    }
  }

  /** Asks again for a picture that was not there. */
  retry(name: string): Promise<string | null> {
    const entry = this.#entries.get(name);
    if (!entry) return Promise.resolve(null);
    if (!entry.retrying) {
      entry.retrying = true;
      entry.url = entry.url
        .then((url) => url ?? this.#open(name))
        .finally(() => {
          entry.retrying = false;
        });
    }
    return entry.url;
  }

  /** Forgets everything: the user signed out. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#revoke(name);
  }

  #open(name: string): Promise<string | null> {
    return this.load(name).then(
      (blob) => (blob ? this.urls.createObjectURL(blob) : null),
      () => null,
    );
  }

  #revoke(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    void entry?.url.then((url) => url && this.urls.revokeObjectURL(url));
  }
}

export const pictures = new Pictures((name) => window.offline.file(name));
