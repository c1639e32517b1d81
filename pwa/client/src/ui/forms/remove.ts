/** Deletes a record, after saying what that takes along; and brings it back when that was not meant. */
import { css, html, LitElement, nothing } from "lit";
import type { Definition, Edit, EntityDefinition, Row } from "../../api";
import { withUndo } from "../changes/undo";
import { write } from "../data/write";
import { format } from "../format";
import { icon } from "../icons";
import { backlinks, keyOf, recordTitle } from "../model";
import { note } from "../note";
import { dialogs } from "../parts/dialog.css";
import { base, buttons } from "../styles";
import { t } from "../texts";
import { f } from "./texts";
import { inlinesOf, may } from "./widgets";

/** What goes along, and what stays and points at nothing then. */
interface Reach {
  within: { entity: EntityDefinition; rows: Row[] }[];
  pointing: { entity: EntityDefinition; count: number }[];
}

export class Remove extends LitElement {
  static override properties = {
    definition: { attribute: false },
    entity: { attribute: false },
    row: { attribute: false },
    reach: { state: true },
    busy: { state: true },
  };
  declare definition: Definition;
  declare entity: EntityDefinition;
  declare row: Row;
  /** `null` until it is asked for. */
  declare reach: Reach | null;
  declare busy: boolean;

  static override styles = [
    base,
    buttons,
    dialogs,
    css`
      .quiet {
        color: var(--danger);
      }

      h2 {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.reach = null;
    this.busy = false;
  }

  override render() {
    const { entity, row, reach } = this;
    const title = recordTitle(entity, row, format());
    return html`
      <button class="button quiet danger" type="button" data-test="delete" @click=${this.#ask}>
        ${icon("trash")}${f("removeOf", { name: entity.label })}
      </button>
      <dialog aria-labelledby="title" aria-describedby="text">
        <h2 id="title">${f("removeTitle", { title })}</h2>
        <div id="text">
          <p>${f(this.#isOnlyHere ? "removeOnlyHere" : "removeOnServer")}</p>
          ${reach?.within.length ? html`<p data-test="delete-within">${f("removeInlines", { what: this.#what(reach.within.map(({ entity: one, rows }) => [one, rows.length])) })}</p>` : nothing}
          ${reach?.pointing.length ? html`<p data-test="delete-pointing">${f("removeRelated", { what: this.#what(reach.pointing.map(({ entity: one, count }) => [one, count])) })}</p>` : nothing}
        </div>
        <div class="actions">
          <button class="button" type="button" autofocus @click=${() => this.#dialog?.close()}>${t("cancel")}</button>
          <button class="button danger primary" type="button" data-test="delete-confirm" @click=${this.#delete}>${f("remove")}</button>
        </div>
      </dialog>
    `;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #isOnlyHere(): boolean {
    const local = this.row._local as { isFromServer: boolean } | undefined;
    return this.entity.pattern === "local" || local?.isFromServer === false;
  }

  #what(counts: [EntityDefinition, number][]): string {
    return format().list(
      counts.map(([entity, count]) =>
        f("countOf", { number: format().count(count), name: count === 1 ? entity.label : entity.label_plural }),
      ),
    );
  }

  #ask = async (): Promise<void> => {
    this.reach = await this.#measure().catch(() => null);
    await this.updateComplete;
    this.#dialog?.showModal();
  };

  async #measure(): Promise<Reach> {
    const { definition, entity, row } = this;
    const key = keyOf(entity, row);
    const within: Reach["within"] = [];
    const inlines = inlinesOf(definition, entity);
    for (const { entity: child, relation } of inlines) {
      const rows = (await window.offline.entities[child.name]?.list({ where: { [relation]: key } })) ?? [];
      if (rows.length) within.push({ entity: child, rows });
    }
    const pointing: Reach["pointing"] = [];
    for (const { entity: other, attribute } of backlinks(definition, entity)) {
      if (inlines.some((inline) => inline.entity === other && inline.relation === attribute.name) || attribute.many)
        continue;
      const count = (await window.offline.entities[other.name]?.count({ where: { [attribute.name]: key } })) ?? 0;
      if (count) pointing.push({ entity: other, count });
    }
    return { within, pointing };
  }

  #delete = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    const { entity, row } = this;
    const title = recordTitle(entity, row, format());
    // This part goes with the record; the screen that it is on stays a moment longer.
    const { host } = this.getRootNode() as ShadowRoot;
    try {
      const { undo } = await withUndo(() => remove(entity, row, this.reach?.within ?? []));
      this.#dialog?.close();
      note({ text: f("removed", { title }), ...undo });
      host.dispatchEvent(new CustomEvent("hv-removed", { bubbles: true, composed: true }));
    } catch (error) {
      this.#dialog?.close();
      note({ text: f("removeFailed", { reason: (error as Error).message }), failed: true });
    } finally {
      this.busy = false;
    }
  };
}

/** Deletes the record with those within it, together. */
async function remove(entity: EntityDefinition, row: Row, within: Reach["within"]): Promise<void> {
  const key = keyOf(entity, row);
  const going: Edit[] = within
    .filter(({ entity: child }) => may(child, "delete"))
    .flatMap(({ entity: child, rows }) => rows.map((one) => ({ entity: child.name, delete: keyOf(child, one) })));
  await write([...going, { entity: entity.name, delete: key }]);
}

customElements.define("hv-remove", Remove);
