import { css } from "lit";

export const rowStyles = css`
  :host {
    position: relative;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
  }

  .scroller {
    position: relative;
    overflow-y: auto;
    overscroll-behavior: contain;
    min-block-size: 0;
    padding-block-end: var(--rows-end, 0);
    /* The rows move by themselves under a changing list. */
    overflow-anchor: none;
    outline-offset: -2px;
  }

  /* Where the handle is, a finger needs no bar. */
  @media (pointer: coarse) {
    .long {
      scrollbar-width: none;
    }
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
    block-size: 4.5rem;
    padding-inline: var(--space-2);
  }

  :host([table]) .row {
    block-size: 3.25rem;
  }

  .row a,
  .waiting {
    display: flex;
    align-items: center;
    gap: var(--space-3);
  }

  .row a {
    position: relative;
    block-size: 100%;
    padding-inline: var(--space-2);
    border-radius: var(--radius-m);
    color: inherit;
    text-decoration: none;
    outline-offset: -3px;
    transition: background-color var(--quick);
  }

  .waiting {
    padding-inline: var(--space-4);
  }

  /* The line between rows starts at the text, under which the eye travels. */
  .row a::after {
    content: "";
    position: absolute;
    inset-block-end: 0;
    inset-inline: var(--space-2);
    border-block-end: 1px solid var(--line);
  }

  .row a:has(.thumb)::after {
    inset-inline-start: 4.25rem;
  }

  :host([table]) .row a::after {
    inset-inline: var(--space-2);
  }

  .row a[aria-current]::after,
  .row:last-child a::after {
    border-color: transparent;
  }

  .thumb {
    flex: none;
    inline-size: 3rem;
    block-size: 3rem;
  }

  :host([table]) .thumb {
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 0.375rem;
  }

  .main {
    flex: 1;
    min-inline-size: 0;
    display: grid;
    gap: 0.125rem;
  }

  .title {
    font-size: max(1rem, var(--size-m));
    font-weight: 600;
    line-height: 1.3;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  :host([table]) .title {
    font-size: var(--size-m);
  }

  .facts {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    font-size: var(--size-s);
    line-height: 1.3;
    color: var(--muted);
  }

  .fact:not(:last-child)::after {
    content: "\\00a0·\\00a0\\200b";
  }

  /* A date or an amount is not torn at the end of a line. */
  .fact.measured {
    display: inline-block;
  }

  .value {
    font-variant-numeric: tabular-nums;
  }

  .trail {
    flex: none;
    max-inline-size: 40%;
    display: grid;
    gap: 0.125rem;
    justify-items: end;
    text-align: end;
    font-weight: 600;
  }

  .trail .label {
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 400;
    font-size: var(--size-xs);
    line-height: 1.35;
    color: var(--muted);
  }

  .cells {
    flex: 1;
    min-inline-size: 0;
    display: grid;
    grid-template-columns: var(--columns);
    align-items: center;
    gap: var(--space-5);
  }

  .named {
    display: grid;
    min-inline-size: 0;
    justify-items: start;
  }

  .named .title {
    max-inline-size: 100%;
  }

  .named .local {
    font-size: var(--size-xs);
  }

  .cell {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .cell.bare {
    color: var(--muted);
  }

  .numeric {
    text-align: end;
  }

  mark {
    border-radius: 0.2em;
    background: var(--mark);
    color: inherit;
  }

  .row a[aria-current] {
    background: var(--accent-soft);
  }

  @media (hover: hover) {
    .row a:hover:not([aria-current]) {
      background: var(--sunken);
    }
  }

  .row a:active:not([aria-current]) {
    background: var(--sunken);
  }

  .shape {
    display: block;
    border-radius: var(--radius-s);
    background: var(--line);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }

  .shape.line {
    inline-size: 55%;
    block-size: 0.75rem;
    margin-block: 0.125rem;
  }

  .shape.short {
    inline-size: 35%;
  }

  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .shape {
      animation: none;
    }
  }
`;
