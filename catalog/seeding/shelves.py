"""The category tree of the seeded catalogue, and what stands on its shelves."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import slugify

# Root with its hue in degrees, then group with its package, then shelf with its goods.
_SHELVES: dict[tuple[str, int], dict[tuple[str, str], dict[str, str]]] = {
    ("Drinks", 8): {
        ("Coffee and tea", "bag"): {
            "Coffee": "Espresso beans|Café crème|Arabica beans|Decaf blend|Filter coffee|Cold brew",
            "Tea": "Earl Grey|Sencha|Rooibos|Darjeeling|Maté|Chai",
        },
        ("Cold drinks", "bottle"): {
            "Juice": "Apple juice|Açaí juice|Blackcurrant nectar|Pear juice|Tomato juice",
            "Lemonade": "Elderflower lemonade|Rhubarb spritz|Ginger beer|Bitter orange|Cola",
            "Water": "Still water|Sparkling water|Spring water",
        },
        ("Wine and beer", "bottle"): {
            "Wine": "Rosé|Grüner Veltliner|Châteauneuf|Vinho verde|Riesling|Rioja",
            "Beer": "Pale ale|Märzen|Kölsch|Stout|Witbier|Pilsner",
        },
    },
    ("Pantry", 40): {
        ("Oil and vinegar", "bottle"): {
            "Oil": "Olive oil|Walnut oil|Rapeseed oil|Sesame oil|Pumpkin seed oil",
            "Vinegar": "Cider vinegar|Sherry vinegar|Balsamic vinegar|Rice vinegar",
        },
        ("Spices and sauces", "jar"): {
            "Spices": "Smoked paprika|Cumin|Piment d’Espelette|Saffron|Ras el hanout|Juniper",
            "Sauces": "Mole poblano|Harissa|Jalapeño salsa|Pesto|Tahini|Mustard",
            "Preserves": "Apricot jam|Crème de marrons|Fig chutney|Quince jelly|Honey",
        },
        ("Tinned", "tin"): {
            "Vegetables": "Plum tomatoes|Chickpeas|Piquillo peppers|Artichokes|Sweetcorn",
            "Fish": "Sardines|Tuna|Anchovies|Mackerel|Mussels in escabèche",
        },
    },
    ("Bakery", 24): {
        ("Bread", "loaf"): {
            "Loaves": "Sourdough|Rye loaf|Ciabatta|Brioche|Spelt loaf|Pão de milho",
            "Crispbread": "Knäckebröd|Oat crackers|Rye thins|Grissini",
        },
        ("Sweet", "box"): {
            "Biscuits": "Shortbread|Speculoos|Amaretti|Pfeffernüsse|Oat biscuits",
            "Cakes": "Madeleines|Dacquoise|Pound cake|Panettone|Gâteau basque",
        },
    },
    ("Dairy", 200): {
        ("Cheese", "wheel"): {
            "Hard cheese": "Comté|Pecorino|Manchego|Cheddar|Gruyère|Västerbotten",
            "Soft cheese": "Brie|Reblochon|Halloumi|Ricotta|Queijo da Serra",
        },
        ("Milk and butter", "carton"): {
            "Milk": "Whole milk|Oat drink|Buttermilk|Kefir|Goat milk",
            "Butter and cream": "Salted butter|Crème fraîche|Double cream|Ghee|Skyr",
        },
    },
    ("Fruit and vegetables", 84): {
        ("Fruit", "crate"): {
            "Orchard fruit": "Apples|Pears|Plums|Apricots|Cherries|Quinces",
            "Citrus": "Oranges|Lemons|Grapefruit|Yuzu|Limes",
        },
        ("Vegetables", "crate"): {
            "Roots": "Carrots|Beetroot|Parsnips|Celeriac|Potatoes|Radishes",
            "Leaves": "Spinach|Rocket|Chard|Cavolo nero|Lamb’s lettuce",
        },
    },
    ("Grains", 46): {
        ("Pasta and rice", "box"): {
            "Pasta": "Rigatoni|Spaghetti|Orecchiette|Spätzle|Fregola|Tagliatelle",
            "Rice": "Arborio rice|Basmati rice|Jasmine rice|Bomba rice|Red rice",
        },
        ("Flour and cereal", "bag"): {
            "Flour": "Wheat flour|Spelt flour|Buckwheat flour|Rye flour|Maize flour",
            "Cereal": "Rolled oats|Müesli|Granola|Puffed spelt|Barley flakes",
        },
    },
    ("Household", 170): {
        ("Cleaning", "bottle"): {
            "Washing": "Laundry soap|Fabric softener|Stain remover|Washing powder",
            "Dishes": "Dish soap|Dishwasher tablets|Rinse aid|Scouring paste",
        },
        ("Care", "jar"): {
            "Soap": "Hand soap|Savon noir|Shampoo bar|Shower gel|Shaving soap",
            "Balms": "Lip balm|Hand cream|Beeswax salve|Crème de jour",
        },
    },
    ("Workshop", 262): {
        ("Fixings", "box"): {
            "Screws": "Wood screws|Machine screws|Decking screws|Coach bolts",
            "Anchors": "Wall plugs|Frame anchors|Cavity fixings",
        },
        ("Paint", "tin"): {
            "Wall paint": "Chalk paint|Limewash|Primer|Emulsion|Kitchen paint",
            "Wood care": "Linseed oil|Wood wax|Teak oil|Varnish|Décapant",
        },
    },
}


@dataclass(frozen=True)
class Shelf:
    """A category. Only shelves of the lowest level have `goods`; `package` is how these look, `hue` in degrees."""

    code: str
    parent: str
    name: str
    hue: int
    package: str = ""
    goods: tuple[str, ...] = ()


def shelves() -> Iterator[Shelf]:
    """All categories, parents before children."""
    for (root, hue), groups in _SHELVES.items():
        top = Shelf(f"seed-{slugify(root)}", "", root, hue)
        yield top
        for (group, package), goods in groups.items():
            middle = Shelf(f"{top.code}-{slugify(group)}", top.code, group, hue)
            yield middle
            for step, (name, names) in enumerate(goods.items()):
                shade = (hue + 17 * step) % 360
                code = f"{top.code}-{slugify(name)}"
                yield Shelf(code, middle.code, name, shade, package, tuple(names.split("|")))
