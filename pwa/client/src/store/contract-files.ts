/** What every `Store` must do with pictures and files: count them, and keep within the budget. Part of the contract. */

import { describe, expect, it } from "vitest";

import type { FileKey, Store } from "./store";

export const small = (name: string): FileKey => ({ kind: "small", name });
export const large = (name: string): FileKey => ({ kind: "large", name });
export const file = (name: string): FileKey => ({ kind: "file", name });

export function filesContract(current: () => Store): void {
  describe("pictures within a budget", () => {
    const put = (key: FileKey, size: number, at = 1, makeRoom = true) =>
      current().putFile(key, { blob: new Blob(["x".repeat(size)]), size, etag: "" }, at, makeRoom);
    const kept = async () => (await current().fileKeys()).keys.map(({ kind, name }) => `${kind} ${name}`);
    const bytes = async () => {
      const figures = (await current().fileFigures()).kept;
      return [figures.small.bytes, figures.large.bytes, figures.file.bytes];
    };

    it("has one from the start", async () => {
      const none = { count: 0, bytes: 0 };
      expect(await current().fileFigures()).toEqual({
        kept: { small: none, large: none, file: none },
        budget: 200_000_000,
      });
    });

    it("counts what is kept, also of what comes again in another size, and goes", async () => {
      await put(small("a"), 10);
      await put(large("a"), 100);
      await put(large("a"), 70);
      await put(file("b"), 5);
      expect((await current().fileFigures()).kept).toEqual({
        small: { count: 1, bytes: 10 },
        large: { count: 1, bytes: 70 },
        file: { count: 1, bytes: 5 },
      });
      await current().settleFiles([small("a"), large("a"), large("never there")], 0);
      expect(await bytes()).toEqual([0, 0, 5]);
    });

    it("does not keep what there is no room for", async () => {
      await current().setFileBudget(100);
      expect(await put(large("a"), 80)).toBe(true);
      expect(await put(large("b"), 30, 2, false)).toBe(false);
      expect(await put(small("b"), 300)).toBe(false);
      expect(await put(large("a"), 90, 2, false)).toBe(true);
      expect(await kept()).toEqual(["large a"]);
      expect(await bytes()).toEqual([0, 90, 0]);
    });

    it("makes room with the large ones that nobody has looked at for longest, and no others", async () => {
      await current().setFileBudget(100);
      for (const [at, name] of ["a", "b", "c"].entries()) await put(large(name), 30, at);
      await current().seeFile(large("a"), 10);
      await current().seeFile(large("never there"), 11);
      expect(await put(small("d"), 20, 12)).toBe(true);
      expect(await kept()).toEqual(["large a", "large c", "small d"]);
      expect(await put(file("e"), 95, 13)).toBe(false);
      expect(await kept()).toEqual(["large a", "large c", "small d"]);
      expect(await put(large("f"), 70, 14)).toBe(true);
      expect(await kept()).toEqual(["large f", "small d"]);
    });

    it("that is lowered takes large ones first, then the small ones that came last, then files", async () => {
      for (const [at, name] of ["a", "b", "c"].entries()) {
        await put(small(name), 10, at);
        await put(large(name), 100, at);
      }
      await put(file("d"), 50);
      await current().seeFile(large("a"), 9);
      await current().setFileBudget(200);
      expect(await kept()).toEqual(["file d", "large a", "small a", "small b", "small c"]);
      await current().setFileBudget(75);
      expect(await kept()).toEqual(["file d", "small a", "small b"]);
      await current().setFileBudget(0);
      expect(await kept()).toEqual([]);
      expect(await bytes()).toEqual([0, 0, 0]);
    });

    it("that is raised has all rows looked at for files, once", async () => {
      const unseen = async () => {
        const { filesUnseen, filesSettled } = await current().overview();
        return { filesUnseen, filesSettled };
      };
      expect(await current().setFileBudget(100)).toBe(false);
      expect(await unseen()).toEqual({ filesUnseen: false, filesSettled: true });
      expect(await current().setFileBudget(101)).toBe(true);
      expect(await unseen()).toEqual({ filesUnseen: true, filesSettled: false });
      await current().settleFiles([], 0, {});
      expect(await unseen()).toEqual({ filesUnseen: false, filesSettled: true });
      expect(await current().setFileBudget(null)).toBe(true);
      expect(await current().setFileBudget(null)).toBe(false);
      expect((await current().fileFigures()).budget).toBe(null);
    });
  });
}
