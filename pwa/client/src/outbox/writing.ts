/** What people change on the device: of synced entities with what is to be sent, of others at once for good. */

import type { Edit, EntityDefinition, Key, Row } from "../api";
import { ClientError } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { Problems } from "./checks";
import { Bases, type Decision, decided } from "./deciding";
import { Editor, localKeysIn } from "./editor";
import { removeOnDevice, saveOnDevice, updateOnDevice } from "./on-device";
import { checkTogether } from "./send";
import { isLocalKey, LOCAL_KEY, type OutboxWorld } from "./types";

/**
 * Each is one transaction that is on the disk when it resolves (L2). All reject with `unknown_entity`, `read_only`,
 * `permission_denied`, and with `quota`, which has changed nothing.
 */
export class Writing {
  constructor(private readonly world: OutboxWorld) {}

  /** For a record that is to be made. */
  newKey(): string {
    return LOCAL_KEY + this.world.uuid();
  }

  /**
   * Makes those without a key, or with one that no record has, and changes the others: what is not named stays.
   *
   * @param isOne: what is wrong is told by attribute, else by place and attribute (`2.title`).
   * @returns their keys, in this order.
   * @throws InvalidValues; nothing has changed then.
   */
  async save(name: string, rows: readonly Row[], isOne: boolean): Promise<Key[]> {
    const entity = await this.writable(name);
    const placed = (at: number) => (isOne ? "" : `${at}.`);
    if (entity.pattern === LOCAL) {
      const all = rows.map((values, at) => ({ key: this.keyOf(entity, values), values, placed: placed(at) }));
      await saveOnDevice(this.changeRows, entity, all, this.now);
      if (rows.length > 0) this.world.changed([name]);
      return all.map(({ key }) => key);
    }
    return this.edit([name, rows.map((row) => row[entity.key])], rows, (editor) => {
      const problems = new Problems();
      const keys = rows.map((row, at) => editor.save(name, row, problems, placed(at)));
      problems.check();
      return keys;
    });
  }

  /** @throws ClientError `unknown_record`. @throws InvalidValues. */
  async update(name: string, key: Key, values: Row): Promise<void> {
    const entity = await this.writable(name);
    if (entity.pattern === LOCAL) {
      await updateOnDevice(this.changeRows, entity, key, values);
      return this.world.changed([name]);
    }
    await this.edit([name, [key]], [{ ...values, "": key }], (editor) => {
      const problems = new Problems();
      editor.update(name, key, values, problems);
      problems.check();
    });
  }

  /** One that is not there is as good as removed. */
  async delete(name: string, key: Key): Promise<void> {
    const entity = await this.writable(name);
    if (entity.pattern === LOCAL) {
      await removeOnDevice(this.changeRows, name, [key]);
      return this.world.changed([name]);
    }
    await this.edit([name, [key]], [{ "": key }], (editor) => editor.remove(name, key));
  }

  async deleteAll(name: string): Promise<void> {
    const entity = await this.writable(name);
    if (entity.pattern === LOCAL) {
      await removeOnDevice(this.changeRows, name, null);
      return this.world.changed([name]);
    }
    const keys = [...(await this.world.readBase(name, null)).keys()];
    await this.edit([name, keys], [], (editor) => {
      for (const key of new Set([...keys, ...editor.localKeys(name)])) editor.remove(name, key);
    });
  }

  /**
   * Several edits, all of them or none, here and on the server.
   *
   * @returns the keys of their records, in this order.
   * @throws InvalidValues: `fields` by place and attribute (`2.title`).
   * @throws ClientError `too_much_together`: more than 1,000 changes, or 900,000 bytes of them. The server takes a group
   *   in one request or not at all.
   */
  async saveTogether(edits: readonly Edit[]): Promise<Key[]> {
    const entities = new Map<string, EntityDefinition>();
    for (const { entity } of edits) entities.set(entity, await this.writable(entity));
    const isOnDevice = ({ entity }: Edit) => entities.get(entity)?.pattern === LOCAL;
    const wanted = edits.map((edit): Row => ("delete" in edit ? { "": edit.delete } : edit.values));
    const bases = new Bases();
    for (const [at, edit] of edits.entries()) {
      const key = wanted[at]?.["delete" in edit ? "" : (entities.get(edit.entity)?.key ?? "")];
      if (!isOnDevice(edit)) bases.want(edit.entity, serverKeys([key]));
    }
    let onDevice: string[] = [];
    const keys = await this.edit(bases, wanted, async (editor, { transaction }) => {
      const problems = new Problems();
      const synced = editor.together(
        edits.map((edit, at) => ({ edit, at })).filter(({ edit }) => !isOnDevice(edit)),
        problems,
      );
      problems.check();
      const keys: Key[] = [];
      onDevice = [];
      for (const [at, edit] of edits.entries()) {
        const entity = entities.get(edit.entity) as EntityDefinition;
        const known = synced.get(at);
        if (known !== undefined) keys.push(known);
        else {
          onDevice.push(edit.entity);
          const key = "delete" in edit ? edit.delete : this.keyOf(entity, edit.values);
          keys.push(key);
          if ("delete" in edit) await removeOnDevice(transaction.changeRows, edit.entity, [key]);
          else {
            const one = { key, values: edit.values, placed: `${at}.` };
            await saveOnDevice(transaction.changeRows, entity, [one], this.now);
          }
        }
      }
      return keys;
    });
    if (onDevice.length > 0) this.world.changed([...new Set(onDevice)]);
    return keys;
  }

  private readonly changeRows: OutboxWorld["store"]["changeRows"] = (...change) =>
    this.world.store.changeRows(...change);

  private get now(): Date {
    return new Date(this.world.now());
  }

  private keyOf(entity: EntityDefinition, values: Row): Key {
    return (values[entity.key] ?? this.world.uuid()) as Key;
  }

  /**
   * @param wanted: keys whose rows are needed.
   * @param given: everything that may name records by keys that they had before the server had them.
   */
  private edit<T>(
    wanted: Bases | [entity: string, keys: unknown[]],
    given: readonly Row[],
    work: (editor: Editor, decision: Decision) => T | Promise<T>,
  ): Promise<T> {
    const bases = wanted instanceof Bases ? wanted : new Bases();
    if (!(wanted instanceof Bases)) bases.want(wanted[0], serverKeys(wanted[1]));
    return decided(
      this.world,
      true,
      async (decision) => {
        const known = new Map<Key, Key>();
        for (const local of localKeysIn(given)) {
          const key = await decision.transaction.serverKey(local);
          if (key !== undefined) known.set(local, key);
        }
        const result = await work(new Editor(decision, known), decision);
        checkTogether(decision.book);
        return result;
      },
      bases,
    );
  }

  private async writable(name: string): Promise<EntityDefinition> {
    const { definition } = await this.world.store.overview();
    const entity = definition?.definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    if (entity.pattern !== LOCAL && entity.writable === undefined) throw new ClientError("read_only", name);
    return entity;
  }
}

function serverKeys(keys: readonly unknown[]): Key[] {
  return keys.filter((key): key is Key => typeof key === "number" || (typeof key === "string" && !isLocalKey(key)));
}
