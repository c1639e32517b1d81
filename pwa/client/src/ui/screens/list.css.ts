import { css } from "lit";

export const listStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
    block-size: 100%;
    container-type: inline-size;
  }

  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
    padding: var(--space-2) var(--space-4) var(--space-3);
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
    min-block-size: var(--touch);
  }

  .bar hv-sync-button {
    margin-inline-end: calc(-1 * var(--space-2));
  }

  .scroller {
    position: relative;
    overflow-y: auto;
    overscroll-behavior: contain;
    min-block-size: 0;
    /* The rows move by themselves under a changing list. */
    overflow-anchor: none;
    outline-offset: -2px;
  }

  .count {
    padding: var(--space-2) var(--space-4);
    font-size: var(--size-s);
    color: var(--muted);
    font-variant-numeric: tabular-nums;
  }

  .spacer {
    position: relative;
    overflow: clip;
  }

  .rows {
    position: absolute;
    inset-block-start: 0;
    inset-inline: 0;
  }

  .row {
    block-size: var(--row);
    padding-inline: var(--space-2);
  }

  .row a,
  .waiting {
    display: flex;
    align-items: center;
    gap: var(--space-3);
  }

  .row a {
    block-size: 100%;
    padding-inline: var(--space-2);
    border-radius: var(--radius-m);
    color: inherit;
    text-decoration: none;
    outline-offset: -3px;
  }

  .waiting {
    padding-inline: var(--space-4);
  }

  .thumb {
    flex: none;
    inline-size: 3.25rem;
    block-size: 3.25rem;
  }

  .main {
    flex: 1;
    min-inline-size: 0;
    display: grid;
    align-content: center;
    gap: 0.125rem;
    /* The line between rows starts at the text, under which the eye travels. */
    block-size: 100%;
    border-block-end: 1px solid var(--line);
  }

  .title {
    font-size: max(1rem, var(--size-m));
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .facts {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    font-size: var(--size-s);
    line-height: 1.35;
    color: var(--muted);
  }

  .fact:not(:last-child)::after {
    content: "\\00a0·\\00a0\\200b";
  }

  /* A date or an amount is not torn at the end of a line. */
  .fact.measured {
    display: inline-block;
  }

  /* A dash without its label says nothing. */
  .fact.bare:not(.measured) {
    display: none;
  }

  .value {
    font-variant-numeric: tabular-nums;
  }

  .fact.measured .value {
    color: var(--text);
  }

  .fact:not(.measured) .label {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .row a[aria-current] {
    background: var(--accent-soft);
  }

  .row a[aria-current] .main {
    border-color: transparent;
  }

  @media (hover: hover) {
    .row a:hover:not([aria-current]) {
      background: var(--sunken);
    }
  }

  @container (min-width: 42rem) {
    .main {
      grid-template-columns: minmax(10rem, 1.1fr) 2fr;
      align-items: center;
      gap: var(--space-4);
    }

    .facts {
      display: flex;
      gap: var(--space-4);
      white-space: nowrap;
    }

    .fact,
    .fact.bare:not(.measured) {
      display: grid;
      flex: 1 1 0;
      min-inline-size: 0;
    }

    .fact.numeric {
      flex: 0.6 1 0;
      text-align: end;
    }

    .fact:not(:last-child)::after {
      content: none;
    }

    .fact > span,
    .fact:not(.measured) .label {
      position: static;
      inline-size: auto;
      block-size: auto;
      clip-path: none;
      overflow: hidden;
      text-overflow: ellipsis;
    }

    .fact .value {
      font-size: var(--size-m);
      color: var(--text);
    }
  }

  .shape {
    display: block;
    border-radius: var(--radius-s);
    background: var(--line);
    opacity: 0.7;
  }

  .shape.line {
    inline-size: 55%;
    block-size: 0.75rem;
    margin-block: 0.125rem;
  }

  .shape.short {
    inline-size: 35%;
  }

  .empty {
    display: grid;
    justify-items: center;
    gap: var(--space-2);
    padding: var(--space-7) var(--space-5);
    text-align: center;
  }

  .empty .button {
    margin-block-start: var(--space-3);
  }
`;
