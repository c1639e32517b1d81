/** How values look where changes are compared. */
import { css } from "lit";

export const valueStyles = css`
  .empty {
    color: var(--muted);
    font-style: italic;
  }

  .text {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  mark {
    border-radius: 0.2em;
    padding-inline: 0.05em;
    background: var(--mark);
    color: inherit;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }

  pre {
    margin: 0;
    max-block-size: 12rem;
    padding: var(--space-2);
    border-radius: var(--radius-s);
    background: var(--sunken);
    overflow: auto;
    font-size: var(--size-s);
  }

  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.2rem;
    padding: 0.1rem var(--space-2);
    border: 1px solid var(--line);
    border-radius: var(--radius-full);
    background: var(--surface);
    font-size: var(--size-s);
    overflow-wrap: anywhere;
  }

  .chip .icon {
    inline-size: 0.875rem;
    block-size: 0.875rem;
  }

  .chip.added {
    border-color: var(--accent);
    font-weight: 600;
  }

  .chip.removed {
    border-style: dashed;
    border-color: var(--edge);
    color: var(--muted);
  }
`;
