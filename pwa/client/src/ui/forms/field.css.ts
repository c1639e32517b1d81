import { css } from "lit";

export const fieldStyles = css`
  :host {
    display: grid;
    gap: var(--space-1);
    align-content: start;
    min-inline-size: 0;
  }

  .label {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 var(--space-2);
    font-weight: 600;
  }

  .label small {
    color: var(--muted);
    font-size: var(--size-s);
    font-weight: 400;
  }

  fieldset {
    display: grid;
    gap: var(--space-1);
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    inline-size: 100%;
    padding: 0;
    margin-block-end: var(--space-1);
  }

  .control {
    accent-color: var(--accent);
  }

  .control:focus-visible {
    outline-offset: -1px;
  }

  input.control,
  select.control {
    block-size: var(--touch);
  }

  .control[aria-invalid="true"] {
    border-color: var(--danger);
    box-shadow: inset 0 0 0 1px var(--danger);
  }

  .number {
    font-variant-numeric: tabular-nums;
  }

  textarea.control {
    display: block;
    min-block-size: 5.5rem;
    max-block-size: 60dvh;
    resize: vertical;
    field-sizing: content;
    line-height: 1.5;
  }

  textarea.code {
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
    font-size: max(0.9375rem, 16px);
    white-space: pre;
    overflow-x: auto;
    tab-size: 2;
  }

  select.control {
    appearance: none;
    padding-inline-end: 2.5rem;
    text-overflow: ellipsis;
  }

  .picked > .icon {
    inset-inline: auto var(--space-3);
  }

  .with {
    display: flex;
    gap: var(--space-2);
  }

  .with > .control {
    flex: 1;
    min-inline-size: 0;
  }

  .with > .button {
    flex: none;
    border-color: var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--muted);
  }

  /* Keyboards of phones have digits without a sign. */
  .sign {
    display: none;
  }

  @media (pointer: coarse) {
    .sign {
      display: inline-flex;
    }
  }

  .help,
  .count {
    color: var(--muted);
    font-size: var(--size-s);
  }

  .below {
    display: flex;
    justify-content: space-between;
    gap: var(--space-3);
  }

  .below:empty {
    display: none;
  }

  .count {
    margin-inline-start: auto;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .over {
    color: var(--danger);
  }

  .problem {
    display: flex;
    gap: var(--space-2);
    color: var(--danger);
    font-size: var(--size-s);
    font-weight: 500;
  }

  .problem .icon {
    inline-size: 1.125rem;
    block-size: 1.125rem;
  }

  .meanwhile {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 var(--space-3);
    padding-inline: var(--space-3) var(--space-1);
    border-radius: var(--radius-s);
    background: var(--warn-soft);
    color: var(--warn-text);
    font-size: var(--size-s);
  }

  .meanwhile > span {
    padding-block: var(--space-2);
    overflow-wrap: anywhere;
  }

  .meanwhile .button {
    padding-inline: var(--space-2);
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }

  /* Choices side by side. */
  .options {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }

  .option {
    position: relative;
    flex: 1 1 auto;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-block-size: var(--touch);
    min-inline-size: 4.5rem;
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--edge);
    border-radius: var(--radius-m);
    background: var(--surface);
    font-size: 1rem;
    text-align: center;
    cursor: pointer;
    transition:
      background-color var(--quick),
      border-color var(--quick);
  }

  .option input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .option.none {
    color: var(--muted);
  }

  .option:has(:checked) {
    border-color: var(--accent);
    background: var(--accent-soft);
    box-shadow: inset 0 0 0 1px var(--accent);
    color: var(--accent);
    font-weight: 600;
  }

  .option:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .invalid .option {
    border-color: var(--danger);
  }

  /* A switch: label and help beside it, all of it to be tapped. */
  .switch {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-4);
    min-block-size: var(--touch);
    font-weight: 600;
    cursor: pointer;
  }

  :host([bare]) .switch {
    justify-content: center;
  }

  .switch input {
    position: relative;
    flex: none;
    appearance: none;
    inline-size: 3.25rem;
    block-size: 2rem;
    margin: 0;
    border: 2px solid var(--edge);
    border-radius: var(--radius-full);
    background: var(--sunken);
    cursor: pointer;
    transition: background-color var(--quick);
  }

  .switch input::before {
    content: "";
    position: absolute;
    inset-block: 0.25rem;
    inset-inline-start: 0.25rem;
    inline-size: 1.25rem;
    border-radius: 50%;
    background: var(--edge);
    transition: translate var(--quick);
  }

  .switch input:checked {
    border-color: var(--accent);
    background: var(--accent);
  }

  .switch input:checked::before {
    background: var(--on-accent);
    translate: 1.25rem;
  }

  .switch input:dir(rtl):checked::before {
    translate: -1.25rem;
  }

  .parts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(4.25rem, 1fr));
    gap: var(--space-2);
  }

  .parts label {
    display: grid;
    gap: 0.125rem;
    color: var(--muted);
    font-size: var(--size-s);
  }

  @media (forced-colors: active) {
    .option:has(:checked),
    .switch input:checked {
      outline: 2px solid Highlight;
    }
  }
`;
