import { css } from "lit";

export const detailStyles = css`
  :host {
    block-size: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
    container-type: inline-size;
  }

  .bar {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    padding: var(--space-2);
    background: var(--page);
  }

  .bar .button {
    padding-inline: var(--space-2) var(--space-3);
  }

  article {
    display: grid;
    gap: var(--space-4);
    inline-size: min(100%, 48rem);
    margin-inline: auto;
    padding: var(--space-1) var(--space-4) var(--space-7);
  }

  .head {
    display: grid;
    gap: var(--space-4);
  }

  .head h1 {
    font-size: clamp(1.375rem, 5cqi, 1.75rem);
  }

  .hero {
    --fit: contain;
    inline-size: 100%;
    block-size: min(15rem, 32dvh);
    border-radius: var(--radius-l);
  }

  @container (min-width: 34rem) {
    .head:has(.hero) {
      grid-template-columns: 12rem 1fr;
      align-items: center;
    }

    .hero {
      block-size: 12rem;
    }
  }

  .facts > div {
    padding-block: var(--space-3);
  }

  .facts a {
    display: inline-block;
    padding-block: 0.2rem;
    margin-block: -0.2rem;
  }

  .prose {
    white-space: pre-line;
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
    padding: 0.05rem var(--space-3);
    border-radius: var(--radius-full);
    background: var(--sunken);
  }

  .badge.on {
    background: var(--accent-soft);
    color: var(--accent);
    font-weight: 600;
  }

  .missing {
    display: grid;
    gap: var(--space-2);
    padding-block: var(--space-7);
    text-align: center;
  }
`;
