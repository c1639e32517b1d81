import { css } from "lit";

export const listStyles = css`
  :host {
    position: relative;
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
    block-size: 100%;
  }

  header {
    display: grid;
    grid-template: "title sync" auto "find find" auto / minmax(min-content, 1fr) minmax(0, auto);
    align-items: center;
    gap: var(--space-2) var(--space-3);
    padding: var(--space-2) var(--space-4) var(--space-3);
  }

  .title {
    grid-area: title;
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-2);
  }

  /* Words stay whole: what the sync button says has room for a second line. */
  .title h1 {
    overflow-wrap: break-word;
    hyphens: auto;
  }

  .count {
    min-block-size: 1.45em;
    color: var(--muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  /* The smallest phones, and others with large text: the button says nothing more (sync-button.ts). */
  @media (max-width: 22rem) {
    header {
      grid-template-columns: minmax(0, 1fr) auto;
    }
  }

  hv-sync-button {
    grid-area: sync;
    margin-inline-end: calc(-1 * var(--space-2));
  }

  /* Under the thumb, over the rows. */
  .add {
    position: absolute;
    z-index: 2;
    inset-block-end: var(--space-4);
    inset-inline-end: var(--space-4);
    min-block-size: 3.5rem;
    padding-inline: var(--space-4) var(--space-5);
    box-shadow: var(--shadow-2);
    font-size: 1rem;
  }

  .add .icon {
    inline-size: 1.375rem;
    block-size: 1.375rem;
  }

  /* The last row can be scrolled out from under it. */
  .add ~ .body > * {
    --rows-end: 5.5rem;
  }

  :host([table]) .body > * {
    --rows-end: 0;
  }

  :host([table]) .add {
    position: static;
    grid-area: add;
    min-block-size: var(--touch);
    padding-inline: var(--space-3) var(--space-4);
    box-shadow: none;
  }

  .find {
    grid-area: find;
    display: flex;
    justify-content: flex-end;
    gap: var(--space-2);
    min-inline-size: 0;
  }

  hv-search {
    flex: 1;
    min-inline-size: 0;
  }

  /* What scrolls says nothing of how wide the title is. */
  .find,
  hv-strip,
  hv-chips {
    contain: inline-size;
  }

  hv-strip,
  hv-chips {
    grid-column: 1 / -1;
    min-inline-size: 0;
  }

  :host([table]) header {
    grid-template: "title find sync add" auto / auto minmax(0, 1fr) auto auto;
    padding-block: var(--space-3);
    padding-inline: var(--space-5);
  }

  /* Between a title and a button a search would have room for a word or two. */
  @media (max-width: 60rem) {
    :host([table]) header {
      grid-template: "title sync add" auto "find find find" auto / minmax(min-content, 1fr) auto auto;
    }

    :host([table]) .find {
      inline-size: 100%;
    }
  }

  :host([table]) .title {
    flex-wrap: nowrap;
    white-space: nowrap;
  }

  :host([table]) .find {
    inline-size: min(100%, 32rem);
    justify-self: end;
  }

  :host([table]) hv-rows,
  :host([table]) .tree {
    padding-inline: var(--space-2);
  }

  .body {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr) auto;
    min-block-size: 0;
  }

  .body > * {
    grid-row: 1;
    min-inline-size: 0;
  }

  hv-filter-panel[docked] {
    grid-column: 2;
    inline-size: 20rem;
  }

  .tree {
    overflow-y: auto;
    padding-inline: var(--space-2);
    padding-block-end: var(--space-5);
  }

  .tree hv-tree {
    max-inline-size: 48rem;
  }

  .empty {
    display: grid;
    justify-items: center;
    align-content: start;
    gap: var(--space-2);
    padding: var(--space-7) var(--space-5);
    text-align: center;
    text-wrap: balance;
  }

  .emblem {
    display: grid;
    place-items: center;
    inline-size: 3.5rem;
    block-size: 3.5rem;
    margin-block-end: var(--space-2);
    border-radius: 50%;
    background: var(--sunken);
    color: var(--muted);
  }

  .empty .button {
    margin-block-start: var(--space-3);
  }
`;
