import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteDrafts, draftsDatabase } from "../../store/drafts";
import { Drafts, type KeptDraft } from "./drafts";

const draft = { typed: { city: "Wien" }, begun: { city: "Graz" }, children: {} };

function kept(record: string, entity = "LocalCustomer"): KeptDraft {
  return { entity, record, draft, at: "2026-01-31T09:30:00.000Z" };
}

describe("drafts", () => {
  let drafts: Drafts;

  beforeEach(async () => {
    await deleteDrafts("shop", "1");
    drafts = new Drafts(draftsDatabase("shop", "1"));
  });

  it("W6: are there for who opens the database again", async () => {
    await drafts.put(kept("7"));
    const again = new Drafts(draftsDatabase("shop", "1"));
    expect(await again.get("LocalCustomer", "7")).toEqual(kept("7"));
    expect(await again.get("LocalCustomer", "8")).toBeNull();
  });

  it("are one for each record, the last of it", async () => {
    await drafts.put(kept("7"));
    await drafts.put({ ...kept("7"), at: "2026-02-01T00:00:00.000Z" });
    await drafts.put(kept("new/"));
    await drafts.put(kept("7", "LocalOrder"));
    expect((await drafts.of("LocalCustomer")).map(({ record, at }) => [record, at])).toEqual([
      ["7", "2026-02-01T00:00:00.000Z"],
      ["new/", "2026-01-31T09:30:00.000Z"],
    ]);
    await drafts.delete("LocalCustomer", "7");
    expect(await drafts.get("LocalCustomer", "7")).toBeNull();
    expect(await drafts.get("LocalOrder", "7")).not.toBeNull();
  });

  it("S2: are nobody else's, and go when their person does, while a form of theirs is still open", async () => {
    await drafts.put(kept("7"));
    const other = new Drafts(draftsDatabase("shop", "2"));
    expect(await other.get("LocalCustomer", "7")).toBeNull();
    await deleteDrafts("shop", "1");
    const names = (await indexedDB.databases()).map(({ name }) => name);
    expect(names).not.toContain(draftsDatabase("shop", "1"));
  });
});
