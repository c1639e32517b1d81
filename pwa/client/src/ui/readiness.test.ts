import { describe, expect, test } from "vitest";
import type { AppState, StorageReport } from "../api";
import { missingOffline } from "./readiness";

const state = (more: Partial<AppState> = {}): AppState =>
  ({
    definition: {
      entities: [
        { name: "A", pictures: [] },
        { name: "B", pictures: ["p"] },
      ],
    },
    entities: { A: { rows: 0, syncedAt: "" }, B: { rows: 3, syncedAt: "" } },
    lastSync: "2026-01-31T09:30:00Z",
    filesMissing: 0,
    ...more,
  }) as unknown as AppState;
const storage = (missing: number) => ({ pictures: { missing } }) as StorageReport;

describe("ready for offline", () => {
  test("when everything is here", () => {
    expect(missingOffline(state(), storage(0), true)).toEqual([]);
    expect(missingOffline(state(), null, true)).toEqual([]);
  });

  test("not before the first sync, nor with one entity missing", () => {
    expect(missingOffline(state({ definition: null }), null, true)).toEqual([{ what: "data", entities: [] }]);
    const { A } = state().entities;
    expect(missingOffline(state({ entities: A ? { A } : {} }), null, true)).toEqual([
      { what: "data", entities: ["B"] },
    ]);
    expect(missingOffline(state({ lastSync: null }), null, true)).toEqual([{ what: "data", entities: [] }]);
  });

  test("not without the app's own files", () => {
    expect(missingOffline(state(), storage(0), false)).toEqual([{ what: "app" }]);
  });

  test("not while pictures are missing that the budget has room for", () => {
    expect(missingOffline(state({ filesMissing: 9 }), storage(2), true)).toEqual([{ what: "pictures", count: 2 }]);
    expect(missingOffline(state({ filesMissing: 9 }), storage(0), true)).toEqual([]);
    expect(missingOffline(state({ filesMissing: null }), storage(0), true)).toEqual([
      { what: "pictures", count: null },
    ]);
  });

  test("pictures are nobody's concern where no entity has any", () => {
    const definition = { entities: [{ name: "A", pictures: [] }] } as unknown as AppState["definition"];
    expect(missingOffline(state({ definition, filesMissing: null }), null, true)).toEqual([]);
  });
});
