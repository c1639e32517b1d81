/** The way down a tree in one row: where one is, and the branches from there. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { AttributeDefinition, EntityDefinition, Key } from "../../api";
import type { Node, Tree } from "../data/tree";
import { format } from "../format";
import { icon } from "../icons";
import { recordTitle } from "../model";
import { base } from "../styles";
import { capitalize, t } from "../texts";

export class Strip extends LitElement {
  static override properties = {
    tree: { attribute: false },
    entity: { attribute: false },
    attribute: { attribute: false },
    counts: { attribute: false },
    selected: { attribute: false },
  };
  declare tree: Tree;
  /** Whose records the tree is made of. */
  declare entity: EntityDefinition;
  declare attribute: AttributeDefinition;
  declare counts: Map<Key, number> | null;
  declare selected: Key | null;

  static override styles = [
    base,
    css`
      nav {
        display: flex;
        gap: var(--space-2);
        overflow-x: auto;
        margin-inline: calc(-1 * var(--space-4));
        padding: 3px var(--space-4);
        scrollbar-width: none;
        scroll-padding-inline: var(--space-4);
      }

      button {
        flex: none;
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-block-size: 2.25rem;
        padding: var(--space-1) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: var(--surface);
        color: var(--text);
        font: 500 var(--size-s) / 1.3 var(--font);
        white-space: nowrap;
        cursor: pointer;
      }

      .way {
        gap: var(--space-1);
        padding-inline: var(--space-1);
        border-color: transparent;
        background: none;
        color: var(--accent);
        font-weight: 600;
      }

      .way .icon {
        color: var(--muted);
        inline-size: 0.875rem;
        block-size: 0.875rem;
      }

      [aria-current] {
        border-color: transparent;
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
        padding-inline: var(--space-3);
      }

      .number {
        color: var(--muted);
        font-weight: 400;
        font-variant-numeric: tabular-nums;
      }

      @media (hover: hover) {
        button:hover {
          background: var(--sunken);
        }
      }

      @media (pointer: coarse) {
        button {
          min-block-size: 2.5rem;
        }
      }
    `,
  ];

  override updated(changed: PropertyValues<this>): void {
    // Nothing was selected before the first time: there is nothing to scroll back, and asking costs a layout.
    if (changed.get("selected") === undefined) return;
    this.renderRoot.querySelector("nav")?.scrollTo({ left: 0 });
    // The button that was pressed may say something else now.
    const focused = (this.renderRoot as ShadowRoot).activeElement;
    if (focused) this.renderRoot.querySelector<HTMLElement>("[aria-current]")?.focus();
  }

  override render() {
    const { tree, selected } = this;
    const path = selected === null ? [] : tree.path(selected);
    // At the end of a branch its neighbours stay in sight: the next one is one press away.
    const last = path.at(-1);
    const leaf = last && !last.children.length;
    const way = leaf ? path.slice(0, -1) : path;
    const here = way.at(-1);
    const branches = here ? here.children : tree.roots;
    return html`<nav aria-label=${capitalize(this.attribute.label)} data-test="strip">
      <button type="button" class=${way.length ? "way" : ""} aria-current=${selected === null ? "true" : nothing}
        @click=${() => this.#pick(null)}>${t("all")}${way.length ? icon("forward") : nothing}</button>
      ${way.map(
        (node) => html`<button type="button" class="way" aria-current=${node.key === selected ? "true" : nothing}
          @click=${() => this.#pick(node.key)}>${this.#title(node)}${node === here ? nothing : icon("forward")}</button>`,
      )}
      ${branches.map((node) => this.#branch(node))}
    </nav>`;
  }

  #branch(node: Node) {
    const count = this.counts ? (this.counts.get(node.key) ?? 0) : null;
    if (count === 0 && node.key !== this.selected) return nothing;
    return html`<button type="button" aria-current=${node.key === this.selected ? "true" : nothing}
      @click=${() => this.#pick(node.key === this.selected ? node.parent : node.key)}>
      <span dir="auto">${this.#title(node)}</span>
      ${count === null ? nothing : html`<span class="number">${format().count(count)}</span>`}
    </button>`;
  }

  #title(node: Node): string {
    return recordTitle(this.entity, node.row, format());
  }

  #pick(detail: Key | null): void {
    this.dispatchEvent(new CustomEvent("hv-pick", { detail }));
  }
}

customElements.define("hv-strip", Strip);
