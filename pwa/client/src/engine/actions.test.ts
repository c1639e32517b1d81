import { beforeEach, expect, it } from "vitest";

import { entity, FakeServer, failure } from "../testing/server";
import { type Tab, World } from "../testing/world";

const ANN = { key: "1111", name: "Ann" };

let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  server = new FakeServer([entity("LocalThing", [["id", "integer"]])], false);
  server.passwords = { ann: { password: "a", user: ANN } };
  server.actions.double = ({ number }) => Number(number) * 2;
  world = new World(server);
  tab = await world.tab();
});

it("an action is performed on the server, for the person and the device", async () => {
  await expect(tab.engine.act("double", { number: 4 })).rejects.toMatchObject({ code: "sign_in_required" });
  await tab.engine.signIn("ann", "a");
  expect(await tab.engine.act("double", { number: 4 })).toBe(8);
  const { headers } = server.asked.at(-1) ?? {};
  expect(headers?.get("Haversack-User")).toBe(ANN.key);
  expect(headers?.get("Haversack-Replica")).toBe((await tab.engine.state()).replica);
  await expect(tab.engine.act("nothing", {})).rejects.toMatchObject({ code: "unknown_action", retry: false });
});

it("what the server says of the input reaches the caller, by name", async () => {
  await tab.engine.signIn("ann", "a");
  const fields = { number: ["A valid integer is required."] };
  const error = { code: "invalid_input", message: "Something in the input is not right.", retry: false, fields };
  server.intercept = ({ path }) => (path === "actions/double/" ? Response.json({ error }, { status: 400 }) : undefined);
  const refused = await tab.engine.act("double", { number: "x" }).catch((thrown) => thrown.toJSON());
  expect(refused).toEqual(error);
});

it("without a network it is refused, and never sent later", async () => {
  await tab.engine.signIn("ann", "a");
  server.online = false;
  await expect(tab.engine.act("double", { number: 4 })).rejects.toMatchObject({ code: "network" });
  server.online = true;
  await tab.engine.onSync("");
  expect(server.log.filter((line) => line.includes("actions/"))).toEqual([]);
});

it("it is sent once, also when the server fails; only what was refused for its token is sent again", async () => {
  await tab.engine.signIn("ann", "a");
  const calls = () => server.log.filter((line) => line === "POST actions/double/").length;
  server.intercept = ({ path }) => (path.startsWith("actions/") ? failure(500, "server_error", true) : undefined);
  await expect(tab.engine.act("double", { number: 4 })).rejects.toMatchObject({ code: "server_error" });
  expect(calls()).toBe(1);
  server.intercept = null;
  server.token = "another";
  expect(await tab.engine.act("double", { number: 4 })).toBe(8);
  expect(calls()).toBe(3);
});

it("S2: nothing is asked on behalf of somebody else", async () => {
  let performed = 0;
  server.actions.double = ({ number }) => {
    performed++;
    return Number(number) * 2;
  };
  await tab.engine.signIn("ann", "a");
  server.user = { key: "2222", name: "Bob" };
  await expect(tab.engine.act("double", { number: 4 })).rejects.toMatchObject({ code: "wrong_user" });
  expect(performed).toBe(0);
  server.user = ANN;
  expect(await tab.engine.act("double", { number: 4 })).toBe(8);
});
