/** The look of the screens that stand alone: signing in, and the first run. */
import { css } from "lit";

export const centred = css`
  :host {
    display: grid;
    place-items: center;
    min-block-size: 100%;
    padding: var(--space-5) var(--space-4);
  }

  .panel {
    display: grid;
    gap: var(--space-4);
    inline-size: min(100%, 25rem);
  }

  .panel h1 {
    font-size: var(--size-xxl);
  }

  .app-icon {
    inline-size: 4rem;
    block-size: 4rem;
    border-radius: var(--radius-l);
  }

  .lead {
    font-size: var(--size-l);
  }

  .problem {
    display: flex;
    gap: var(--space-3);
    padding: var(--space-3);
    border-radius: var(--radius-m);
    background: var(--danger-soft);
    color: var(--danger);
  }
`;
