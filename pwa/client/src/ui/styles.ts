/** What every component shares: resets, headings, buttons, fields and small helpers. */
import { css } from "lit";

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    display: block;
  }

  /* A value is read in its own direction, and stays where those of the other records are. */
  [dir="auto"] {
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  [hidden],
  :host([hidden]) {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h1,
  h2,
  h3 {
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.2;
    text-wrap: pretty;
    overflow-wrap: anywhere;
  }

  h1 {
    font-size: var(--size-xl);
  }

  h2 {
    font-size: var(--size-l);
  }

  h1:focus,
  h2:focus {
    outline: none;
  }

  a {
    color: var(--accent);
    text-underline-offset: 0.2em;
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .icon {
    display: block;
    inline-size: 1.375rem;
    block-size: 1.375rem;
    flex: none;
  }

  :dir(rtl) .flip {
    transform: scaleX(-1);
    transform-origin: center;
  }

  .muted {
    color: var(--muted);
  }

  .small {
    font-size: var(--size-s);
  }

  .only-read {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-block-size: var(--touch);
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--edge);
    border-radius: var(--radius-full);
    background: transparent;
    color: var(--text);
    font: inherit;
    font-weight: 600;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color var(--quick),
      border-color var(--quick);
    touch-action: manipulation;
  }

  .button .icon {
    inline-size: 1.125rem;
    block-size: 1.125rem;
  }

  .button:disabled {
    cursor: default;
    color: var(--muted);
    border-color: var(--line);
    background: transparent;
  }

  .primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }

  .danger {
    border-color: var(--danger);
    color: var(--danger);
  }

  .danger.primary {
    background: var(--danger);
    color: var(--on-danger);
  }

  .quiet {
    border-color: transparent;
    color: var(--accent);
  }

  .round {
    inline-size: var(--touch);
    padding: 0;
    border-color: transparent;
  }

  .round .icon,
  .square .icon {
    inline-size: 1.375rem;
    block-size: 1.375rem;
  }

  .square {
    position: relative;
    flex: none;
    inline-size: var(--touch);
    padding: 0;
    border-color: var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  .square.on {
    border-color: transparent;
    background: var(--accent-soft);
    color: var(--accent);
  }

  .badge {
    display: inline-grid;
    place-items: center;
    min-inline-size: 1.25rem;
    block-size: 1.25rem;
    padding-inline: 0.3rem;
    border-radius: var(--radius-full);
    background: var(--accent);
    color: var(--on-accent);
    font-size: var(--size-xs);
    font-weight: 650;
    line-height: 1;
    font-variant-numeric: tabular-nums;
  }

  .square .badge {
    position: absolute;
    inset-block-start: -0.375rem;
    inset-inline-end: -0.375rem;
  }

  @media (hover: hover) {
    .button:hover:not(:disabled) {
      background: var(--accent-soft);
    }

    .primary:hover:not(:disabled) {
      background: color-mix(in oklab, var(--accent) 88%, var(--text));
    }

    .danger:hover:not(:disabled) {
      background: var(--danger-soft);
    }

    .danger.primary:hover:not(:disabled) {
      background: color-mix(in oklab, var(--danger) 88%, var(--text));
    }
  }
`;

/** A line to choose, as a whole: label, box and number. */
export const choices = css`
  .choice {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    min-block-size: var(--touch);
    cursor: pointer;
  }

  .choice input {
    flex: none;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    margin: 0;
    accent-color: var(--accent);
  }

  .choice .name {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .choice .number {
    color: var(--muted);
    font-size: var(--size-s);
    font-variant-numeric: tabular-nums;
  }

  .choice.none .name {
    color: var(--muted);
  }
`;

export const cards = css`
  .card {
    padding: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow-1);
  }

  .card > h2 {
    margin-block-end: var(--space-3);
  }

  .facts > div {
    display: flex;
    /* One below the other where large text leaves no room for both. */
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    padding-block: var(--space-2);
    border-block-start: 1px solid var(--line);
  }

  .facts > div:first-child {
    border-block-start: 0;
    padding-block-start: 0;
  }

  .facts > div:last-child {
    padding-block-end: 0;
  }

  .facts dt {
    flex: 2 1 5.5rem;
    /* Long words of other languages: at a hyphen where the browser knows them, else they make room for themselves. */
    min-inline-size: min-content;
    hyphens: auto;
    color: var(--muted);
  }

  .facts dd {
    flex: 3 1 8.25rem;
    min-inline-size: 0;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
`;
