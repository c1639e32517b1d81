import { describe, expect, test, vi } from "vitest";
import type { EntityApi, ListOptions, Row } from "../../api";
import { PAGE, RowSource } from "./rows";

function fake(total = 1000) {
  const asked: ListOptions[] = [];
  const api = {
    rows: Array.from({ length: total }, (_, id): Row => ({ id, version: 0 })),
    list: vi.fn(async (options: ListOptions = {}) => {
      asked.push(options);
      const { offset = 0, limit = 0 } = options;
      return api.rows.slice(offset, offset + limit);
    }),
    count: vi.fn(async () => api.rows.length),
  };
  const changed = vi.fn();
  return { api, asked, changed, source: new RowSource(api as unknown as EntityApi, changed) };
}

describe("rows", () => {
  test("the first page and the count come together", async () => {
    const { source, asked } = fake();
    expect(source.total).toBeNull();
    await source.setQuery({ search: "x" });
    expect(source.total).toBe(1000);
    expect(source.row(0)).toEqual({ id: 0, version: 0 });
    expect(source.row(PAGE)).toBeUndefined();
    expect(asked).toEqual([{ search: "x", limit: PAGE, offset: 0 }]);
  });

  test("only pages in sight are fetched", async () => {
    const { source, asked } = fake();
    await source.setQuery({});
    await source.want(500, 510);
    expect(source.row(505)).toEqual({ id: 505, version: 0 });
    expect(asked.map(({ offset }) => offset)).toEqual([0, 500]);
  });

  test("changed data replaces what is in sight, and keeps showing it until then", async () => {
    const { source, api } = fake();
    await source.setQuery({});
    api.rows = api.rows.map((row) => ({ ...row, version: 1 }));
    const reloaded = source.reload();
    expect(source.row(3)).toEqual({ id: 3, version: 0 });
    await reloaded;
    expect(source.row(3)).toEqual({ id: 3, version: 1 });
  });

  test("an answer to an older query is dropped, and of those that came meanwhile only the last is asked", async () => {
    const { source, api, asked } = fake();
    let answer = (_: Row[]) => {};
    api.list.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const typed = ["a", "ab", "abc", "abcd"].map((search) => source.setQuery({ search }));
    answer([{ id: -1 }]);
    await Promise.all(typed);
    expect(source.row(0)).toEqual({ id: 0, version: 0 });
    expect(source.shownQuery).toEqual({ search: "abcd" });
    expect(asked.map(({ search }) => search)).toEqual(["abcd"]);
    expect(api.count).toHaveBeenCalledTimes(2);
  });

  test("a failure is told, and the next try can heal it", async () => {
    const { source, api, changed } = fake();
    api.list.mockRejectedValueOnce(new Error("closed"));
    await source.setQuery({});
    expect(source.failed).toBe(true);
    expect(changed).toHaveBeenCalled();
    await source.reload();
    expect(source.failed).toBe(false);
  });

  test("memory is bounded however far somebody scrolls", async () => {
    const { source } = fake(10_000);
    await source.setQuery({});
    for (let start = 0; start < 10_000; start += PAGE) {
      await source.want(start, start + 10);
      expect(source.row(start)).toBeDefined();
    }
    const kept = Array.from({ length: 10_000 }, (_, index) => source.row(index)).filter(Boolean);
    expect(kept.length).toBeLessThan(2_000);
  });
});
