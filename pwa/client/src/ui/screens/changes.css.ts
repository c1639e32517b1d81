import { css } from "lit";

export const changesStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
    inline-size: min(100%, 44rem);
    margin-inline: auto;
    padding: var(--space-4);
    padding-block-end: var(--space-7);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 var(--space-3);
    min-block-size: var(--touch);
  }

  header .button {
    margin-inline-end: calc(-1 * var(--space-3));
  }

  .sides,
  .side,
  section,
  section > ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: var(--space-5);
  }

  section,
  section > ul {
    gap: var(--space-3);
  }

  @media (min-width: 1100px) {
    :host {
      padding: var(--space-5);
    }

    :host([wide]) {
      inline-size: min(100%, 72rem);
    }

    .two {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }

  h2 {
    display: flex;
    gap: var(--space-2);
  }

  h2 .muted {
    font-weight: 500;
  }

  h3 {
    font-size: var(--size-m);
    line-height: 1.3;
  }

  h3 a {
    display: inline-block;
    color: inherit;
    text-decoration-color: var(--edge);
    text-decoration-thickness: 1px;
  }

  .summary {
    display: grid;
    gap: var(--space-3);
  }

  .line,
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
  }

  .line .words {
    flex: 1 1 12rem;
    min-inline-size: 0;
  }

  /* Beside a button with a long word, on the smallest phones, there is no room for what it belongs to. */
  .head .words {
    flex: 1 1 6rem;
    min-inline-size: 0;
  }

  .summary strong {
    display: block;
    font-size: var(--size-l);
    font-weight: 650;
  }

  .dot,
  .sign,
  .emblem {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }

  .dot.turn {
    background: var(--warn-soft);
    color: var(--warn-text);
  }

  .busy .icon {
    animation: turn 1.2s linear infinite;
  }

  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }

  .sign {
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: var(--radius-s);
    background: var(--sunken);
    color: var(--muted);
  }

  .sign .icon {
    inline-size: 1.25rem;
    block-size: 1.25rem;
  }

  .change {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }

  .lines {
    display: grid;
    gap: var(--space-2);
    padding-inline-start: 3rem;
  }

  .lines > div {
    display: grid;
    gap: 0 var(--space-3);
  }

  .lines dt {
    color: var(--muted);
    font-size: var(--size-s);
  }

  .lines dd {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-2);
    min-inline-size: 0;
    font-variant-numeric: tabular-nums;
  }

  .lines dd > * {
    min-inline-size: 0;
  }

  .lines .text {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
  }

  .lines dd > .icon {
    inline-size: 1rem;
    block-size: 1rem;
    align-self: center;
    color: var(--muted);
  }

  .was {
    color: var(--muted);
    text-decoration: line-through;
    text-decoration-thickness: 1px;
  }

  .was mark,
  .was .empty {
    text-decoration: none;
  }

  .now {
    font-weight: 600;
  }

  @container (min-width: 30rem) {
    .lines > div {
      grid-template-columns: 8rem minmax(0, 1fr);
      align-items: baseline;
    }
  }

  .change {
    container-type: inline-size;
  }

  .more {
    padding-inline-start: 3rem;
  }

  .problem,
  .turn,
  .held {
    display: flex;
    align-items: baseline;
    gap: var(--space-2);
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .problem .icon,
  .turn .icon,
  .held .icon {
    inline-size: 1.125rem;
    block-size: 1.125rem;
    align-self: flex-start;
    margin-block-start: 0.1rem;
  }

  .change > .problem,
  .change > .turn {
    padding: var(--space-2) var(--space-3);
    border-radius: var(--radius-s);
    background: var(--danger-soft);
    color: var(--danger);
  }

  .change > .turn {
    background: var(--warn-soft);
    color: var(--warn-text);
  }

  .held {
    padding-inline-start: 3rem;
  }

  .wrong .problem {
    flex-basis: 100%;
    color: var(--danger);
    font-size: var(--size-s);
  }

  .wrong .now {
    text-decoration: underline wavy var(--danger) 1px;
    text-underline-offset: 0.3em;
  }

  .hint {
    flex-basis: 100%;
    font-size: var(--size-s);
    color: var(--muted);
  }

  .others > summary {
    font-size: var(--size-s);
  }

  .others li {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
    padding-block: var(--space-3);
    border-block-start: 1px solid var(--line);
  }

  .others .head {
    align-items: flex-start;
  }

  .others .sign {
    block-size: 1.5rem;
    background: none;
  }

  .others li:last-child {
    padding-block-end: 0;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }

  .head > .button {
    flex: none;
    align-self: flex-start;
    margin-block: calc(-1 * var(--space-1));
    margin-inline: auto calc(-1 * var(--space-2));
    padding-inline: var(--space-2);
  }

  .head > .round {
    color: var(--muted);
  }

  .empty-state {
    display: grid;
    justify-items: center;
    gap: var(--space-3);
    padding-block: var(--space-7);
    text-align: center;
    text-wrap: balance;
  }

  .emblem {
    inline-size: 4rem;
    block-size: 4rem;
  }

  .waiting {
    block-size: 12rem;
  }

  @media (prefers-reduced-motion: reduce) {
    .busy .icon {
      animation: none;
    }
  }
`;
