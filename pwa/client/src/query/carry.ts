/** The stored first rows of an entity, carried on over what came since (decision 0016): it costs what changed. */

import type { EntityDefinition, Key, Row } from "../api";
import { currentLocale } from "../language";
import { parseLines } from "../store/lines";
import { unknownLayers, visibleGenerations } from "../store/references";
import type { EntityRecord, Layer, Store } from "../store/store";
import { Base } from "./base";
import { HEAD, HEAD_ROWS, type Head, headWith, isSameMade, WHOLE } from "./blocks";
import { MOST_TO_REARRANGE, rowComparison } from "./orders";
import { shownRow } from "./table";

/** So many are enough for what a list shows first; with fewer all rows are looked at again. */
const LEAST_ROWS = 60;

export type Carrying = Pick<Store, "overview" | "whole" | "segments" | "putBlocks">;

/**
 * Whether what the next start needs is stored, with this or already. If not, too much changed, or nothing was stored of
 * this base.
 */
export async function carryHead(store: Carrying, name: string): Promise<boolean> {
  const found = await store.whole(name, HEAD);
  if (found === null || found.block === null) return false;
  const { made, block } = { made: found.made, block: found.block };
  const head = block.data as Head;
  if (head.locale !== currentLocale()) return false;
  if (isSameMade(block.made, made)) return true;
  const { definition, entities } = await store.overview();
  const entity = definition?.definition.entities.find((candidate) => candidate.name === name);
  const record = entities[name];
  if (entity === undefined || record === undefined || String(visibleGenerations(record)) !== String(made.generations)) {
    return false;
  }
  if (sizeOf(unknownLayers(record, head.ordered)) > record.rows * MOST_TO_REARRANGE) return false;
  const changed = await changedRows(store, name, entity, record, unknownLayers(record, block.made.generations));
  if (changed === null) return false;
  const { columns } = record;
  const compare = rowComparison(new Base(entity, { segments: 0, lasts: [], columns }, NOWHERE), entity.ordering);
  const isAll = head.rows.length >= block.rows;
  const own = { keys: new Set(changed.keys()), rows: [...changed.values()] };
  const rows = headWith({ rows: head.rows, isAll }, own, entity.key, compare).rows.slice(0, HEAD_ROWS);
  if (rows.length < LEAST_ROWS) return false;
  return store.putBlocks(name, made, [{ name: HEAD, number: WHOLE, rows: record.rows, data: { ...head, rows } }]);
}

function sizeOf(layers: readonly Layer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

/** The rows of layers as a list shows them, by the text of their keys; `null` when they are there no more. */
async function changedRows(
  store: Carrying,
  name: string,
  { key }: EntityDefinition,
  { columns }: EntityRecord,
  layers: readonly Layer[],
): Promise<Map<string, Row> | null> {
  const changed = new Map<string, Row>();
  for (const { generation, segments } of layers) {
    const found = await store.segments(name, generation, segments);
    if (found.length < segments) return null;
    for (const values of found.flatMap(({ text }) => parseLines(text))) {
      const row = shownRow(columns, values);
      changed.set(String(row[key] as Key), row);
    }
  }
  return changed;
}

const NOWHERE = { segments: async () => [], parts: async () => [] };
