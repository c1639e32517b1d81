/** Made-up customers, orders and visits, which people write on the device: every kind of attribute is in them. */
import type { AttributeDefinition, Definition, EntityDefinition, Row, WireValue } from "../src/api";

const writable = { create: true, update: true, delete: true };

function attribute(
  name: string,
  type: AttributeDefinition["type"],
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition {
  const label = name.split("__")[0]?.replaceAll("_", " ") ?? name;
  // What another record brings along is nobody's to change.
  return { name, label, type, null: false, editable: !name.includes("__") && name !== "id", ...more };
}

const text = { default: "" } as const;
const id = attribute("id", "integer", { label: "ID" });

const countries = [
  ...["Argentina", "Austria", "Belgium", "Brazil", "Canada", "Denmark", "Finland", "France", "Germany", "Ireland"],
  ...["Italy", "Mexico", "Norway", "Poland", "Portugal", "Spain", "Sweden", "Switzerland", "UK", "USA"],
];

const customer: EntityDefinition = {
  name: "LocalCustomer",
  label: "customer",
  label_plural: "customers",
  pattern: "read-write-conflicts",
  key: "id",
  attributes: [
    id,
    attribute("company_name", "string", { max_length: 40, required: true }),
    attribute("contact_name", "string", { max_length: 30, ...text }),
    attribute("phone", "string", { max_length: 24, ...text }),
    attribute("email", "email", { label: "e-mail", max_length: 254, ...text }),
    attribute("address", "text", { ...text }),
    attribute("city", "string", { max_length: 15, ...text }),
    attribute("country", "string", { ...text, choices: countries.map((name) => [name, name]) }),
    attribute("credit_limit", "decimal", { decimal_places: 2, max_digits: 10, min: "0", null: true }),
    attribute("territory", "string", { editable: false }),
  ],
  list_display: ["company_name", "contact_name", "city", "phone"],
  search_fields: ["company_name", "contact_name", "city"],
  list_filter: ["country", "city"],
  ordering: ["company_name"],
  pictures: [],
  icon: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21v-2a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v2M16 3.5a4 4 0 0 1 0 7.5M18 14.5a5 5 0 0 1 4 4.5v2",
  writable,
};

const order: EntityDefinition = {
  name: "LocalOrder",
  label: "order",
  label_plural: "orders",
  pattern: "read-write-conflicts",
  key: "id",
  attributes: [
    id,
    attribute("number", "string", { max_length: 12, required: true }),
    attribute("customer", "integer", { relation: "LocalCustomer", required: true }),
    attribute("customer__company_name", "string"),
    attribute("order_date", "date", { required: true }),
    attribute("required_date", "date", { null: true }),
    attribute("status", "string", {
      default: "open",
      required: true,
      choices: [
        ["open", "Open"],
        ["packed", "Packed"],
        ["sent", "On its way"],
      ],
    }),
    attribute("express", "boolean", { default: false, help_text: "Goes out the same day." }),
    attribute("freight", "decimal", { decimal_places: 2, max_digits: 8, min: "0", default: "0.00" }),
    attribute("remarks", "text", { ...text }),
  ],
  list_display: ["number", "customer__company_name", "order_date", "freight"],
  search_fields: ["number", "customer__company_name"],
  list_filter: ["customer", "order_date", "status"],
  ordering: ["-order_date"],
  pictures: [],
  icon: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  writable,
  inlines: [{ entity: "LocalOrderLine", relation: "order" }],
};

const line: EntityDefinition = {
  name: "LocalOrderLine",
  label: "order line",
  label_plural: "order lines",
  pattern: "read-write",
  key: "id",
  attributes: [
    id,
    attribute("order", "integer", { relation: "LocalOrder", required: true }),
    attribute("product", "integer", { relation: "LocalProduct", required: true }),
    attribute("product__name", "string"),
    attribute("quantity", "integer", { min: 1, max: 9999, default: 1, required: true }),
    attribute("unit_price", "decimal", { decimal_places: 2, max_digits: 10, min: "0", required: true }),
    attribute("discount", "integer", { min: 0, max: 100, default: 0, help_text: "Percent." }),
  ],
  list_display: ["product__name", "quantity", "unit_price", "discount"],
  search_fields: ["product__name"],
  list_filter: [],
  ordering: ["id"],
  pictures: [],
  icon: "M5 7h14M5 12h14M5 17h14",
  writable,
};

const visit: EntityDefinition = {
  name: "LocalVisit",
  label: "visit",
  label_plural: "visits",
  pattern: "read-write",
  key: "id",
  attributes: [
    attribute("id", "uuid", { label: "ID", editable: false }),
    attribute("title", "string", { max_length: 60, min_length: 3, required: true }),
    attribute("customer", "integer", { relation: "LocalCustomer", null: true, help_text: "Whom you saw." }),
    attribute("customer__company_name", "string", { null: true }),
    attribute("products", "integer", { relation: "LocalProduct", many: true, default: [], label: "products shown" }),
    attribute("mood", "string", {
      null: true,
      choices: [
        ["good", "Good"],
        ["fair", "Fair"],
        ["bad", "Bad"],
      ],
    }),
    attribute("country", "string", { ...text, choices: countries.map((name) => [name, name]) }),
    attribute("code", "string", {
      ...text,
      patterns: [{ regex: "^([A-Z]{2}-\\d{3})?$", message: "Two capitals, a hyphen and three digits: AB-123." }],
    }),
    attribute("visitors", "integer", { min: 0, max: 100, null: true }),
    attribute("estimate", "decimal", { decimal_places: 4, max_digits: 20, null: true }),
    attribute("distance", "float", { null: true, help_text: "In kilometres." }),
    attribute("follow_up", "boolean", { default: true }),
    attribute("agreed", "boolean", { null: true }),
    attribute("day", "date", { required: true }),
    attribute("opens", "time", { null: true }),
    attribute("arrived", "datetime", { null: true }),
    attribute("took", "duration", { null: true }),
    attribute("reference", "uuid", { null: true }),
    attribute("email", "email", { label: "e-mail", ...text }),
    attribute("mobile_phone", "string", { ...text }),
    attribute("website", "url", { ...text }),
    attribute("details", "json", { null: true }),
    attribute("notes", "text", { ...text, max_length: 2000 }),
    attribute("photo", "picture", { editable: false }),
  ],
  list_display: ["title", "customer__company_name", "day", "follow_up"],
  search_fields: ["title", "customer__company_name", "notes"],
  list_filter: ["customer", "mood", "day"],
  ordering: ["-day"],
  pictures: ["photo"],
  icon: "M12 21s7-6.5 7-12a7 7 0 0 0-14 0c0 5.5 7 12 7 12zM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  writable,
};

const companies = [
  ...["Alder & Sons", "Blauer See Delikatessen", "Comércio Mineiro", "Du monde entier", "Ernst Handel"],
  ...["Folk och fä", "Galería del gastrónomo", "Hungry Owl", "Île de France Traiteur", "Königlich Essen"],
  ...["La maison d’Asie", "Magazzini Alimentari", "North/South", "Océano Atlántico"],
];
const people = ["Maria Anders", "Hanna Moos", "Pedro Afonso", "Janine Labrune", "Roland Mendel", "Laurence Lebihan"];
const cities = ["Berlin", "Mannheim", "São Paulo", "Nantes", "Graz", "Bräcke", "Madrid"];

export const sampleSales: Record<string, Row[]> = {
  LocalCustomer: companies.map(
    (name, index): Row => ({
      id: index + 1,
      company_name: name,
      contact_name: people[index % people.length] as string,
      phone: `+49 30 5550 ${200 + index}`,
      email: `office@${index}.example`,
      address: `${index + 3} Market Street`,
      city: cities[index % cities.length] as string,
      country: countries[(index * 3) % countries.length] as string,
      credit_limit: index % 4 ? `${(index + 1) * 1500}.00` : null,
      territory: "North",
    }),
  ),
  LocalOrder: Array.from({ length: 18 }, (_, index): Row => {
    const customer = (index % companies.length) + 1;
    return {
      id: index + 501,
      number: `A-${10_501 + index}`,
      customer,
      customer__company_name: companies[customer - 1] as string,
      order_date: `2026-01-${String(index + 3).padStart(2, "0")}`,
      required_date: index % 3 ? null : `2026-02-${String(index + 3).padStart(2, "0")}`,
      status: ["open", "packed", "sent"][index % 3] as string,
      express: index % 5 === 0,
      freight: (((index * 311) % 9_000) / 100).toFixed(2),
      remarks: index % 4 ? "" : "Ring at the back door.",
    };
  }),
  LocalOrderLine: Array.from({ length: 54 }, (_, index): Row => {
    const product = ((index * 7) % 77) + 1;
    return {
      id: index + 9001,
      order: 501 + (index % 18),
      product,
      product__name: `Product ${product}`,
      quantity: ((index * 3) % 20) + 1,
      unit_price: (((product * 737) % 12_000) / 100 + 2).toFixed(2),
      discount: index % 6 ? 0 : 5,
    };
  }),
  LocalVisit: Array.from(
    { length: 6 },
    (_, index): Row => ({
      id: `00000000-0000-4000-8000-00000000000${index}`,
      title: `Tasting with ${people[index % people.length]}`,
      customer: index % 3 === 2 ? null : index + 1,
      customer__company_name: index % 3 === 2 ? null : (companies[index] as string),
      products: index % 2 ? [3, 14, 27] : [],
      mood: (["good", "fair", null] as WireValue[])[index % 3] ?? null,
      country: "Germany",
      code: `AB-10${index}`,
      visitors: index,
      estimate: "1234567890.1250",
      distance: 12.5,
      follow_up: index % 2 === 0,
      agreed: ([null, true, false] as WireValue[])[index % 3] ?? null,
      day: `2026-01-1${index}`,
      opens: "07:30:00.000001",
      arrived: "2026-01-31T09:30:15.123456Z",
      took: "01:45:00.000000",
      reference: "5f1f3c1e-8d0a-4a57-9b1e-0a1b2c3d4e5f",
      email: "office@example.org",
      mobile_phone: "+49 170 555010",
      website: "https://example.org/",
      details: { table: 4, drinks: ["water", "tonic"] },
      notes: "Wants a sample of the smoked ham.\nCall before noon.",
      photo: "",
    }),
  ),
};

/** The same catalogue with what is sold from it. */
export function sampleSalesDefinition(catalog: Definition): Definition {
  const [product, category] = catalog.entities;
  return {
    ...catalog,
    app: "sales",
    title: "Field sales",
    description: "Your customers and their orders, wherever you meet them.",
    entities: [customer, order, line, visit, product, category].filter((one) => one !== undefined),
  };
}
