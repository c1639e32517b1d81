/** What the service worker keeps: the app's page and its files, each under an address that names its revision. */

export interface Entry {
  url: string;
  /** `null`: the address itself changes with the content. */
  revision: string | null;
}

export class Shell {
  /** Where each address is kept. */
  readonly #keys: ReadonlyMap<string, string>;

  constructor(
    readonly cacheName: string,
    entries: readonly Entry[],
  ) {
    this.#keys = new Map(entries.map(({ url, revision }) => [absolute(url), keyOf(url, revision)]));
  }

  has(url: string): boolean {
    return this.#keys.has(absolute(url));
  }

  /** Fetches what is not kept yet. @throws Error: something could not be had; what came stays for the next try. */
  async install(): Promise<void> {
    const cache = await caches.open(this.cacheName);
    const missing = async (url: string, key: string) => {
      if ((await cache.match(key)) === undefined) await cache.put(key, await fetched(url, url === key));
    };
    await Promise.all(Array.from(this.#keys, ([url, key]) => missing(url, key)));
  }

  /** Removes what an earlier version kept. */
  async activate(): Promise<void> {
    const cache = await caches.open(this.cacheName);
    const kept = new Set(this.#keys.values());
    const outdated = (await cache.keys()).filter(({ url }) => !kept.has(url));
    await Promise.all(outdated.map((request) => cache.delete(request)));
  }

  /** The kept file, or the server's where somebody removed it. */
  async respond(url: string): Promise<Response> {
    const key = this.#keys.get(absolute(url)) ?? url;
    return (await (await caches.open(this.cacheName)).match(key)) ?? fetch(url);
  }
}

async function fetched(url: string, isImmutable: boolean): Promise<Response> {
  const response = await fetch(url, { cache: isImmutable ? "default" : "reload", credentials: "same-origin" });
  // The sign-in page of a network must not become the app.
  if (response.redirected || response.status !== 200) throw new Error(`${url}: ${response.status}`);
  // A cache compares the headers that `Vary` names. Those of a navigation are not those of this request, so the shell
  // would be kept and never found.
  const headers = new Headers(response.headers);
  headers.delete("Vary");
  return new Response(response.body, { status: response.status, headers });
}

function keyOf(url: string, revision: string | null): string {
  const key = new URL(absolute(url));
  if (revision !== null) key.searchParams.set("revision", revision);
  return key.href;
}

function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}
