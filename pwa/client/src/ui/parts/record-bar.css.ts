/** The bar over a record: back, where it is among the others, and the next one. */
import { css } from "lit";

export const recordBar = css`
  .bar {
    position: sticky;
    inset-block-start: 0;
    z-index: 2;
    display: flex;
    align-items: center;
    padding: var(--space-2);
    background: color-mix(in oklab, var(--page) 88%, transparent);
    backdrop-filter: blur(12px);
  }

  .bar .button {
    padding-inline: var(--space-2);
  }

  .bar .quiet {
    gap: var(--space-1);
  }

  .space {
    flex: 1;
  }

  .place {
    margin-inline: var(--space-2);
    font-size: var(--size-s);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .off {
    opacity: 0.35;
    cursor: default;
  }
`;
