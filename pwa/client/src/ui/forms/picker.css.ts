import { css } from "lit";

export const pickerStyles = css`
  .chosen {
    display: flex;
    gap: var(--space-2);
  }

  .open {
    flex: 1;
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2);
    min-inline-size: 0;
    min-block-size: var(--touch);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--edge);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--text);
    font: max(1rem, 16px) / 1.3 var(--font);
    text-align: start;
    cursor: pointer;
    touch-action: manipulation;
  }

  :host([invalid]) .open {
    border-color: var(--danger);
    box-shadow: inset 0 0 0 1px var(--danger);
  }

  .open > span {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .open.empty > span {
    color: var(--muted);
  }

  .open .icon,
  .chip .icon {
    inline-size: 1.25rem;
    block-size: 1.25rem;
    color: var(--muted);
  }

  .clear {
    border-color: var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--muted);
  }

  .chips {
    margin-block-end: var(--space-2);
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }

  .chips li {
    max-inline-size: 100%;
  }

  .chip {
    display: flex;
    align-items: center;
    padding-inline-start: var(--space-3);
    border-radius: var(--radius-m);
    background: var(--accent-soft);
    overflow-wrap: anywhere;
  }

  .chip .button {
    flex: none;
  }

  dialog {
    padding: 0;
    overflow: hidden;
  }

  dialog[open] {
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    gap: 0;
    block-size: 85dvh;
  }

  .top {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border-block-end: 1px solid var(--line);
  }

  .title {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3);
  }

  .results {
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: var(--space-2);
  }

  [role="option"] {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    min-block-size: 3.25rem;
    padding: var(--space-2) var(--space-3);
    border-radius: var(--radius-s);
    cursor: pointer;
  }

  [role="option"] > span {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  [role="option"] small {
    display: block;
    color: var(--muted);
    font-size: var(--size-s);
  }

  [role="option"] .icon {
    color: var(--accent);
  }

  [role="option"] hv-picture {
    flex: none;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: var(--radius-s);
  }

  [role="option"].active {
    background: var(--sunken);
    box-shadow: inset 0 0 0 2px var(--accent);
  }

  [role="option"][aria-selected="true"] {
    color: var(--accent);
    font-weight: 600;
  }

  /* Of several, each says that it can be one of them. */
  [aria-multiselectable] [role="option"]::after {
    content: "";
    box-sizing: border-box;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    border: 1px solid var(--edge);
    border-radius: 0.375rem;
  }

  [aria-multiselectable] [aria-selected="true"]::after {
    content: none;
  }

  [aria-multiselectable] .icon {
    inline-size: 1.25rem;
    block-size: 1.25rem;
    border-radius: 0.375rem;
    background: var(--accent);
    color: var(--on-accent);
  }

  .told {
    padding: var(--space-3);
    color: var(--muted);
    font-size: var(--size-s);
  }

  .told:empty {
    padding: 0;
  }

  .bottom {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    padding: var(--space-2) var(--space-4);
    padding-block-end: max(var(--space-2), env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
  }

  .bottom .button {
    flex: 1 1 auto;
  }

  @media (hover: hover) {
    .open:hover {
      background: var(--sunken);
    }

    [role="option"]:hover {
      background: var(--sunken);
    }
  }

  @media (min-width: 40rem) {
    dialog[open] {
      block-size: min(85dvh, 40rem);
    }
  }
`;
