/** The app's icons: simple strokes on a 24 × 24 grid in the colour of the text around them, never announced. */
import { html, svg, type TemplateResult } from "lit";

const paths = {
  sync: svg`<path d="M20 5v5h-5M4 19v-5h5"/><path d="M19.5 10A8 8 0 0 0 5.6 7.4M4.5 14a8 8 0 0 0 13.9 2.6"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  back: svg`<path class="flip" d="m14.5 5-7 7 7 7"/>`,
  forward: svg`<path class="flip" d="m9.5 5 7 7-7 7"/>`,
  more: svg`<path d="M5 7h14M5 12h14M5 17h14"/>`,
  status: svg`<path d="M4 13h3.5l2.5-7 4 12 2.5-5H20"/>`,
  offline: svg`<path d="M3 3l18 18M7 18a4.5 4.5 0 0 1-.6-8.9M10 6.400A6 6 0 0 1 17.7 10a4 4 0 0 1 2.6 6.6"/>`,
  alert: svg`<path d="M12 4 2.8 19.500h18.400zM12 10v4.500M12 17v.3"/>`,
  check: svg`<path d="m5 12.5 4.5 4.500L19 7.5"/>`,
  download: svg`<path d="M12 4v11m-5-4.5 5 5 5-5M5 20h14"/>`,
  user: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.500a7.5 7.5 0 0 1 15 0"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>`,
  eyeOff: svg`<path d="M3 3l18 18M9.5 6A9 9 0 0 1 12 5.500c6 0 9.5 6.5 9.5 6.500a17 17 0 0 1-2.8 3.500M6.5 7.500A16 16 0 0 0 2.5 12S6 18.5 12 18.500a9 9 0 0 0 4-1"/>`,
  chevron: svg`<path d="m7 10 5 5 5-5"/>`,
  file: svg`<path d="M6 3.500h8l4 4v13H6zM14 3.500v4h4"/>`,
};

export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}
