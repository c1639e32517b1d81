/** What the tab is called: it is read by whoever looks at the browser, also after somebody has signed out (S2). */
import type { AppState } from "../api";
import { routeEntity } from "./model";
import type { Route } from "./router";
import { capitalize, t } from "./texts";

/** `record`: the title of the record that is open. Only the app's own title while nobody's data is shown. */
export function pageTitle(app: string, state: AppState | null, route: Route, record: string): string {
  if (!state?.definition || state.signInNeeded) return app;
  const entity = routeEntity(state.definition, route);
  const place = named(route, record) ?? (entity && capitalize(entity.label_plural));
  return place ? `${place} · ${app}` : app;
}

function named({ screen }: Route, record: string): string | undefined {
  switch (screen) {
    case "status":
      return t("status");
    case "changes":
      return t("changes");
    case "conflict":
    case "detail":
    case "edit":
    case "new":
      return record;
  }
  return undefined;
}
