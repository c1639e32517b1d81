/** Dialogs: a sheet from below on phones, within reach of the thumb; in the middle on larger screens. */
import { css } from "lit";

export const dialogs = css`
  dialog {
    inline-size: min(100%, 28rem);
    max-inline-size: 100%;
    max-block-size: 85dvh;
    padding: var(--space-5);
    padding-block-end: max(var(--space-5), env(safe-area-inset-bottom));
    margin-block: auto 0;
    margin-inline: auto;
    border: 1px solid var(--line);
    border-start-start-radius: var(--radius-l);
    border-start-end-radius: var(--radius-l);
    background: var(--raised);
    color: var(--text);
    box-shadow: var(--shadow-2);
  }

  dialog[open] {
    display: grid;
    gap: var(--space-4);
  }

  dialog[open] {
    animation: rise-up var(--calm);
  }

  @keyframes rise-up {
    from {
      translate: 0 2rem;
      opacity: 0;
    }
  }

  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: var(--space-2);
  }

  @media (min-width: 40rem) {
    dialog {
      margin-block: auto;
      border-radius: var(--radius-l);
    }

    /* What belongs to a list comes from its side. */
    dialog.sheet {
      block-size: 100dvh;
      max-block-size: 100dvh;
      margin-block: 0;
      margin-inline: auto 0;
      border-radius: 0;
    }

    dialog.sheet[open] {
      inline-size: 24rem;
    }
  }
`;
