/**
 * The design tokens: one document-wide sheet of custom properties, which reach into every shadow root. An app's own
 * look begins with `--hv-accent`.
 */
import { css } from "lit";

export const tokens = css`
  :root {
    color-scheme: light dark;

    --accent: var(--hv-accent, light-dark(#1b6450, #79cfb3));
    --on-accent: var(--hv-on-accent, light-dark(#ffffff, #05261c));
    --accent-soft: color-mix(in oklab, var(--accent) 13%, var(--surface));

    --page: light-dark(#f4f5f2, #101312);
    --surface: light-dark(#ffffff, #191d1b);
    --raised: light-dark(#ffffff, #232826);
    --sunken: light-dark(#ebeee9, #0c0e0d);
    --text: light-dark(#1a201d, #e7ece9);
    --muted: light-dark(#58625d, #a3aea8);
    --line: light-dark(#dde2dc, #2d3431);
    --edge: light-dark(#7d8782, #76827c);
    --danger: light-dark(#a8281e, #ff9d92);
    --danger-soft: light-dark(#fbe9e6, #3b1d1a);
    --on-danger: light-dark(#ffffff, #3b0a05);
    --warn-text: light-dark(#5c4300, #f2d58b);
    --warn-soft: light-dark(#fbf1d5, #362c12);
    --shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 8px 28px rgb(0 0 0 / 14%);

    --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    --size-s: 0.8125rem;
    --size-m: 0.9375rem;
    --size-l: 1.0625rem;
    --size-xl: 1.375rem;
    --size-xxl: 1.75rem;

    --space-1: 0.25rem;
    --space-2: 0.5rem;
    --space-3: 0.75rem;
    --space-4: 1rem;
    --space-5: 1.5rem;
    --space-6: 2rem;
    --space-7: 3rem;

    --radius-s: 0.5rem;
    --radius-m: 0.75rem;
    --radius-l: 1.125rem;
    --radius-full: 999px;

    --touch: 2.75rem;
    --row: 4.875rem;
    --quick: 140ms ease-out;

    background: var(--page);
    color: var(--text);
    font: var(--size-m) / 1.45 var(--font);
    -webkit-text-size-adjust: 100%;
    -webkit-tap-highlight-color: transparent;
  }

  body {
    margin: 0;
    overscroll-behavior: none;
  }

  @media (prefers-reduced-motion: reduce) {
    :root {
      --quick: 0ms;
    }
  }
`;

/** Puts the tokens on the page; a constructed sheet, since the Content-Security-Policy allows no inline style. */
export function adoptTokens(): void {
  const sheet = tokens.styleSheet;
  if (sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
