import { describe, expect, test } from "vitest";
import { Tree } from "./tree";

const rows = (...pairs: [number, number | null][]) => pairs.map(([id, parent]) => ({ id, parent }));
const tree = (...pairs: [number, number | null][]) => new Tree(rows(...pairs), "id", "parent");
const keys = (nodes: { key: unknown }[]) => nodes.map(({ key }) => key);

describe("a tree of records", () => {
  const shelves = tree([1, null], [2, 1], [3, 2], [4, 1], [5, null]);

  test("has roots, and children in the order of the rows", () => {
    expect(keys(shelves.roots)).toEqual([1, 5]);
    expect(keys(shelves.find(1)?.children ?? [])).toEqual([2, 4]);
    expect(shelves.find(3)?.depth).toBe(2);
    expect(shelves.isDeep).toBe(true);
    expect(tree([1, null], [2, null]).isDeep).toBe(false);
  });

  test("names what lies below a node, and the way down to it", () => {
    expect(shelves.below(1)).toEqual([1, 2, 4, 3]);
    expect(shelves.below(99)).toEqual([99]);
    expect(keys(shelves.path(3))).toEqual([1, 2, 3]);
    expect(shelves.path(99)).toEqual([]);
  });

  test("sums counts up to the roots", () => {
    expect([
      ...shelves.sums([
        [3, 5],
        [4, 1],
        [5, 2],
        [99, 7],
      ]),
    ]).toEqual([
      [1, 6],
      [2, 5],
      [3, 5],
      [4, 1],
      [5, 2],
    ]);
  });

  test("takes a child whose parent is not here for a root", () => {
    expect(keys(tree([2, 1], [3, 2]).roots)).toEqual([2]);
  });

  test("shows rings and records that are their own parents, each once", () => {
    const ring = tree([1, 1], [2, 4], [3, 2], [4, 3]);
    expect(keys(ring.roots)).toEqual([1, 2]);
    expect(ring.below(2)).toEqual([2, 3, 4]);
    expect(keys(ring.path(4))).toEqual([2, 3, 4]);
  });
});
