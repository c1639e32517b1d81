/**
 * The focus in a list of which only a window is rendered: keys move it from row to row, and the row that has it stays
 * rendered however far the list is scrolled, or the focus would be lost with it.
 */
import type { Range } from "../data/windowing";

/** Where a key takes the focus from row `index`; -1: above the first. `null` when the key is not for the list. */
export function keyTarget(key: string, index: number, total: number, page: number): number | null {
  const last = total - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(index + 1, last);
    case "ArrowUp":
      return index - 1;
    case "Home":
      return 0;
    case "End":
      return last;
    case "PageDown":
      return Math.min(index + page, last);
    case "PageUp":
      return Math.max(index - page, 0);
    default:
      return null;
  }
}

/** The rows to render: the window, and the row that has the focus before or after it, so that their order is kept. */
export function renderedRows({ start, end }: Range, focused: number | null, total: number): number[] {
  const rows = Array.from({ length: end - start }, (_, place) => start + place);
  if (focused === null || focused >= total || (focused >= start && focused < end)) return rows;
  return focused < start ? [focused, ...rows] : [...rows, focused];
}

export class RowFocus {
  /** The row that has the focus. */
  index: number | null = null;
  /** The row that is to have it as soon as it is rendered and loaded. */
  #wanted: number | null = null;
  #apart: HTMLElement | null = null;
  #rendering = false;

  constructor(
    readonly root: () => DocumentFragment | HTMLElement,
    /** Called when rows that are rendered for the focus alone may go. */
    readonly changed: () => void,
  ) {}

  /** Where the next key counts from: keys may come faster than rows. */
  get from(): number | null {
    return this.#wanted ?? this.index;
  }

  want(index: number): void {
    this.#wanted = index;
  }

  /** The record that has the focus is in another place now. */
  moved(index: number | null): void {
    if (this.index !== null && index !== null) this.index = index;
  }

  readonly arrived = (event: FocusEvent): void => {
    this.index = indexOf(event.target);
    this.#wanted = null;
    this.changed();
  };

  readonly left = (event: FocusEvent): void => {
    if (this.#rendering || indexOf(event.relatedTarget) !== null) return;
    this.index = null;
    this.changed();
  };

  /** Before a rendering. Rows that are moved in it, or made anew, lose the focus without anybody having left them. */
  hold(): void {
    this.#rendering = true;
  }

  /** After a rendering: puts the row outside the window in its place, and gives the focus to the row that waits for it. */
  place({ start, end }: Range, height: number): void {
    const { index } = this;
    const apart = index === null || (index >= start && index < end) ? null : this.#row(index)?.parentElement;
    if (this.#apart !== apart) this.#apart?.removeAttribute("style");
    this.#apart = apart ?? null;
    if (apart && index !== null) {
      // Set here and not in the template: the Content-Security-Policy forbids style attributes.
      apart.style.setProperty("position", "absolute");
      apart.style.setProperty("inset-inline", "0");
      apart.style.setProperty("inset-block-start", `${(index - start) * height}px`);
    }
    this.#rendering = false;
    const wanted = this.#wanted === null ? null : this.#row(this.#wanted);
    const row = wanted ?? (index === null ? null : this.#row(index));
    if (row && row !== (row.getRootNode() as ShadowRoot).activeElement) row.focus({ preventScroll: true });
    if (index !== null && !row) this.index = null;
  }

  #row(index: number): HTMLElement | null {
    return this.root().querySelector<HTMLElement>(`[data-index="${index}"]`);
  }
}

function indexOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
  return row ? Number(row.dataset.index) : null;
}
