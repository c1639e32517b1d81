/**
 * Object URLs of pictures, in the sizes in which they are shown. One URL per picture and size however many rows show it;
 * a few unused ones are kept, since scrolling back is common, and everything beyond is revoked so that the blobs can be
 * freed.
 */

export type PictureSize = "small" | "large";

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
    readonly load: (name: string, size: PictureSize) => Promise<Blob | null>,
    readonly urls: Pick<typeof URL, "createObjectURL" | "revokeObjectURL"> = URL,
  ) {}

  /** The picture's URL, `null` while it is not to be had. Every call needs one `release`. */
  acquire(name: string, size: PictureSize = "small"): Promise<string | null> {
    const id = idOf(name, size);
    const entry = this.#entries.get(id) ?? { users: 0, url: this.#open(name, size), retrying: false };
    entry.users += 1;
    // To the end of the map: its order is the order of use.
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.url;
  }

  release(name: string, size: PictureSize = "small"): void {
    const entry = this.#entries.get(idOf(name, size));
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
  retry(name: string, size: PictureSize = "small"): Promise<string | null> {
    const entry = this.#entries.get(idOf(name, size));
    if (!entry) return Promise.resolve(null);
    if (!entry.retrying) {
      entry.retrying = true;
      entry.url = entry.url
        .then((url) => url ?? this.#open(name, size))
        .finally(() => {
          entry.retrying = false;
        });
    }
    return entry.url;
  }

  /** Forgets everything: the user signed out. */
  clear(): void {
    for (const id of [...this.#entries.keys()]) this.#revoke(id);
  }

  #open(name: string, size: PictureSize): Promise<string | null> {
    return this.load(name, size).then(
      (blob) => (blob ? this.urls.createObjectURL(blob) : null),
      () => null,
    );
  }

  #revoke(id: string): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    void entry?.url.then((url) => url && this.urls.revokeObjectURL(url));
  }
}

function idOf(name: string, size: PictureSize): string {
  return `${size} ${name}`;
}

export const pictures = new Pictures((name, size) => window.offline.picture(name, size));
