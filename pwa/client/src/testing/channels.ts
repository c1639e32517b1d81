import type { Channel } from "../ports";

/** The tabs of one browser: what one posts all others hear, later. */
export class ChannelHub {
  private readonly tabs: { callback: ((message: unknown) => void) | null }[] = [];

  open(): Channel<unknown> {
    const tab: { callback: ((message: unknown) => void) | null } = { callback: null };
    this.tabs.push(tab);
    return {
      post: (message) => {
        const copy = structuredClone(message);
        for (const other of this.tabs) if (other !== tab) queueMicrotask(() => other.callback?.(copy));
      },
      listen: (callback) => {
        tab.callback = callback;
      },
    };
  }
}
