/** What people do on their devices: all that they type can be told apart, so that nobody can lose it unseen. */

import type { Edit, Key, PendingChange, Row, WireValue } from "../api";
import { HaversackError } from "../protocol/errors";
import type { Chance } from "./chance";
import type { Device, Tab } from "./device";
import { FIRST_OWN, identityOf, Meant } from "./identity";
import { quiet, watch } from "./quiet";

/** A text that somebody typed, unlike all others. */
export interface Typed {
  text: string;
  device: string;
  /** The person wrote something else in its place, deleted it, or let it go. */
  isLetGo: boolean;
  /** Of a record that was made anew: it may be on the server a second time. */
  isAnew: boolean;
  /** A restored server does not have it any more: until its device knows, it may be shown or not. */
  isLost: boolean;
}

/** Attributes that take such texts, by entity. */
const TEXTS: Record<string, string[]> = {
  LocalCustomer: ["phone", "city", "contact_name"],
  LocalOrder: ["ship_city"],
  LocalStockCount: ["note", "place"],
};
const ENTITIES = Object.keys(TEXTS);
/** What a device may refuse: the definition may have changed, the record gone, since the person saw it. */
const REFUSALS = ["permission_denied", "unknown_record", "invalid_values", "in_flight", "unknown_conflict"];
const TURNS = ["rejected", "conflict", "gone"];

export class Hands {
  readonly typed: Typed[] = [];
  readonly meant = new Meant();
  edits = 0;
  private texts = 0;
  private numbers = 0;

  constructor(private readonly step: () => number) {}

  /** What no step has typed before, nor the office. */
  text(by: string): string {
    return `${by}-${this.step()}-${++this.texts}`;
  }

  /** One edit. Returns what it was. */
  async edit(device: Device, tab: Tab, chance: Chance): Promise<string> {
    const kind = chance.weighed({
      "make customer": 2,
      "make order": 4,
      "make count": 2,
      "make order of new customer": 1,
      update: 8,
      "update order": 2,
      "update line": 2,
      "update two": 1,
      interests: 2,
      "move customer": 1,
      "add line": 2,
      delete: 3,
      "all again": 1,
    });
    this.edits += 1;
    const told = await this.done(`${kind}`, () => this.act(kind, device, tab, chance));
    return `${device.name} ${told}`;
  }

  private async act(kind: string, device: Device, tab: Tab, chance: Chance): Promise<unknown> {
    const { engine } = tab;
    const row = (entity: string) => this.row(tab, entity, chance);
    if (kind === "make customer") return engine.save("LocalCustomer", [this.customer(device, chance)], true);
    if (kind === "make count") {
      const product = await row("LocalProduct");
      const counted = this.number();
      const own = String(counted);
      const values = {
        product: product?.id ?? null,
        place: this.type(device, "p", own),
        counted,
        note: this.type(device, "n", own),
      };
      return engine.save("LocalStockCount", [values], true);
    }
    if (kind === "make order") {
      const customer = await row("LocalCustomer");
      return customer && engine.saveTogether(await this.order(device, tab, chance, customer.id as Key, customer));
    }
    if (kind === "make order of new customer") {
      const key = newKey(chance);
      const made = { entity: "LocalCustomer", values: { ...this.customer(device, chance), id: key } };
      return engine.saveTogether([made, ...(await this.order(device, tab, chance, key, made.values))]);
    }
    if (kind === "update" || kind === "all again") {
      const entity = chance.one(ENTITIES) as string;
      const found = await row(entity);
      if (!found) return undefined;
      const name = chance.one(TEXTS[entity] as string[]) as string;
      // As a form does that sends all that it shows.
      const { _local, _version, ...shown }: Row = kind === "all again" ? found : { id: found.id as Key };
      return this.typing(device, found, { [name]: this.type(device, "e", identityOf(entity, found)) }, (values) =>
        engine.save(entity, [{ ...shown, ...values }], true),
      );
    }
    if (kind === "update order") {
      const [order, customer] = [await row("LocalOrder"), await row("LocalCustomer")];
      if (!order || !customer) return undefined;
      this.meant.belongs(identityOf("LocalOrder", order), identityOf("LocalCustomer", customer), device.name);
      return engine.update("LocalOrder", order.id as Key, { customer: customer.id as Key });
    }
    if (kind === "update line") {
      const line = await row("LocalOrderLine");
      return line && engine.update("LocalOrderLine", line.id as Key, { quantity: 1 + chance.below(12) });
    }
    if (kind === "update two") {
      const [one, other] = [await row("LocalCustomer"), await row("LocalOrder")];
      if (!one || !other) return undefined;
      const edits = [
        {
          entity: "LocalCustomer",
          found: one,
          values: { phone: this.type(device, "g", identityOf("LocalCustomer", one)) },
        },
        {
          entity: "LocalOrder",
          found: other,
          values: { ship_city: this.type(device, "g", identityOf("LocalOrder", other)) },
        },
      ];
      const all = edits.map(({ entity, found, values }) => ({ entity, values: { id: found.id as Key, ...values } }));
      const result = await engine.saveTogether(all);
      for (const { found, values } of edits) this.replace(device, found, values);
      return result;
    }
    if (kind === "interests") {
      const customer = await row("LocalCustomer");
      const all = await engine.list("LocalInterest", { orderBy: "id" });
      const interests = all.map(({ id }) => id as WireValue).filter(() => chance.in(2));
      return customer && engine.update("LocalCustomer", customer.id as Key, { interests });
    }
    if (kind === "move customer") {
      const [customer, territory] = [await row("LocalCustomer"), await row("LocalTerritory")];
      if (!customer || !territory) return undefined;
      return engine.update("LocalCustomer", customer.id as Key, { territory: territory.id as Key });
    }
    if (kind === "add line") {
      const [order, product] = [await row("LocalOrder"), await row("LocalProduct")];
      if (!order || !product) return undefined;
      return engine.save(
        "LocalOrderLine",
        [this.line(device, order.id as Key, identityOf("LocalOrder", order), chance, product)],
        true,
      );
    }
    const entity = chance.one(["LocalOrder", "LocalOrderLine", "LocalStockCount"]) as string;
    const found = await row(entity);
    if (!found) return undefined;
    const children =
      entity === "LocalOrder" ? await engine.list("LocalOrderLine", { where: { order: found.id as Key } }) : [];
    await engine.delete(entity, found.id as Key);
    for (const gone of [found, ...children]) this.letGo(device, gone);
    return undefined;
  }

