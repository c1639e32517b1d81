/**
 * The trees of a list: the one it is walked down by above its rows, or the one that its own records form; and how many
 * rows their branches hold.
 */
import { html, nothing, type ReactiveControllerHost } from "lit";
import type { Definition, EntityDefinition, Key } from "../../api";
import { Live } from "../data/live";
import type { Query } from "../data/rows";
import type { Tree } from "../data/tree";
import { Trees } from "../data/trees";
import { backlinks, findAttribute, findEntity } from "../model";
import { filterKind, isUnder, parentAttribute } from "../narrowing";
import { type ListView, viewQuery } from "../router";
import { capitalize } from "../texts";
import type { Counted } from "./rows";
import "../parts/strip";
import "../parts/tree-view";

interface Host extends ReactiveControllerHost {
  definition: Definition;
  entity: EntityDefinition;
  view: ListView;
  query: Query | null;
  counted: Counted;
  selected: string;
}

export class Branches {
  readonly trees: Trees;
  /** Rows by node of the tree that is walked down, with those below. */
  #sums: Map<Key, number> | null = null;
  #counting = 0;

  constructor(readonly host: Host) {
    this.trees = new Trees(() => host.requestUpdate());
    new Live(host, {
      datachange: ({ entities }) => {
        this.trees.forget(entities, host.definition);
        if (this.isTree) void this.sum();
      },
    });
  }

  /** The tree that a relation of the list's entity leads to: `undefined` while it is read, `null` when it is none. */
  along(name: string): Tree | null | undefined {
    return this.trees.get(this.host.definition, findAttribute(this.host.entity, name)?.relation);
  }

  /** The tree of the list's own records. */
  get own(): Tree | null | undefined {
    return this.trees.get(this.host.definition, this.host.entity.name);
  }

  get canBeTree(): boolean {
    return parentAttribute(this.host.entity) !== undefined && this.own?.isDeep === true;
  }

  /** Shown as a tree, and not as rows. */
  get isTree(): boolean {
    return viewQuery(this.host.view) === "" && this.canBeTree;
  }

  /** The attribute whose tree is walked down above the rows, when there is something on it. */
  get walked(): string | undefined {
    const { counted, view } = this.host;
    const name = this.isTree ? undefined : this.#branching;
    const chosen = name !== undefined && name in view.filters;
    return name && this.along(name)?.size && (counted.total !== 0 || chosen) ? name : undefined;
  }

  get #branching(): string | undefined {
    const { definition, entity } = this.host;
    return entity.list_filter.find((name) => {
      const attribute = findAttribute(entity, name);
      return attribute && filterKind(definition, attribute) === "tree";
    });
  }

  /** Counts what the branches hold: the rows of this list, or those that point at this entity. */
  async sum(): Promise<void> {
    const counting = ++this.#counting;
    const { definition, entity, query } = this.host;
    const pointing = this.isTree
      ? backlinks(definition, entity).find((link) => link.entity.name !== entity.name)
      : undefined;
    const name = pointing?.attribute.name ?? this.#branching;
    if (!name || (this.isTree && !pointing)) return;
    const { orderBy: _, ...narrowed } = this.isTree ? {} : (query ?? {});
    const api = window.offline.entities[pointing?.entity.name ?? entity.name];
    const facets = await api?.facets({ ...narrowed, fields: [name] }).catch(() => null);
    if (counting !== this.#counting) return;
    const tree = pointing ? this.own : this.along(name);
    const values = facets?.[name]?.values.filter(([value]) => value !== null);
    this.#sums = tree && values ? tree.sums(values as [Key, number][]) : null;
    this.host.requestUpdate();
  }

  /** The way down the tree of this attribute; `hv-pick` says which branch was chosen. */
  strip(name: string, picked: (key: Key | null) => void) {
    const { definition, entity, view } = this.host;
    const attribute = findAttribute(entity, name);
    const tree = this.along(name);
    const related = findEntity(definition, attribute?.relation ?? "");
    const filter = view.filters[name];
    if (!attribute || !tree || !related) return nothing;
    return html`<hv-strip .tree=${tree} .entity=${related} .attribute=${attribute} .counts=${this.#sums}
      .selected=${isUnder(filter) ? filter.under : null}
      @hv-pick=${(event: CustomEvent<Key | null>) => picked(event.detail)}></hv-strip>`;
  }

  /** The records as a tree. */
  tree(picked: (key: Key) => void) {
    const { entity, selected } = this.host;
    const tree = this.own;
    if (!tree) return nothing;
    return html`<div class="tree">
      <hv-tree .tree=${tree} .entity=${entity} .label=${capitalize(entity.label_plural)} .counts=${this.#sums}
        ?pictures=${entity.pictures.length > 0} unfold .selected=${selected ? (nodeOf(tree, selected)?.key ?? null) : null}
        @hv-pick=${(event: CustomEvent<Key>) => picked(event.detail)}></hv-tree>
    </div>`;
  }
}

/** The node of a key as it stands in an address. */
export function nodeOf(tree: Tree, key: string) {
  return tree.find(key) ?? tree.find(Number(key));
}
