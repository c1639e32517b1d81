import { css } from "lit";

export const navStyles = css`
  nav {
    background: var(--surface);
    border-block-start: 1px solid var(--line);
    padding-block-end: env(safe-area-inset-bottom);
  }

  nav > ul {
    display: flex;
    justify-content: center;
  }

  nav > ul > li {
    flex: 1;
    min-inline-size: 0;
    max-inline-size: 9rem;
  }

  .item {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: center;
    align-content: center;
    gap: 0.2rem;
    inline-size: 100%;
    min-block-size: 3.75rem;
    /* Words of other languages are long, and there are five of them beside each other. */
    padding: var(--space-1) 1px;
    border: 0;
    background: none;
    color: var(--muted);
    font: 600 clamp(0.625rem, 3.4vw, 0.75rem) / 1.2 var(--font);
    letter-spacing: -0.02em;
    text-decoration: none;
    text-align: center;
    cursor: pointer;
    outline-offset: -3px;
    touch-action: manipulation;
  }

  .item > span:last-child {
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .mark {
    position: relative;
    display: grid;
    place-items: center;
    inline-size: min(3.25rem, 100%);
    block-size: 1.75rem;
    border-radius: var(--radius-full);
    transition: background-color var(--quick);
  }

  .item[aria-current],
  .item.current {
    color: var(--accent);
  }

  .item[aria-current] .mark {
    background: var(--accent-soft);
  }

  .alert {
    position: absolute;
    inset-block-start: 0.1rem;
    inset-inline-end: 0.7rem;
    inline-size: 0.55rem;
    block-size: 0.55rem;
    border: 1.5px solid var(--surface);
    border-radius: 50%;
    background: var(--danger);
  }

  .number {
    position: absolute;
    inset-block-start: -0.2rem;
    inset-inline-start: calc(50% + 0.35rem);
    min-inline-size: 1.125rem;
    padding: 0.1rem 0.3rem;
    border: 1.5px solid var(--surface);
    border-radius: var(--radius-full);
    background: var(--muted);
    color: var(--surface);
    font: 650 0.6875rem / 1.1 var(--font);
    font-variant-numeric: tabular-nums;
    text-align: center;
  }

  .number.turn {
    background: var(--danger);
    color: var(--on-danger);
  }

  .sheet .item,
  :host([spacious]) .item {
    grid-template-columns: auto 1fr;
    justify-items: start;
    align-items: center;
    gap: var(--space-3);
    min-block-size: 2.75rem;
    padding-inline: var(--space-2) var(--space-3);
    border-radius: var(--radius-m);
    font-size: var(--size-m);
    font-weight: 550;
    text-align: start;
  }

  .sheet .item {
    min-block-size: 3.25rem;
  }

  .sheet .mark,
  :host([spacious]) .mark {
    inline-size: 1.75rem;
  }

  :host([rail]) nav {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    padding: var(--space-3) var(--space-1);
    border-block-start: 0;
    border-inline-end: 1px solid var(--line);
    overflow-y: auto;
  }

  :host([spacious]) nav {
    padding: var(--space-4) var(--space-3);
  }

  .app {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    padding: 0 var(--space-2) var(--space-5);
    font-weight: 650;
    font-size: var(--size-l);
    line-height: 1.25;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }

  .app img {
    flex: none;
    inline-size: 2rem;
    block-size: 2rem;
  }

  :host([rail]) nav > ul {
    flex: 1;
    flex-direction: column;
    justify-content: flex-start;
    gap: var(--space-1);
  }

  :host([rail]) nav > ul > li {
    flex: none;
    max-inline-size: none;
  }

  /* A rail is high, and narrow. */
  :host([rail]) .item > span:last-child {
    white-space: normal;
    hyphens: auto;
    overflow-wrap: anywhere;
  }

  :host([rail]) .last {
    margin-block-start: auto;
    padding-block-start: var(--space-3);
  }

  :host([spacious]) .item[aria-current] {
    background: var(--accent-soft);
  }

  :host([spacious]) .item[aria-current] .mark {
    background: none;
  }

  :host([spacious]) .alert {
    inset-inline-end: 0;
  }

  @media (hover: hover) {
    .item:hover {
      color: var(--text);
    }

    :host([spacious]) .item:hover:not([aria-current]),
    .sheet .item:hover:not([aria-current]) {
      background: var(--sunken);
    }

    .item[aria-current]:hover {
      color: var(--accent);
    }
  }
`;
