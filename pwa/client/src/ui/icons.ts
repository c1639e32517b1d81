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
  offline: svg`<path d="M3 3l18 18M7 18a4.5 4.5 0 0 1-.6-8.9M10 6.4A6 6 0 0 1 17.7 10a4 4 0 0 1 2.6 6.6"/>`,
  alert: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.3"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  download: svg`<path d="M12 4v11m-5-4.5 5 5 5-5M5 20h14"/>`,
  user: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>`,
  eyeOff: svg`<path d="M3 3l18 18M9.5 6A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.8 3.5M6.5 7.5A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-1"/>`,
  chevron: svg`<path d="m7 10 5 5 5-5"/>`,
  up: svg`<path d="M12 19V5m-6 6 6-6 6 6"/>`,
  down: svg`<path d="M12 5v14m-6-6 6 6 6-6"/>`,
  order: svg`<path d="M7 4v16m-3.5-3.5L7 20l3.5-3.5M17 20V4m-3.5 3.5L17 4l3.5 3.5"/>`,
  filter: svg`<path d="M4 7h10M18 7h2M4 17h2M10 17h10"/><circle cx="16" cy="7" r="2"/><circle cx="8" cy="17" r="2"/>`,
  tree: svg`<path d="M4 5h6M7 5v14h4M7 12h4M14 12h6M14 19h6"/>`,
  share: svg`<path d="M12 15V4M7.5 8 12 3.5 16.5 8M6 12v8h12v-8"/>`,
  add: svg`<path d="M4 4h16v16H4zM12 8.5v7M8.5 12h7"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  pencil: svg`<path d="m14.5 5.5 4 4L8 20H4v-4zM12.5 7.5l4 4"/>`,
  trash: svg`<path d="M4 7h16M9.5 7V4h5v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5"/>`,
  dots: svg`<path d="M12 5.5h.01M12 12h.01M12 18.5h.01"/>`,
  phone: svg`<path d="M6 3h4l1.5 5L9 10a12 12 0 0 0 5 5l2-2.5 5 1.5v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z"/>`,
  mail: svg`<path d="M3.5 6h17v12h-17zM4 7l8 6 8-6"/>`,
  link: svg`<path d="M10 5H5v14h14v-5M14 4h6v6M20 4 11 13"/>`,
  shield: svg`<path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6zM9 12l2 2 4-4"/>`,
  device: svg`<path d="M7 2.5h10v19H7zM10.5 18.5h3"/>`,
  picture: svg`<path d="M4 5h16v14H4zM4 16l5-5 4 4 3-2.5 4 3.5"/><circle cx="15.5" cy="9" r="1.3"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  arrow: svg`<path class="flip" d="M5 12h14m-5-5 5 5-5 5"/>`,
  unsent: svg`<path d="M7 18a4.5 4.5 0 0 1-.6-8.9A6 6 0 0 1 17.8 9.6 4 4 0 0 1 17.5 18M12 20v-8m-3 3 3-3 3 3"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
  conflict: svg`<path d="M6 20V9a4 4 0 0 1 4-4h3M10.5 2 13.5 5l-3 3M18 4v11a4 4 0 0 1-4 4h-3M13.5 22l-3-3 3-3"/>`,
  undo: svg`<path class="flip" d="M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3"/>`,
  edit: svg`<path d="m4 20 1-4.5L16.5 4a2.1 2.1 0 0 1 3 3L8 18.5zM14.5 6l3 3"/>`,
  bin: svg`<path d="M4 7h16M9.5 7V4h5v3M6 7l1 13.5h10L18 7M10 11v6M14 11v6"/>`,
  file: svg`<path d="M6 3.5h8l4 4v13H6zM14 3.5v4h4"/>`,
};

export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  return drawing(paths[name]);
}

/** Any shapes in the look of the icons. */
export function drawing(shapes: unknown): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes}</svg>`;
}