  /** Attends to one change that is a person's turn. Returns what was done; `null`: there is none. */
  async attend(device: Device, tab: Tab, chance: Chance, isLast = false): Promise<string | null> {
    const turns = (await tab.engine.pending()).filter(({ state }) => TURNS.includes(state));
    const change = chance.one(turns);
    if (change === undefined) return null;
    const what = `attends to ${change.entity} ${change.key}, ${change.state} ${change.error?.code ?? ""}`;
    return `${device.name} ${await this.done(what, () => this.decide(change, device, tab, chance, isLast))}`;
  }

  private async decide(
    change: PendingChange,
    device: Device,
    tab: Tab,
    chance: Chance,
    isLast: boolean,
  ): Promise<unknown> {
    const { engine } = tab;
    const { id, state, entity, key, values } = change;
    if (state === "conflict") {
      const names = Object.keys(values);
      const theirs = chance.in(3) ? names : names.filter(() => chance.in(4));
      const isAll = theirs.length === names.length;
      const there = (await engine.conflicts()).find((one) => one.id === id)?.theirs;
      // Another record, which the person sees.
      if (there && identityOf(entity, { ...there, id: key }) !== identityOf(entity, { ...change.base, id: key })) {
        this.overrule(change);
      }
      if (isAll) await engine.resolve(id, "theirs");
      else await engine.resolve(id, Object.fromEntries(theirs.map((name) => [name, "theirs" as const])));
      for (const name of theirs) this.letGo(device, { [name]: values[name] ?? null });
      return undefined;
    }
    if (state === "gone" && chance.in(2)) {
      for (const typed of this.typed) typed.isAnew ||= this.isIn(typed, { ...change.base, ...values });
      // Its lines go with it.
      for (const other of await engine.pending()) {
        for (const typed of this.typed) typed.isAnew ||= this.isIn(typed, { ...other.base, ...other.values });
      }
      return engine.resend([id]);
    }
    if (state === "rejected" && change.op !== "delete" && !isLast && chance.in(2)) {
      if (change.error?.code === "doubt") {
        this.overrule(change);
        return engine.resend([id]);
      }
      if (entity === "LocalOrderLine") return engine.update(entity, key, { quantity: 1 });
      if (entity === "LocalCustomer" && "code" in values) {
        return engine.update(entity, key, { code: this.text("corrected") });
      }
      return engine.resend([id]);
    }
    return this.discard(device, tab, [id]);
  }

