/**
 * A tree to look through: arrows unfold, fold and move, Enter picks (WAI-ARIA Authoring Practices, tree view). Only what
 * is unfolded is rendered.
 */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { EntityDefinition, Key } from "../../api";
import type { Node, Tree } from "../data/tree";
import { format } from "../format";
import { icon } from "../icons";
import { pictureName, recordTitle } from "../model";
import { base } from "../styles";
import { t } from "../texts";
import "./picture";

const FEW = 12;

export class TreeView extends LitElement {
  static override properties = {
    tree: { attribute: false },
    entity: { attribute: false },
    counts: { attribute: false },
    selected: { attribute: false },
    label: {},
    pictures: { type: Boolean },
    unfold: { type: Boolean },
    open: { state: true },
    active: { state: true },
  };
  declare tree: Tree;
  declare entity: EntityDefinition;
  /** Numbers beside the nodes. */
  declare counts: Map<Key, number> | null;
  declare selected: Key | null;
  declare label: string;
  /** Whether nodes show theirs. */
  declare pictures: boolean;
  /** Whether a few roots begin unfolded. */
  declare unfold: boolean;
  declare open: ReadonlySet<Key>;
  /** The node that Tab goes to. */
  declare active: Key | null;

  static override styles = [
    base,
    css`
      ul ul {
        padding-inline-start: var(--space-5);
      }

      .node {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-block-size: var(--touch);
        padding-inline: var(--space-1) var(--space-3);
        border-radius: var(--radius-m);
        cursor: pointer;
      }

      li {
        outline: none;
      }

      li:focus-visible > .node {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }

      [aria-selected="true"] > .node {
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
      }

      @media (hover: hover) {
        .node:hover {
          background: var(--sunken);
        }
      }

      .twist {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: var(--touch);
        block-size: var(--touch);
        margin-block: -0.25rem;
        color: var(--muted);
      }

      .twist .icon {
        inline-size: 1.125rem;
        transition: rotate var(--quick);
      }

      [aria-expanded="true"] > .node .twist .icon {
        rotate: 90deg;
      }

      [aria-expanded="true"]:dir(rtl) > .node .twist .icon {
        rotate: -90deg;
      }

      .name {
        flex: 1;
        min-inline-size: 0;
        overflow-wrap: anywhere;
        padding-block: var(--space-2);
      }

      .number {
        color: var(--muted);
        font-size: var(--size-s);
        font-weight: 400;
        font-variant-numeric: tabular-nums;
      }

      hv-picture {
        flex: none;
        inline-size: 2.25rem;
        block-size: 2.25rem;
      }
    `,
  ];

  constructor() {
    super();
    this.counts = null;
    this.selected = null;
    this.label = "";
    this.pictures = false;
    this.unfold = false;
    this.open = new Set();
    this.active = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("selected") && !changed.has("tree")) return;
    const { roots } = this.tree;
    if (this.unfold && !this.hasUpdated && roots.length <= FEW) this.open = new Set(roots.map(({ key }) => key));
    const path = this.selected === null ? [] : this.tree.path(this.selected);
    if (path.length > 1) this.open = new Set([...this.open, ...path.slice(0, -1).map(({ key }) => key)]);
    if (this.active === null || !this.tree.find(this.active))
      this.active = path.at(-1)?.key ?? this.tree.roots[0]?.key ?? null;
  }

  override render() {
    return html`<ul role="tree" aria-label=${this.label} data-test="tree" @keydown=${this.#keyed}>
      ${this.tree.roots.map((node) => this.#node(node))}
    </ul>`;
  }

  #node(node: Node): unknown {
    const { key, children } = node;
    const parent = children.length > 0;
    const open = parent && this.open.has(key);
    const title = recordTitle(this.entity, node.row, format());
    const count = this.counts?.get(key) ?? (this.counts ? 0 : null);
    return html`<li role="treeitem" data-key=${JSON.stringify(key)} tabindex=${key === this.active ? 0 : -1}
      aria-expanded=${parent ? open : nothing} aria-selected=${key === this.selected} aria-level=${node.depth + 1}
      aria-label=${count === null ? title : t("nodeCount", { name: title, number: format().count(count) })}
      @click=${(event: Event) => this.#clicked(event, node)}>
      <div class="node">
        <span class="twist">${parent ? icon("forward") : nothing}</span>
        ${this.pictures ? html`<hv-picture .name=${pictureName(this.entity, node.row)} .label=${title}></hv-picture>` : nothing}
        <span class="name" dir="auto">${title}</span>
        ${count === null ? nothing : html`<span class="number">${format().count(count)}</span>`}
      </div>
      ${open ? html`<ul role="group">${children.map((child) => this.#node(child))}</ul>` : nothing}
    </li>`;
  }

  #clicked(event: Event, node: Node): void {
    event.stopPropagation();
    this.active = node.key;
    const twist = (event.target as Element).closest(".twist");
    if (twist && node.children.length) this.#fold(node.key, !this.open.has(node.key));
    else this.#pick(node.key);
  }

  #pick(detail: Key): void {
    this.dispatchEvent(new CustomEvent("hv-pick", { detail }));
  }

  #fold(key: Key, open: boolean): void {
    this.open = new Set(open ? [...this.open, key] : [...this.open].filter((other) => other !== key));
  }

  /** The nodes in sight, from top to bottom. */
  get #shown(): Node[] {
    const shown: Node[] = [];
    const walk = (nodes: Node[]) => {
      for (const node of nodes) {
        shown.push(node);
        if (this.open.has(node.key)) walk(node.children);
      }
    };
    walk(this.tree.roots);
    return shown;
  }

  #keyed(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const shown = this.#shown;
    const at = shown.findIndex(({ key }) => key === this.active);
    const node = shown[at];
    if (!node) return;
    const rtl = this.matches(":dir(rtl)");
    const key = rtl && event.key.startsWith("Arrow") ? (mirrored[event.key] ?? event.key) : event.key;
    const open = this.open.has(node.key);
    if (key === "ArrowDown") this.#go(shown[at + 1]);
    else if (key === "ArrowUp") this.#go(shown[at - 1]);
    else if (key === "Home") this.#go(shown[0]);
    else if (key === "End") this.#go(shown.at(-1));
    else if (key === "ArrowRight" && node.children.length)
      open ? this.#go(node.children[0]) : this.#fold(node.key, true);
    else if (key === "ArrowLeft") {
      if (open) this.#fold(node.key, false);
      else if (node.parent !== null) this.#go(this.tree.find(node.parent));
    } else if (key === "Enter" || key === " ") this.#pick(node.key);
    else return;
    event.preventDefault();
  }

  /** Puts the focus on a node, and unfolds what hides it. */
  async focusNode(key: Key): Promise<void> {
    const path = this.tree.path(key);
    this.open = new Set([...this.open, ...path.slice(0, -1).map((node) => node.key)]);
    this.active = key;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(JSON.stringify(key))}"]`)?.focus();
  }

  #go(node: Node | undefined): void {
    if (node) void this.focusNode(node.key);
  }
}

const mirrored: Record<string, string> = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

customElements.define("hv-tree", TreeView);
