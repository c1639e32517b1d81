import { css } from "lit";

export const formStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    block-size: 100%;
    min-block-size: 0;
    container-type: inline-size;
  }

  .bar {
    display: flex;
    align-items: center;
    gap: var(--space-1);
    min-block-size: 3.75rem;
    padding: var(--space-2);
    padding-inline-end: var(--space-4);
  }

  .bar h1 {
    flex: 1;
    min-inline-size: 0;
    font-size: var(--size-l);
  }

  .bar h1 small {
    display: block;
    color: var(--muted);
    font-size: var(--size-s);
    font-weight: 400;
    letter-spacing: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .scroll {
    overflow-y: auto;
    overscroll-behavior: contain;
    scroll-padding-block: var(--space-5);
  }

  form {
    display: grid;
    gap: var(--space-5);
    align-content: start;
    inline-size: min(100%, 48rem);
    margin-inline: auto;
    padding: var(--space-2) var(--space-4) var(--space-6);
  }

  .fields {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-5) var(--space-4);
  }

  /* Short values side by side where there is room. */
  @container (min-width: 36rem) {
    .fields {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }

    .fields > .whole {
      grid-column: 1 / -1;
    }
  }

  .told {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 var(--space-3);
    padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
    border-radius: var(--radius-m);
    background: var(--accent-soft);
    font-size: var(--size-s);
  }

  .told > .icon {
    inline-size: 1.25rem;
    block-size: 1.25rem;
  }

  .told > .text {
    flex: 1 1 12rem;
    min-inline-size: 0;
    padding-block: var(--space-2);
    overflow-wrap: anywhere;
  }

  .told .button {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }

  .told.warn {
    background: var(--warn-soft);
    color: var(--warn-text);
  }

  .told.bad {
    align-items: start;
    background: var(--danger-soft);
    color: var(--danger);
  }

  .told.bad > .icon {
    margin-block-start: var(--space-2);
  }

  .told.bad ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
  }

  .told.bad a {
    display: inline-flex;
    align-items: center;
    min-block-size: 2rem;
    color: inherit;
  }

  .told strong {
    display: block;
  }

  .fixed {
    padding-block-start: var(--space-4);
    border-block-start: 1px solid var(--line);
    font-size: var(--size-s);
  }

  .fixed h2 {
    margin-block-end: var(--space-2);
    color: var(--muted);
    font-size: var(--size-s);
  }

  .end {
    display: grid;
    grid-template: "told told" auto "leave save" auto / 1fr auto;
    align-items: center;
    justify-items: start;
    gap: var(--space-1) var(--space-3);
    padding: var(--space-2) var(--space-4);
    padding-block-end: max(var(--space-2), env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
    background: var(--surface);
  }

  .end .kept {
    grid-area: told;
    justify-self: end;
    color: var(--muted);
    font-size: var(--size-s);
    text-align: end;
    line-height: 1.25;
  }

  .end .primary {
    min-inline-size: min(8rem, 40cqi);
  }

  @container (min-width: 23rem) {
    .end {
      grid-template: "leave told save" auto / auto 1fr auto;
    }
  }

  @container (min-width: 36rem) {
    .end {
      padding-inline: max(var(--space-4), calc((100cqi - 48rem) / 2 + var(--space-4)));
    }
  }

  .missing {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-7) var(--space-4);
    text-align: center;
    text-wrap: balance;
  }

  dialog.nested {
    padding: 0;
    overflow: hidden;
  }

  dialog.nested[open] {
    display: block;
    block-size: 92dvh;
  }

  dialog.nested > hv-form {
    block-size: 100%;
  }

  :host([embedded]) .bar,
  :host([embedded]) .end {
    background: var(--raised);
  }

  @media (min-width: 40rem) {
    dialog.nested[open] {
      inline-size: 36rem;
      block-size: min(85dvh, 44rem);
    }
  }
`;
