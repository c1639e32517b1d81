import { expect, test } from "vitest";
import type { AppState, Definition } from "../api";
import { entity } from "../testing/server";
import { pageTitle } from "./title";

const definition = { entities: [entity("LocalThing", [["id", "integer"]])] } as unknown as Definition;
const state = { definition, signInNeeded: false } as AppState;
const detail = { screen: "detail", entity: "LocalThing", key: "1" } as const;

test("the page is called what is on it", () => {
  expect(pageTitle("Shop", state, { screen: "home" }, "")).toBe("LocalThings · Shop");
  expect(pageTitle("Shop", state, { screen: "status" }, "")).toBe("Device · Shop");
  expect(pageTitle("Shop", state, detail, "Chai")).toBe("Chai · Shop");
});

test("S2: a record's name goes from the title with the person whose record it is", () => {
  expect(pageTitle("Shop", { ...state, definition: null }, detail, "Chai")).toBe("Shop");
  expect(pageTitle("Shop", { ...state, signInNeeded: true }, detail, "Chai")).toBe("Shop");
  expect(pageTitle("Shop", null, detail, "Chai")).toBe("Shop");
});
