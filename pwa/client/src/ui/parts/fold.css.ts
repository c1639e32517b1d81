/** What is folded away below a line of its own. */
import { css } from "lit";

export const folds = css`
  .fold > summary {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    min-block-size: var(--touch);
    color: var(--muted);
    cursor: pointer;
  }

  .fold > summary .icon {
    inline-size: 1.125rem;
    transition: rotate var(--quick);
  }

  .fold[open] > summary .icon {
    rotate: 180deg;
  }
`;
