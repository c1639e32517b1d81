/** Where the focus goes when the screen changes: to the heading of the new one, or back to the row that was opened. */
import type { LitElement, ReactiveController } from "lit";
import type { Route } from "./router";
import type { List } from "./screens/list";
import type { OwnScreen } from "./screens/own";

type Place = "heading" | "row";

export class ScreenFocus implements ReactiveController {
  #wanted: Place | null = null;
  #left: Route = { screen: "home" };

  constructor(readonly host: LitElement) {
    host.addController(this);
  }

  /** The screen changes with the next rendering. `list`: the entity whose list it is then, if it is one. */
  changes(cause: "push" | "pop", left: Route, list: string | undefined): void {
    const closed = cause === "pop" && left.screen === "detail" && left.entity === list;
    this.#left = left;
    this.#wanted = closed ? "row" : "heading";
  }

  /** Nobody comes back to what the earlier person looked at. */
  forget(): void {
    this.#left = { screen: "home" };
  }

  hostUpdated(): void {
    if (this.#wanted) void this.move(this.#wanted);
    this.#wanted = null;
  }

  async move(where: Place): Promise<void> {
    const left = this.#left;
    const screens = ["hv-own-screen[kind=detail]", "hv-later.screen", "hv-detail", "hv-list", "hv-own-screen"].map(
      (name) => this.host.renderRoot.querySelector<LitElement>(`${name}:not(.behind)`),
    );
    const screen = screens.find((element) => element !== null);
    await screen?.updateComplete;
    if (where === "row" && left.screen === "detail" && (screen as List | undefined)?.focusRow?.(left.key)) return;
    const own = screen as Partial<OwnScreen> | undefined;
    if (own?.focusHeading) return own.focusHeading();
    screen?.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }
}
