/** The records of an entity that point at one another, as a tree. Pure. */
import type { Key, Row } from "../../api";

export interface Node {
  key: Key;
  row: Row;
  parent: Key | null;
  children: Node[];
  /** Distance from a root. */
  depth: number;
}

export class Tree {
  readonly roots: Node[] = [];
  readonly #nodes = new Map<Key, Node>();

  /** `rows` in the order that brothers and sisters are to have. */
  constructor(rows: Row[], keyName: string, parentName: string) {
    for (const row of rows) {
      const key = row[keyName] as Key;
      this.#nodes.set(key, { key, row, parent: (row[parentName] ?? null) as Key | null, children: [], depth: 0 });
    }
    for (const node of this.#nodes.values()) {
      const parent = this.#parentOf(node);
      if (parent) parent.children.push(node);
      else this.roots.push(node);
    }
    // What hangs together in a ring hangs on no root: its first one becomes one, or nobody would find it.
    const reached = new Set(this.roots.flatMap((root) => this.below(root.key)));
    for (const node of this.#nodes.values()) {
      if (reached.has(node.key)) continue;
      const parent = this.#parentOf(node);
      if (parent) parent.children.splice(parent.children.indexOf(node), 1);
      node.parent = null;
      this.roots.push(node);
      for (const key of this.below(node.key)) reached.add(key);
    }
    for (const root of this.roots) this.#measure(root);
  }

  /** Whether there is anything to unfold. */
  get isDeep(): boolean {
    return this.roots.some(({ children }) => children.length > 0);
  }

  get size(): number {
    return this.#nodes.size;
  }

  find(key: Key): Node | undefined {
    return this.#nodes.get(key);
  }

  /** The node's key and those of all below it. */
  below(key: Key): Key[] {
    const found = new Set<Key>([key]);
    // A set is walked in the order of insertion, also of what is inserted on the way.
    for (const one of found) for (const child of this.find(one)?.children ?? []) found.add(child.key);
    return [...found];
  }

  /** From the root down to the node itself. */
  path(key: Key): Node[] {
    const path: Node[] = [];
    for (let node = this.find(key); node && !path.includes(node); node = this.#parentOf(node)) path.unshift(node);
    return path;
  }

  /** Counts of nodes, each with those of all below it. */
  sums(counts: Iterable<readonly [Key, number]>): Map<Key, number> {
    const sums = new Map<Key, number>();
    for (const [key, count] of counts) {
      for (const node of this.path(key)) sums.set(node.key, (sums.get(node.key) ?? 0) + count);
    }
    return sums;
  }

  #parentOf(node: Node): Node | undefined {
    return node.parent === null || node.parent === node.key ? undefined : this.#nodes.get(node.parent);
  }

  #measure(root: Node): void {
    const open = [root];
    for (let node = open.pop(); node; node = open.pop()) {
      for (const child of node.children) {
        child.depth = node.depth + 1;
        open.push(child);
      }
    }
  }
}
