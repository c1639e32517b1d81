/** Made-up categories, products and suppliers, with drawn pictures. */
import type { AttributeDefinition, Definition, EntityDefinition, Row } from "../src/api";

const categories = [
  ["Drinks", "Coffee, tea, juices and beers"],
  ["Sauces", "Pastes, relishes, spreads and everything in small jars"],
  ["Sweets", "Desserts, biscuits and chocolate"],
  ["Dairy", "Cheese, butter and cream"],
  ["Grains", "Bread, crackers, pasta and flour"],
  ["Meat", "Cured and prepared"],
  ["Greens", "Fruit, vegetables and tofu"],
  ["Fish", "Seaweed and fish"],
];
const kinds = [
  "Morning",
  "Crème",
  "Old Harbour",
  "Señora Pía’s",
  "Smoked",
  "Gudbrand",
  "Sir Ambrose’s",
  "Wild",
  "Zaanse",
];
const goods = ["blend", "chutney", "fudge", "blue", "rye loaf", "ham", "pears", "herring", "tonic"];
const suppliers = ["Nordhavn Trading", "Casa Verde", "Tōkyō Foods", "Harper & Daughters", "Bäckerei Lindner"];

const notes =
  "Keep cool, and away from light.\nBest before the end of the season. Once opened it keeps for about a week; the lid wants " +
  "to be screwed on tightly. Comes in cases of twelve, which may be mixed within one kind.";

export const sample = {
  LocalCategory: [
    ...categories.map(
      ([name, description], index): Row => ({
        id: index + 1,
        name: name as string,
        parent: index < 4 ? 10 : index < 6 ? 11 : 12,
        description: description as string,
        picture: index === 6 ? "" : `categories/${index + 1}.svg`,
      }),
    ),
    ...["Pantry", "Counter", "Fresh"].map(
      (name, index): Row => ({ id: index + 10, name, parent: null, description: "", picture: "" }),
    ),
  ],
  LocalProduct: products(77),
  LocalSupplier: suppliers.map(
    (name, index): Row => ({
      code: name.slice(0, 4).toUpperCase(),
      name,
      email: `orders@${index}.example`,
      phone: `+49 30 5550 10${index}`,
      website: index ? `https://supplier${index}.example/` : "javascript:alert(1)",
      since: `20${10 + index}-0${index + 1}-15`,
      opens: "07:30:00.000000",
      lead_time: `${index} 06:00:00`,
      terms: { days: 30, discount: index / 100 },
    }),
  ),
};

export function products(count: number): Row[] {
  return Array.from({ length: count }, (_, index): Row => {
    const category = (index % 8) + 1;
    const kind = kinds[(index * 5) % kinds.length];
    const good = goods[(index * 7 + Math.floor(index / 9)) % goods.length];
    return {
      id: index + 1,
      name:
        index === 9
          ? "An unusually long product name, as somebody always enters one, by the dozen"
          : `${kind} ${good} ${index + 1}`,
      category,
      category__name: categories[category - 1]?.[0] as string,
      category__picture: sampleCategoryPicture(category),
      supplier: index % 6 === 5 ? null : (suppliers[index % 5] as string).slice(0, 4).toUpperCase(),
      unit_price: index % 13 === 12 ? null : (((index * 737) % 12_000) / 100 + 2).toFixed(2),
      units_in_stock: (index * 31) % 2_400,
      discontinued: index % 9 === 8,
      status: index % 3 ? "a" : "s",
      notes: index % 4 ? "" : notes,
      changed: "2026-01-31T09:30:00.000000Z",
      picture: index % 5 === 1 ? `products/${index + 1}.svg` : "",
    };
  });
}

function sampleCategoryPicture(category: number): string {
  return category === 7 ? "" : `categories/${category}.svg`;
}

