import { css } from "lit";

export const conflictStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 100%;
    container-type: inline-size;
  }

  .content {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: var(--space-4);
    inline-size: min(100%, 76rem);
    margin-inline: auto;
    padding: var(--space-1) var(--space-4) 0;
  }

  form.content {
    grid-template-rows: auto 1fr auto;
  }

  .narrow {
    inline-size: min(100%, 40rem);
    padding-block-end: var(--space-6);
  }

  .heading {
    display: grid;
    gap: var(--space-1);
    max-inline-size: 44rem;
  }

  .heading h1 {
    font-size: clamp(1.5rem, 5cqi, 2rem);
  }

  .heading .small {
    display: flex;
    align-items: center;
    gap: var(--space-2);
  }

  .tag {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    padding: 0.1rem var(--space-2);
    border-radius: var(--radius-full);
    background: var(--warn-soft);
    color: var(--warn-text);
    font-weight: 600;
  }

  .tag .icon {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .columns,
  .table {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: var(--space-4);
  }

  .table {
    gap: var(--space-3);
  }

  .every {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: var(--space-2);
  }

  .every > span {
    display: none;
  }

  .every .button {
    padding-inline: var(--space-2);
    background: var(--surface);
  }

  .every [aria-pressed="true"] {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent);
  }

  .part {
    margin-block-start: var(--space-2);
    font-size: var(--size-m);
    color: var(--muted);
  }

  .choice {
    min-inline-size: 0;
    margin: 0;
    padding: var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow-1);
  }

  legend {
    float: inline-start;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 var(--space-2);
    inline-size: 100%;
    padding: 0;
    margin-block-end: var(--space-2);
  }

  legend + * {
    clear: both;
  }

  .label {
    font-weight: 650;
  }

  .flag {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    color: var(--warn-text);
    font-size: var(--size-s);
  }

  .flag .icon {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .before {
    padding-inline: var(--space-3);
    color: var(--muted);
    overflow-wrap: anywhere;
  }

  .before,
  .what {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
  }

  .options {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
  }

  .option {
    position: relative;
    display: flex;
    align-items: flex-start;
    gap: var(--space-3);
    min-block-size: 3.25rem;
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    cursor: pointer;
    transition:
      background-color var(--quick),
      border-color var(--quick);
    touch-action: manipulation;
  }

  .option input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .option:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .ring {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 1.375rem;
    block-size: 1.375rem;
    margin-block-start: 0.15rem;
    border: 2px solid var(--edge);
    border-radius: 50%;
    background: var(--surface);
    color: transparent;
  }

  .ring .icon {
    inline-size: 1rem;
    block-size: 1rem;
    stroke-width: 2.5;
  }

  .option.on {
    border-color: var(--accent);
    background: var(--accent-soft);
    box-shadow: inset 0 0 0 1px var(--accent);
  }

  .option.on .ring {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }

  .what {
    flex: 1;
    min-inline-size: 0;
    font-variant-numeric: tabular-nums;
  }

  .side {
    font-size: var(--size-s);
    color: var(--muted);
  }

  .side b {
    color: var(--text);
    font-weight: 600;
  }

  .option .text,
  .option > .what > .empty {
    font-size: max(1rem, var(--size-m));
  }

  .option.on .text {
    font-weight: 600;
  }

  .plain > div,
  .preview dl > div {
    display: grid;
    gap: 0 var(--space-3);
    padding-block: var(--space-2);
    border-block-start: 1px solid var(--line);
  }

  .preview dl > div:first-child {
    border-block-start: 0;
  }

  dt {
    color: var(--muted);
    font-size: var(--size-s);
  }

  dd {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-2);
    min-inline-size: 0;
    font-variant-numeric: tabular-nums;
  }

  dd > * {
    min-inline-size: 0;
  }

  dd > .icon {
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

  .now,
  .preview dd {
    font-weight: 600;
  }

  .preview .empty {
    font-weight: 400;
  }

  .preview > h2 {
    margin-block-end: 0;
  }

  .preview > p {
    margin-block-end: var(--space-2);
  }

  .foot {
    position: sticky;
    inset-block-end: 0;
    z-index: 1;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: var(--space-2);
    margin-inline: calc(-1 * var(--space-4));
    padding: var(--space-3) var(--space-4);
    border-block-start: 1px solid var(--line);
    background: color-mix(in oklab, var(--page) 92%, transparent);
    backdrop-filter: blur(12px);
  }

  .foot > p {
    flex: 1 1 100%;
    color: var(--warn-text);
  }

  .foot > p:empty {
    display: none;
  }

  .foot > .button {
    white-space: nowrap;
  }

  .foot > .quiet {
    padding-inline: var(--space-2);
  }

  .foot > .primary {
    flex: 1;
  }

  .foot .primary[aria-disabled="true"] {
    border-color: var(--edge);
    background: transparent;
    color: var(--muted);
  }

  .ways {
    display: grid;
    gap: var(--space-3);
  }

  .way {
    justify-content: flex-start;
    gap: var(--space-4);
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-l);
    background: var(--surface);
    text-align: start;
  }

  .way small {
    display: block;
    font-size: var(--size-s);
    font-weight: 400;
    color: var(--muted);
  }

  .settled {
    justify-items: center;
    gap: var(--space-3);
    padding-block: var(--space-7);
    text-align: center;
    text-wrap: balance;
  }

  .emblem {
    display: grid;
    place-items: center;
    inline-size: 4rem;
    block-size: 4rem;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }

  .waiting {
    block-size: 12rem;
  }

  /* Side by side where there is room for both. */
  @container (min-width: 34rem) {
    .options {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }

    .before {
      grid-column: 1 / -1;
    }

    .foot > p {
      flex-basis: 0;
    }

    .foot > .primary {
      flex: none;
    }

    .every {
      gap: var(--space-3);
    }
  }

  @container (min-width: 60rem) {
    .options {
      grid-template-columns: minmax(0, 0.8fr) minmax(0, 1fr) minmax(0, 1fr);
    }

    .every {
      grid-template-columns: minmax(0, 0.8fr) minmax(0, 1fr) minmax(0, 1fr);
      align-items: center;
      gap: var(--space-2);
      padding-inline: calc(var(--space-3) + 1px);
    }

    .every > span {
      display: block;
    }

    .options > label:first-of-type {
      grid-column: 2;
    }

    .before {
      grid-column: auto;
      padding: calc(var(--space-2) + 1px) var(--space-2) 0 0;
    }

    .columns {
      grid-template-columns: minmax(0, 1fr) minmax(15rem, 20rem);
      gap: var(--space-5);
      align-items: start;
    }

    .preview {
      position: sticky;
      inset-block-start: 4.5rem;
    }

    .plain > div {
      grid-template-columns: 10rem minmax(0, 1fr);
    }
  }
`;