  /** Lets a change go that is not a person's turn, or is. */
  async discardAny(device: Device, tab: Tab, chance: Chance): Promise<string | null> {
    const change = chance.one(await tab.engine.pending());
    if (change === undefined) return null;
    const what = `discards ${change.state} ${change.entity} ${change.key}`;
    return `${device.name} ${await this.done(what, () => this.discard(device, tab, [change.id]))}`;
  }

  private async discard(device: Device, tab: Tab, ids: string[]): Promise<string[]> {
    const before = await tab.engine.pending();
    const gone = await tab.engine.discard(ids);
    for (const { id, values } of before) if (gone.includes(id)) this.letGo(device, values);
    return gone;
  }

  /** As it is typed, whatever that is about now. */
  private overrule({ entity, key, base, values }: PendingChange): void {
    const row: Row = { ...base, ...values, id: key };
    this.meant.anywhere(...Object.values(values), identityOf(entity, row), `price ${row.unit_price}`);
  }

  private customer(device: Device, chance: Chance): Row {
    // Now and then one that is there already: codes are unique.
    const code = chance.in(6) ? "DEMO-BLAU" : this.text("C");
    const company_name = `Company ${this.text("of")}`;
    const [phone, city] = [this.type(device, "c", company_name), this.type(device, "c", company_name)];
    return { code, company_name, phone, city };
  }

  private async order(device: Device, tab: Tab, chance: Chance, customer: Key, of: Row): Promise<Edit[]> {
    const key = newKey(chance);
    const own = `I-${this.text("o")}`;
    this.meant.belongs(own, identityOf("LocalCustomer", of), device.name);
    const ship_city = this.type(device, "o", own);
    const order = { id: key, customer, order_date: "2026-03-02", ship_city, ship_country: own };
    const lines: Edit[] = [];
    for (let left = chance.below(4); left > 0; left--) {
      const product = await this.row(tab, "LocalProduct", chance);
      if (product) lines.push({ entity: "LocalOrderLine", values: this.line(device, key, own, chance, product) });
    }
    return [{ entity: "LocalOrder", values: order }, ...lines];
  }

  private line(device: Device, order: Key, of: string, chance: Chance, product: Row): Row {
    const quantity = 1 + chance.below(8);
    const unit_price = `${this.number()}.00`;
    this.meant.belongs(`price ${unit_price}`, of, device.name);
    return { order, product: product.id as Key, quantity, unit_price };
  }

  private async row(tab: Tab, entity: string, chance: Chance): Promise<Row | undefined> {
    const count = await tab.engine.count(entity);
    if (count === 0) return undefined;
    const [row] = await tab.engine.list(entity, { limit: 1, offset: chance.below(count) });
    return row;
  }

  /** A number that no other record has. */
  private number(): number {
    return FIRST_OWN + ++this.numbers;
  }

  private type(device: Device, by: string, record: string): string {
    const text = this.text(by);
    this.typed.push({ text, device: device.name, isLetGo: false, isAnew: false, isLost: false });
    this.meant.typed(text, record, device.name);
    return text;
  }

  private async typing<T>(device: Device, before: Row, values: Row, save: (values: Row) => Promise<T>): Promise<T> {
    const result = await save(values);
    this.replace(device, before, values);
    return result;
  }

  private replace(device: Device, before: Row, values: Row): void {
    for (const name of Object.keys(values)) this.letGo(device, { [name]: before[name] ?? null });
  }

  private letGo(device: Device, values: Row): void {
    for (const typed of this.typed) if (typed.device === device.name && this.isIn(typed, values)) typed.isLetGo = true;
  }

  private isIn({ text }: Typed, values: Row): boolean {
    return Object.values(values).includes(text);
  }

  /** Does it, without the network; what was typed and refused was never there. */
  private async done(what: string, work: () => Promise<unknown>): Promise<string> {
    const before = this.typed.length;
    const watched = watch(work());
    watched.promise.catch(() => undefined);
    await quiet();
    if (!watched.isSettled) throw new Error(`L: ${what} waits for something`);
    try {
      await watched.promise;
      return what;
    } catch (error) {
      this.typed.splice(before);
      if (error instanceof HaversackError && REFUSALS.includes(error.code)) return `${what}: ${error.code}`;
      throw error;
    }
  }
}

function newKey(chance: Chance): Key {
  return `local:${chance.uuid()}`;
}
