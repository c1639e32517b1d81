/** The app's own icon, as its page names it. */
export function appIcon(): string {
  return document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? "";
}
