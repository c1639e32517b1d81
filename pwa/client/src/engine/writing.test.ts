import { beforeEach, describe, expect, it } from "vitest";

import type { AttributeDefinition, Row } from "../api";
import type { ClientError } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { attribute, entity, type FakeServer } from "../testing/server";
import { Shop } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let server: FakeServer;
let world: World;
let tab: Tab;

const title: AttributeDefinition = { ...attribute("title"), null: false, max_length: 10 };
const text: AttributeDefinition = { ...attribute("text", "text"), null: false, default: "" };
const amount: AttributeDefinition = { ...attribute("amount", "integer") };

/** The definition from now on. */
async function define(...attributes: AttributeDefinition[]): Promise<void> {
  const id: AttributeDefinition = { ...attribute("id", "uuid"), null: false };
  const note = { ...entity("LocalNote", [], LOCAL), key: "id", attributes: [id, ...attributes] };
  Object.assign(note, { list_display: ["title"], search_fields: ["title"], ordering: ["title"] });
  const [thing, kind] = server.definition.entities;
  server.definition = { ...server.definition, entities: [thing, kind, note].filter((one) => one !== undefined) };
  server.version += "+";
  await tab.engine.onSync("");
}

beforeEach(async () => {
  ({ server, world, tab } = await Shop.open());
  await define(title, text, amount);
  server.online = false;
});

const notes = (of = tab) => of.engine.list("LocalNote");
const make = async (...rows: Row[]) => tab.engine.save("LocalNote", rows, false);
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

describe("an entity that only this device has", () => {
  it("is made, read, changed and removed without a network", async () => {
    const [first, second] = await make({ title: "b", amount: 2 }, { title: "a", text: "seen" });
    expect([first, second]).toEqual([id(1), id(2)]);
    expect(await notes()).toEqual([
      { id: second, title: "a", text: "seen", amount: null },
      { id: first, title: "b", text: "", amount: 2 },
    ]);
    expect(await tab.engine.get("LocalNote", id(1))).toMatchObject({ title: "b" });
    expect(await tab.engine.count("LocalNote", { where: { amount: { gte: 1 } } })).toBe(1);
    expect(await tab.engine.list("LocalNote", { search: "A" })).toHaveLength(1);
    expect((await tab.engine.facets("LocalNote", { fields: ["title"] })).title?.values).toHaveLength(2);
    await tab.engine.update("LocalNote", id(1), { text: "changed" });
    await tab.engine.save("LocalNote", [{ id: id(1), amount: 3 }], true);
    expect(await tab.engine.get("LocalNote", id(1))).toEqual({ id: id(1), title: "b", text: "changed", amount: 3 });
    await tab.engine.delete("LocalNote", id(2));
    await tab.engine.delete("LocalNote", id(2));
    expect(await tab.engine.count("LocalNote")).toBe(1);
    await tab.engine.deleteAll("LocalNote");
    expect(await notes()).toEqual([]);
  });

  it("takes a key that the caller made, of more rows than one segment", async () => {
    await make(...Array.from({ length: 2500 }, (_, number) => ({ id: id(number), title: `${number}` })));
    expect(await tab.engine.count("LocalNote")).toBe(2500);
    expect(await tab.engine.get("LocalNote", id(2499))).toMatchObject({ title: "2499" });
    expect((await tab.engine.list("LocalNote", { orderBy: "-id", limit: 1 }))[0]?.id).toBe(id(2499));
  });

  it("tells every tab, and the others read what is new", async () => {
    const other = await world.tab();
    expect(await notes(other)).toEqual([]);
    const told = other.next("datachange");
    await make({ title: "a" });
    expect(await told).toEqual({ entities: ["LocalNote"] });
    expect(await notes(other)).toHaveLength(1);
    expect((await other.engine.state()).onlyHere).toEqual({ LocalNote: 1 });
  });

  it("refuses values by attribute, and nothing of what came with them is kept", async () => {
    const wrong = make({ title: "right" }, { title: "much too long", amount: "many", colour: "red" }, {});
    await expect(wrong).rejects.toMatchObject({
      code: "invalid_values",
      retry: false,
      fields: {
        "1.title": ["Enter at most 10 characters."],
        "1.amount": ["Enter a whole number."],
        "1.colour": ["There is no such attribute."],
        "2.title": ["Enter a value."],
      },
    });
    await expect(tab.engine.save("LocalNote", [{ title: null }], true)).rejects.toMatchObject({
      fields: { title: ["Enter a value."] },
    });
    await expect(tab.engine.save("LocalNote", [{ id: "mine", title: "a" }], true)).rejects.toMatchObject({
      fields: { id: ["Enter a UUID, in lower case."] },
    });
    expect(await notes()).toEqual([]);
    const [key = ""] = await make({ title: "a" });
    await expect(tab.engine.update("LocalNote", key, { title: 5, id: id(7) })).rejects.toMatchObject({
      fields: { title: ["Enter a text."], id: ["The key of a record never changes."] },
    });
    expect(await notes()).toMatchObject([{ title: "a" }]);
  });

  it("says which entity or record there is not, and which cannot be changed", async () => {
    const code = (promise: Promise<unknown>) => promise.catch((error: ClientError) => error.code);
    expect(await code(tab.engine.update("LocalNote", id(9), { title: "a" }))).toBe("unknown_record");
    expect(await code(tab.engine.save("LocalNotes", [{}], true))).toBe("unknown_entity");
    expect(await code(tab.engine.deleteAll("LocalThing"))).toBe("read_only");
    expect(await code(tab.engine.syncEntity("LocalNote"))).toBe("unknown_entity");
  });

  it("L5: survives attributes that come, go and change", async () => {
    const [key = ""] = await make({ title: "a", text: "long", amount: 4 });
    server.online = true;
    await define(title, { ...amount, type: "date" }, { ...attribute("place"), null: false, default: "here" });
    expect(await notes()).toEqual([{ id: key, title: "a", amount: null, place: "here" }]);
    await tab.engine.update("LocalNote", key, { title: "b" });
    await define(title, text, amount);
    expect(await notes()).toEqual([{ id: key, title: "b", text: "long", amount: 4 }]);
  });

  it("L5: is there again when the app declares its entity again", async () => {
    await make({ title: "a" });
    server.online = true;
    const { definition } = server;
    server.definition = { ...definition, entities: definition.entities.slice(0, 2) };
    server.version = "without";
    await tab.engine.onSync("");
    await expect(notes()).rejects.toMatchObject({ code: "unknown_entity" });
    server.definition = definition;
    server.version = "with";
    await tab.engine.onSync("");
    expect(await notes()).toMatchObject([{ title: "a" }]);
  });

  it("is never sent", async () => {
    await make({ title: "secret" });
    server.online = true;
    server.asked.splice(0);
    await tab.engine.onSync("");
    await tab.engine.check();
    expect(server.asked.length).toBeGreaterThan(0);
    for (const { body, path } of server.asked)
      expect(`${path} ${JSON.stringify(body)}`).not.toMatch(/LocalNote|secret/);
    expect(await notes()).toHaveLength(1);
  });
});
