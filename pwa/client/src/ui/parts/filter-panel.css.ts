import { css } from "lit";

export const panelStyles = css`
  :host([docked]) {
    min-block-size: 0;
    border-inline-start: 1px solid var(--line);
    background: var(--surface);
  }

  section {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    block-size: 100%;
  }

  dialog.sheet[open] {
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    gap: 0;
    inline-size: min(100%, 34rem);
    padding: 0;
  }

  header {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
    padding-inline: var(--space-4) var(--space-2);
    border-block-end: 1px solid var(--line);
  }

  header h2 {
    flex: 1;
  }

  .sections {
    overflow-y: auto;
    overscroll-behavior: contain;
    padding-inline: var(--space-4);
  }

  fieldset {
    min-inline-size: 0;
    margin: 0;
    padding: var(--space-4) 0;
    border: 0;
    border-block-end: 1px solid var(--line);
  }

  fieldset:last-child {
    border-block-end: 0;
  }

  legend {
    float: inline-start;
    inline-size: 100%;
    padding: 0 0 var(--space-2);
    font-weight: 650;
  }

  legend + * {
    clear: both;
  }

  hv-tree {
    margin-inline: calc(-1 * var(--space-2));
  }

  footer {
    padding: var(--space-3) var(--space-4) max(var(--space-3), env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
  }

  footer .button {
    inline-size: 100%;
    min-block-size: 3.25rem;
  }
`;
