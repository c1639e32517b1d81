/** Ties a screen to the runtime's events for as long as it is on the page. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { OfflineEvents } from "../../api";

type Handlers = { [T in keyof OfflineEvents]?: (detail: OfflineEvents[T]) => void };

export class Live implements ReactiveController {
  #listeners: [keyof OfflineEvents, (event: CustomEvent) => void][];

  constructor(host: ReactiveControllerHost, handlers: Handlers) {
    this.#listeners = Object.entries(handlers).map(([type, handler]) => [
      type as keyof OfflineEvents,
      (event: CustomEvent) => (handler as (detail: unknown) => void)(event.detail),
    ]);
    host.addController(this);
  }

  hostConnected(): void {
    for (const [type, listener] of this.#listeners) window.offline.addEventListener(type, listener);
  }

  hostDisconnected(): void {
    for (const [type, listener] of this.#listeners) window.offline.removeEventListener(type, listener);
  }
}

/** Re-renders its host when a media query starts or stops matching. */
export class Media implements ReactiveController {
  #list: MediaQueryList;

  constructor(
    readonly host: ReactiveControllerHost,
    query: string,
  ) {
    this.#list = matchMedia(query);
    host.addController(this);
  }

  get matches(): boolean {
    return this.#list.matches;
  }

  hostConnected(): void {
    this.#list.addEventListener("change", this.#changed);
  }

  hostDisconnected(): void {
    this.#list.removeEventListener("change", this.#changed);
  }

  #changed = (): void => this.host.requestUpdate();
}
