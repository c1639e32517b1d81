import { css } from "lit";

export const statusStyles = css`
  :host {
    display: grid;
    gap: var(--space-4);
    inline-size: min(100%, 44rem);
    margin-inline: auto;
    padding: var(--space-4);
    padding-block-end: var(--space-7);
  }

  .columns,
  .columns > div {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: var(--space-4);
  }

  @media (min-width: 1100px) {
    :host {
      inline-size: min(100%, 68rem);
      padding: var(--space-5);
    }

    .columns {
      grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
      gap: var(--space-5);
    }

    .columns > div {
      gap: var(--space-5);
    }
  }

  .summary,
  .ready {
    display: grid;
    gap: var(--space-3);
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
  }

  .line .text {
    flex: 1 1 8rem;
    min-inline-size: 0;
  }

  strong {
    display: block;
    font-size: var(--size-l);
    font-weight: 650;
  }

  .ready ul {
    display: grid;
    gap: var(--space-2);
    padding-inline-start: 3.5rem;
    list-style: disc;
  }

  .dot {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }

  .dot.failed {
    background: var(--danger-soft);
    color: var(--danger);
  }

  .dot.offline {
    background: var(--warn-soft);
    color: var(--warn-text);
  }

  dd small {
    display: block;
    font-size: var(--size-s);
  }

  .check {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    padding-block-start: var(--space-3);
    border-block-start: 1px solid var(--line);
    margin-block-start: var(--space-2);
  }

  .check p {
    flex: 1 1 12rem;
    min-inline-size: 0;
    font-size: var(--size-s);
  }

  .failed {
    color: var(--danger);
  }

  .account {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
  }

  .account h2 {
    margin: 0;
  }

  .card > .button {
    margin-block-start: var(--space-3);
  }
`;
