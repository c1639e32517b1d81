/** Pictures that somebody looks at: from the device, and from the server where the budget kept them off it. */

import type { Clock } from "../ports";
import type { Store, StoredFile } from "../store/store";
import { findPictures } from "./find-file";
import type { FileSource } from "./server";

/** Milliseconds for which one that could not be had is not asked for again. */
const PATIENCE = 60_000;

export interface PictureWorld {
  store: Store;
  clock: Clock;
  isOnline(): boolean;
  download(source: FileSource): Promise<StoredFile>;
}

export type PictureSize = "small" | "large";

export class Pictures {
  private readonly underway = new Map<string, Promise<Blob | null>>();
  private readonly failed = new Map<string, number>();
  private wanted = new Set<string>();
  private finding: Promise<Map<string, FileSource>> | null = null;

  constructor(private readonly world: PictureWorld) {}

  /** The picture, or `null` where it is not to be had now. */
  async get(name: string, size: PictureSize): Promise<Blob | null> {
    const { store, clock, isOnline } = this.world;
    const key = { kind: size, name };
    const kept = await store.file(key);
    if (kept !== null) {
      if (size === "large") void store.seeFile(key, clock.now()).catch(() => undefined);
      return kept.blob;
    }
    const id = `${size} ${name}`;
    const isTried = clock.now() - (this.failed.get(id) ?? Number.NEGATIVE_INFINITY) < PATIENCE;
    if (!isOnline() || isTried) return null;
    let fetching = this.underway.get(id);
    if (fetching === undefined) {
      fetching = this.fetch(name, size)
        .catch(() => null)
        .then((blob) => {
          if (blob === null) this.failed.set(id, clock.now());
          else this.failed.delete(id);
          return blob;
        })
        .finally(() => this.underway.delete(id));
      this.underway.set(id, fetching);
    }
    return fetching;
  }

  private async fetch(name: string, size: PictureSize): Promise<Blob | null> {
    const { store, clock, download } = this.world;
    const source = (await this.find(name)).get(name);
    if (source === undefined) return null;
    const file = await download({ ...source, size });
    // Shown whether it is kept or not.
    await store.putFile({ kind: size, name }, file, clock.now(), true).catch(() => false);
    return file.blob;
  }

  /** Those that are asked for while rows are looked through are looked for together after that. */
  private find(name: string): Promise<Map<string, FileSource>> {
    this.wanted.add(name);
    this.finding ??= Promise.resolve().then(() => this.findWanted());
    return this.finding;
  }

  private async findWanted(): Promise<Map<string, FileSource>> {
    // What a screen asks for at once comes in messages of its own.
    await new Promise((resolve) => setTimeout(resolve));
    const names = this.wanted;
    this.wanted = new Set();
    this.finding = null;
    const { store } = this.world;
    const { definition } = await store.overview();
    return definition === null ? new Map() : findPictures(store, definition.definition, names);
  }
}
