/** Modules with an app's own screens: each is loaded once, when it is first shown. */

export type MakeScreen = () => HTMLElement;

/** What browsers have for it. */
export interface OwnScreenWorld {
  load(url: string): Promise<unknown>;
  elements: Pick<CustomElementRegistry, "define" | "get">;
}

export class OwnScreens {
  #made = new Map<string, Promise<MakeScreen>>();
  #attempts = 0;
  #defined = 0;

  constructor(readonly world: OwnScreenWorld) {}

  /** Rejects when there is no such module, or no custom element in it; what failed is loaded again when asked again. */
  get(url: string): Promise<MakeScreen> {
    const known = this.#made.get(url);
    if (known) return known;
    const making = this.#load(url);
    this.#made.set(url, making);
    making.catch(() => this.#made.delete(url));
    return making;
  }

  async #load(url: string): Promise<MakeScreen> {
    // Browsers remember that a module failed to load, by its whole address; servers and caches see no fragment.
    const again = this.#attempts > 0 ? `#${this.#attempts}` : "";
    try {
      const module = await this.world.load(url + again);
      return this.#maker((module as { default?: unknown }).default);
    } catch (error) {
      this.#attempts += 1;
      throw error;
    }
  }

  #maker(exported: unknown): MakeScreen {
    const { elements } = this.world;
    const made = typeof exported === "string" ? elements.get(exported) : exported;
    if (typeof made !== "function") {
      throw new TypeError("The default export is neither a custom element's class nor the name of one.");
    }
    const Screen = made as CustomElementConstructor;
    if (typeof exported !== "string") {
      try {
        this.#defined += 1;
        elements.define(`own-screen-${this.#defined}`, Screen);
      } catch {
        // The module has defined it itself, or it is none: making one tells.
      }
    }
    return () => new Screen();
  }
}

export const ownScreens = new OwnScreens({
  load: (url) => import(/* @vite-ignore */ url),
  elements: globalThis.customElements,
});
