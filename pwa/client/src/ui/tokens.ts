/**
 * The design tokens: one document-wide sheet of custom properties, which reach into every shadow root. All colours lean
 * towards the app's `theme_color` (`--theme`), at a lightness that never changes, or is bounded: what can be read in one
 * app can be read in all, whatever its colour (WCAG 2.2, 1.4.3; `test_design.py` goes through the colours).
 * `--hv-accent` and `--hv-on-accent` overrule the accent.
 */
import { css } from "lit";

export const tokens = css`
  :root {
    color-scheme: light dark;

    --accent: var(
      --hv-accent,
      light-dark(oklch(from var(--theme) min(l, 0.47) min(c, 0.15) h), oklch(from var(--theme) max(l, 0.78) min(c, 0.12) h))
    );
    --on-accent: var(--hv-on-accent, light-dark(#fff, oklch(from var(--theme) 0.2 min(c, 0.03) h)));
    --accent-soft: light-dark(
      oklch(from var(--theme) 0.94 min(c * 0.25, 0.035) h),
      oklch(from var(--theme) 0.3 min(c * 0.5, 0.04) h)
    );

    --page: light-dark(oklch(from var(--theme) 0.978 0.004 h), oklch(from var(--theme) 0.17 0.006 h));
    --surface: light-dark(#fff, oklch(from var(--theme) 0.21 0.007 h));
    --raised: light-dark(#fff, oklch(from var(--theme) 0.25 0.008 h));
    --sunken: light-dark(oklch(from var(--theme) 0.95 0.006 h), oklch(from var(--theme) 0.265 0.008 h));
    --text: light-dark(oklch(from var(--theme) 0.23 0.012 h), oklch(from var(--theme) 0.94 0.006 h));
    --muted: light-dark(oklch(from var(--theme) 0.475 0.014 h), oklch(from var(--theme) 0.74 0.012 h));
    --line: light-dark(oklch(from var(--theme) 0.915 0.006 h), oklch(from var(--theme) 0.3 0.009 h));
    --edge: light-dark(oklch(from var(--theme) 0.61 0.012 h), oklch(from var(--theme) 0.56 0.012 h));
    --danger: light-dark(#a8281e, #ff9d92);
    --danger-soft: light-dark(#fbe9e6, #3b1d1a);
    --on-danger: light-dark(#ffffff, #3b0a05);
    --warn-text: light-dark(#5c4300, #f2d58b);
    --warn-soft: light-dark(#fbf1d5, #362c12);
    --mark: light-dark(#ffe9a3, #5c4a12);

    --shadow-1: 0 1px 2px rgb(0 0 0 / 5%), 0 1px 3px rgb(0 0 0 / 4%);
    --shadow-2: 0 2px 6px rgb(0 0 0 / 8%), 0 12px 32px rgb(0 0 0 / 16%);

    --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    --size-xs: 0.75rem;
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
    --radius-l: 1rem;
    --radius-full: 999px;

    --touch: 2.75rem;
    --quick: 140ms cubic-bezier(0.2, 0, 0, 1);
    --calm: 240ms cubic-bezier(0.2, 0, 0, 1);

    background: var(--page);
    color: var(--text);
    -webkit-text-size-adjust: 100%;
    -webkit-tap-highlight-color: transparent;
  }

  /* Not of the root, whose size is what a rem is: a touch of 2.75 rem is 44 pixels where people set no other size. */
  body {
    margin: 0;
    font: var(--size-m) / 1.45 var(--font);
    overscroll-behavior: none;
  }

  ::view-transition-group(*) {
    animation-duration: 180ms;
    animation-timing-function: cubic-bezier(0.2, 0, 0, 1);
  }

  /* What somebody presses meanwhile is for the page beneath. */
  ::view-transition {
    pointer-events: none;
  }

  @media (prefers-reduced-motion: reduce) {
    :root {
      --quick: 0ms;
      --calm: 0ms;
    }
  }
`;

/** Puts the tokens on the page; a constructed sheet, since the Content-Security-Policy allows no inline style. */
export function adoptTokens(): void {
  const sheet = tokens.styleSheet;
  if (sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const color = document.querySelector<HTMLMetaElement>('meta[name="theme-color"]')?.content;
  document.documentElement.style.setProperty("--theme", color || "#1f5f5b");
}
