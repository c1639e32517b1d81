import { css } from "lit";

export const detailStyles = css`
  :host {
    block-size: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
    container-type: inline-size;
  }

  .bar .quiet {
    min-inline-size: 0;
  }

  .bar .quiet span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .bar .edit {
    padding-inline: var(--space-4) var(--space-5);
    margin-inline-end: var(--space-2);
  }

  /* Within reach, over the record. */
  .thumb {
    position: sticky;
    inset-block-end: var(--space-4);
    z-index: 2;
    display: flex;
    justify-content: flex-end;
    block-size: 0;
    padding-inline: var(--space-4);
  }

  .thumb .edit {
    translate: 0 -100%;
    block-size: 3.5rem;
    padding-inline: var(--space-5);
    box-shadow: var(--shadow-2);
    font-size: 1rem;
  }

  article:has(+ .thumb > .edit) {
    padding-block-end: 6rem;
  }

  article {
    display: grid;
    gap: var(--space-4);
    inline-size: min(100%, 52rem);
    margin-inline: auto;
    padding: var(--space-1) var(--space-4) var(--space-7);
  }

  .head {
    display: grid;
    gap: var(--space-4);
  }

  .head h1 {
    font-size: clamp(1.5rem, 5cqi, 2rem);
  }

  .name > p {
    margin-block-end: var(--space-1);
    font-size: var(--size-s);
  }

  .hero {
    position: relative;
    block-size: min(18rem, 36dvh);
  }

  .hero hv-picture {
    --fit: contain;
    block-size: 100%;
    border-radius: var(--radius-l);
  }

  @container (min-width: 38rem) {
    .head:has(.hero) {
      grid-template-columns: 16rem 1fr;
      gap: var(--space-5);
      align-items: center;
    }

    .hero {
      block-size: 16rem;
    }
  }

  /* The amounts that a record is opened for. */
  .figures {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3) var(--space-6);
    margin-block-start: var(--space-4);
  }

  .figures > div {
    display: grid;
    grid-auto-flow: row;
  }

  .figures dt {
    order: 2;
    font-size: var(--size-s);
    color: var(--muted);
  }

  .figures dd {
    font-size: 1.375rem;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.2;
    font-variant-numeric: tabular-nums;
  }

  .facts > div {
    padding-block: var(--space-3);
  }

  .card.facts {
    padding-block: var(--space-1);
  }

  .card.facts > div:first-child {
    padding-block-start: var(--space-3);
  }

  .card.facts > div:last-child {
    padding-block-end: var(--space-3);
  }

  .many {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .facts a {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    padding-block: 0.2rem;
    margin-block: -0.2rem;
  }

  .facts a .icon {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .prose {
    white-space: pre-line;
    max-inline-size: 65ch;
    line-height: 1.6;
    overflow-wrap: anywhere;
  }

  pre {
    margin: var(--space-2) 0 0;
    padding: var(--space-3);
    border-radius: var(--radius-s);
    background: var(--sunken);
    overflow: auto;
    font-size: var(--size-s);
  }

  .inline {
    inline-size: 8rem;
    block-size: 8rem;
  }

  .badge {
    display: inline-block;
    block-size: auto;
    padding: 0.05rem var(--space-3);
    background: var(--sunken);
    color: var(--text);
    font-size: inherit;
    font-weight: 500;
    line-height: inherit;
  }

  .badge.on {
    background: var(--accent-soft);
    color: var(--accent);
    font-weight: 600;
  }

  .fold .facts {
    font-size: var(--size-s);
  }

  .missing {
    display: grid;
    gap: var(--space-2);
    padding-block: var(--space-7);
    text-align: center;
    text-wrap: balance;
  }

  .shape {
    block-size: 12rem;
    border-radius: var(--radius-l);
    background: var(--line);
    animation: appear 200ms 200ms backwards;
  }

  .shape.tall {
    block-size: 16rem;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }
`;
