/** Which rows of a long list to render: those in sight, and some to either side. */

const OVERSCAN = 6;

export interface Range {
  start: number;
  /** Exclusive. */
  end: number;
}

export function visibleRange(
  scrollTop: number,
  viewport: number,
  rowHeight: number,
  total: number,
  overscan = OVERSCAN,
): Range {
  if (rowHeight <= 0 || total <= 0) return { start: 0, end: 0 };
  const first = Math.floor(Math.max(scrollTop, 0) / rowHeight);
  const count = Math.ceil(viewport / rowHeight) + 1;
  const end = Math.min(first + count + overscan, total);
  // After rows went away the scroll position may lie past the end for a moment.
  return { start: Math.max(Math.min(first, total - count) - overscan, 0), end };
}

/** Where to scroll so that a row is in sight, or `null` when it is. */
export function scrollToShow(index: number, scrollTop: number, viewport: number, rowHeight: number): number | null {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + viewport) return top + rowHeight - viewport;
  return null;
}
