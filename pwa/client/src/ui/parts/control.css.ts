/** What somebody types into, or chooses from. */
import { css } from "lit";

export const controls = css`
  .control {
    inline-size: 100%;
    min-block-size: var(--touch);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--edge);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--text);
    /* Below 16 px iOS zooms in on focus. */
    font: max(1rem, 16px) / 1.4 var(--font);
    text-overflow: ellipsis;
  }

  /* With an icon that lies over it. */
  .iconed {
    position: relative;
  }

  .iconed > .icon {
    position: absolute;
    inset-block-start: calc(50% - 0.625rem);
    inset-inline-start: var(--space-3);
    inline-size: 1.25rem;
    block-size: 1.25rem;
    color: var(--muted);
    pointer-events: none;
  }

  .iconed > [type="search"] {
    padding-inline-start: 2.5rem;
    appearance: none;
  }

  /* The browser's own is in the colour of no app. */
  .control::-webkit-search-cancel-button {
    filter: grayscale(1);
  }

  .control::placeholder {
    color: var(--muted);
    opacity: 1;
  }
`;
