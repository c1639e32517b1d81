import { css } from "lit";

export const appStyles = css`
  :host {
    display: block;
    block-size: 100dvh;
  }

  .app {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    block-size: 100%;
    padding-block-start: env(safe-area-inset-top);
    padding-inline: env(safe-area-inset-left) env(safe-area-inset-right);
  }

  .alone {
    grid-row: 1 / -1;
    overflow-y: auto;
  }

  header {
    grid-row: 1;
  }

  .body {
    grid-row: 2;
    display: flex;
    flex-direction: column-reverse;
    min-block-size: 0;
  }

  main {
    flex: 1;
    min-block-size: 0;
    min-inline-size: 0;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
  }

  .page {
    overflow-y: auto;
  }

  .panes {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
  }

  .panes > * {
    grid-area: 1 / 1;
    min-inline-size: 0;
  }

  /* Hidden but laid out, so that it keeps its scroll position. */
  .behind {
    visibility: hidden;
  }

  hv-toast {
    --toast-end: calc(4.75rem + env(safe-area-inset-bottom));
  }

  /* Above what is to be pressed under the thumb. */
  hv-toast.above {
    --toast-end: calc(9.5rem + env(safe-area-inset-bottom));
  }

  /* Above the buttons at the foot of a conflict: the next one is there with the word about the last. */
  .app:has(hv-conflict) hv-toast {
    --toast-end: calc(11rem + env(safe-area-inset-bottom));
  }

  .skip {
    position: fixed;
    inset-block-start: var(--space-2);
    inset-inline-start: var(--space-2);
    z-index: 20;
    translate: 0 -200%;
  }

  .skip:focus {
    translate: none;
  }

  hv-later.page:has(> .choose) {
    display: grid;
  }

  hv-later {
    display: block;
  }

  .choose {
    display: grid;
    place-items: center;
    padding: var(--space-5);
    text-align: center;
  }

  hv-own-screen {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
  }

  hv-own-screen > * {
    grid-row: 2;
    min-block-size: 0;
  }

  hv-own-screen > .own {
    overflow-y: auto;
  }

  hv-own-screen > .notice {
    grid-row: 1;
    display: flex;
    align-items: center;
    gap: var(--space-3);
    margin: 0;
    padding: var(--space-1) var(--space-4);
    background: var(--warn-soft);
    color: var(--warn-text);
    font-size: var(--size-s);
  }

  hv-own-screen > .notice > span {
    flex: 1;
  }

  hv-own-screen > .notice > .button {
    color: inherit;
    white-space: nowrap;
  }

  .panes > hv-list {
    view-transition-name: list;
  }

  .panes > hv-detail {
    view-transition-name: record;
  }

  .panes > hv-later.form {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
    view-transition-name: record;
  }

  .panes > .behind {
    view-transition-name: none;
  }

  @media (min-width: 600px) {
    .body {
      flex-direction: row;
    }

    hv-nav {
      inline-size: 5.25rem;
      flex: none;
    }

    hv-toast,
    hv-toast.above {
      --toast-end: var(--space-5);
    }
  }

  @media (min-width: 900px) {
    .panes.beside {
      grid-template-columns: minmax(20rem, 26rem) minmax(0, 1fr);
    }

    .panes.beside > :first-child {
      border-inline-end: 1px solid var(--line);
    }

    .panes.beside > :nth-child(2) {
      grid-area: 1 / 2;
    }
  }

  @media (min-width: 1200px) {
    hv-nav {
      inline-size: 15rem;
    }
  }
`;
