/** Looks shared by the screens that stand alone (sign-in, first run) and by fields. */
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

export const fields = css`
  form {
    display: grid;
    gap: var(--space-4);
  }

  .field {
    display: grid;
    gap: var(--space-1);
  }

  label {
    font-weight: 600;
  }

  input {
    inline-size: 100%;
    min-block-size: var(--touch);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--edge);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--text);
    /* Below 16 px iOS zooms in on focus. */
    font: max(1rem, 16px) / 1.4 var(--font);
  }

  input[aria-invalid="true"] {
    border-color: var(--danger);
  }
`;
