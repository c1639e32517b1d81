import type { Channel } from "../ports";

interface Tab {
  callback: ((message: unknown) => void) | null;
}

/** The tabs of one browser: what one posts all others hear, later. */
export class ChannelHub {
  private readonly tabs: Tab[] = [];

  /** The tab that was opened as this one (from 0) hears nothing until the function returned is called, then all. */
  freeze(number: number): () => void {
    const tab = this.tabs[number];
    const callback = tab?.callback;
    if (!tab || !callback) throw new Error(`There is no tab ${number}.`);
    const missed: unknown[] = [];
    tab.callback = (message) => missed.push(message);
    return () => {
      tab.callback = callback;
      for (const message of missed) callback(message);
    };
  }

  open(): Channel<unknown> & { close(): void } {
    const tab: Tab = { callback: null };
    this.tabs.push(tab);
    let isOpen = true;
    return {
      close: () => {
        isOpen = false;
        tab.callback = null;
      },
      post: (message) => {
        if (!isOpen) return;
        const copy = structuredClone(message);
        for (const other of this.tabs) if (other !== tab) queueMicrotask(() => other.callback?.(copy));
      },
      listen: (callback) => {
        tab.callback = callback;
      },
    };
  }
}