/** A drawn still life instead of a photograph: colours by the number in the name. */
export function drawPicture(name: string): Blob {
  const number = Number(/\d+/.exec(name)?.[0] ?? 0);
  const hue = (number * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240"><rect width="240" height="240" fill="hsl(${hue} 35% 84%)"/>
    <circle cx="${70 + ((number * 13) % 60)}" cy="96" r="52" fill="hsl(${hue + 30} 55% 62%)"/><path d="M0 170h240v70H0z" fill="hsl(${hue + 180} 22% 46%)"/>
    <rect x="${120 + ((number * 7) % 30)}" y="70" width="62" height="112" rx="14" fill="hsl(${hue + 10} 42% 44%)"/></svg>`;
  return new Blob([svg], { type: "image/svg+xml" });
}

function attribute(name: string, type: AttributeDefinition["type"], more: Partial<AttributeDefinition> = {}) {
  return { name, label: name.split("__")[0]?.replaceAll("_", " ") ?? name, type, null: false, ...more };
}

function entity(name: string, label: string, label_plural: string, more: Partial<EntityDefinition>): EntityDefinition {
  return {
    name,
    label,
    label_plural,
    pattern: "read-only",
    key: "id",
    attributes: [attribute("id", "integer", { label: "ID" }), attribute("name", "string")],
    list_display: ["name"],
    search_fields: ["name"],
    list_filter: [],
    ordering: ["name"],
    pictures: [],
    ...more,
  };
}

export function sampleDefinition(crowded: boolean, anonymous: boolean): Definition {
  const product = entity("LocalProduct", "product", "products", {
    attributes: [
      attribute("id", "integer", { label: "ID" }),
      attribute("name", "string"),
      attribute("category", "integer", { relation: "LocalCategory", null: true }),
      attribute("category__name", "string", { null: true }),
      attribute("category__picture", "picture"),
      attribute("supplier", "string", { relation: "LocalSupplier", null: true }),
      attribute("unit_price", "decimal", { decimal_places: 2, null: true }),
      attribute("units_in_stock", "integer"),
      attribute("discontinued", "boolean"),
      attribute("status", "string", {
        choices: [
          ["a", "Active"],
          ["s", "Seasonal"],
        ],
      }),
      attribute("notes", "text"),
      attribute("changed", "datetime", { label: "last changed" }),
      attribute("picture", "picture"),
    ],
    list_display: ["name", "category__name", "unit_price", "units_in_stock", "discontinued"],
    search_fields: ["name", "category__name"],
    list_filter: ["category", "unit_price", "discontinued", "status", "supplier", "changed"],
    pictures: ["picture", "category__picture"],
    icon: "M12 3 4 7v10l8 4 8-4V7zM4 7l8 4 8-4M12 11v10M8 5l8 4",
  });
  const category = entity("LocalCategory", "category", "categories", {
    attributes: [
      attribute("id", "integer", { label: "ID" }),
      attribute("name", "string"),
      attribute("parent", "integer", { relation: "LocalCategory", null: true }),
      attribute("description", "text"),
      attribute("picture", "picture"),
    ],
    list_display: ["name", "description"],
    pictures: ["picture"],
    icon: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  });
  const supplier = entity("LocalSupplier", "supplier", "suppliers", {
    key: "code",
    attributes: [
      attribute("code", "string"),
      attribute("name", "string"),
      attribute("email", "email", { label: "e-mail" }),
      attribute("phone", "string"),
      attribute("website", "url"),
      attribute("since", "date"),
      attribute("opens", "time"),
      attribute("lead_time", "duration"),
      attribute("terms", "json"),
    ],
    list_display: ["name", "since"],
    icon: "M3 6h11v11H3zM14 10h4l3 3v4h-7M5 18a2 2 0 1 0 4 0a2 2 0 1 0 -4 0M15 18a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
  });
  const more = ["customer", "region", "vehicle"].map((name) => entity(`Local${name}`, name, `${name}s`, {}));
  return {
    app: "catalog",
    title: "Product catalogue",
    description: "All products with prices and pictures, for visits where there is no coverage.",
    anonymous,
    contexts: {},
    entities: [product, category, supplier, ...(crowded ? more : [])],
  };
}
