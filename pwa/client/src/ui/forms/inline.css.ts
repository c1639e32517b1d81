import { css } from "lit";

export const inlineStyles = css`
  :host {
    display: grid;
    gap: var(--space-3);
  }

  .head {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--space-3);
  }

  ul {
    display: grid;
    gap: var(--space-3);
  }

  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  .card.bad {
    border-color: var(--danger);
  }

  .sum {
    display: flex;
    align-items: center;
    min-inline-size: 0;
  }

  .sum > .toggle {
    flex: 1;
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-inline-size: 0;
    min-block-size: 3.25rem;
    padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3);
    border: 0;
    border-radius: var(--radius-m);
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    cursor: pointer;
  }

  .sum .text {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .sum strong {
    font-weight: 600;
  }

  .sum small {
    display: block;
    color: var(--muted);
    font-size: var(--size-s);
    font-variant-numeric: tabular-nums;
  }

  .toggle > .icon {
    inline-size: 1.25rem;
    block-size: 1.25rem;
    color: var(--muted);
    transition: rotate var(--quick);
  }

  .toggle[aria-expanded="true"] > .icon {
    rotate: 180deg;
  }

  .remove {
    color: var(--muted);
  }

  .inner {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-4) var(--space-3);
    padding: var(--space-2) var(--space-3) var(--space-4);
  }

  .inner > .whole {
    grid-column: 1 / -1;
  }

  .gone {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
    padding-inline: var(--space-3) var(--space-1);
    border: 1px dashed var(--edge);
    border-radius: var(--radius-m);
    color: var(--muted);
    font-size: var(--size-s);
  }

  .empty {
    color: var(--muted);
  }

  .add {
    justify-self: stretch;
    border-style: dashed;
  }

  /* Under headings. */
  :host([table]) ul {
    gap: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  .row,
  .heads {
    display: grid;
    grid-template-columns: var(--columns) var(--touch);
    gap: var(--space-2);
    align-items: start;
    padding: var(--space-2);
  }

  .heads {
    align-items: end;
    padding-block: var(--space-2) 0;
    color: var(--muted);
    font-size: var(--size-s);
    font-weight: 600;
  }

  :host([table]) [data-row] + [data-row] {
    border-block-start: 1px solid var(--line);
  }

  :host([table]) .gone {
    border: 0;
    border-radius: 0;
  }

  :host([table]) .add {
    justify-self: start;
  }

  @media (max-width: 21rem) {
    .inner {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
