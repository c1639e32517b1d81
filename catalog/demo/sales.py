"""A handful of territories, customers and orders, so that two sales people see different rows."""

import datetime
from decimal import Decimal

from catalog.models import Customer, Order, OrderLine, Product, Territory, TerritoryAssignment
from catalog.seeding import seed_catalogue

# Who works where: territories by user name.
TERRITORIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "nancy": (("DEMO-N1", "Harbour", "North"), ("DEMO-N2", "Old Town", "North")),
    "andrew": (("DEMO-S1", "Vineyards", "South"), ("DEMO-S2", "Lakeside", "South")),
}
CUSTOMERS: tuple[tuple[str, str, str, str, str, str], ...] = (  # code, company, contact, city, country, territory
    ("DEMO-BLAU", "Blauer See Delikatessen", "Hanna Moos", "Mannheim", "Germany", "DEMO-N1"),
    ("DEMO-FJORD", "Fjordkjøkken", "Øyvind Sæther", "Bergen", "Norway", "DEMO-N1"),
    ("DEMO-SMÖRG", "Smörgåsbutiken", "Åsa Lindström", "Göteborg", "Sweden", "DEMO-N2"),
    ("DEMO-PIER", "Pier 14 Canteen", "Orla O’Neill", "Galway", "Ireland", "DEMO-N2"),
    ("DEMO-VIGNE", "Aux Vieilles Vignes", "Chloé Lefèvre", "Beaune", "France", "DEMO-S1"),
    ("DEMO-SOL", "Mercado del Sol", "Íñigo Peña", "Cádiz", "Spain", "DEMO-S1"),
    ("DEMO-LAGO", "Trattoria sul Lago", "Niccolò Conti", "Como", "Italy", "DEMO-S2"),
    ("DEMO-PÃO", "Pão & Companhia", "João Magalhães", "Porto", "Portugal", "DEMO-S2"),
)
ORDERS_EACH = 3
PRODUCTS = 24  # made if there are none: an order needs something to order
FIRST_DAY = datetime.date(2026, 1, 12)


def make_demo_sales(users: dict[str, int]) -> None:
    """Make territories, customers and orders, always the same, and have the users (keys by name) work them."""
    territories = {}
    for name, areas in TERRITORIES.items():
        for code, title, region in areas:
            territories[code] = Territory.objects.create(code=code, name=title, region=region)
            TerritoryAssignment.objects.create(territory=territories[code], user_id=users[name])
    if not Product.objects.exists():
        seed_catalogue(PRODUCTS, seed=1)
    products = list(Product.objects.order_by("sku")[:PRODUCTS])
    keepers = {code: users[name] for name, areas in TERRITORIES.items() for code, _title, _region in areas}
    for number, (code, company, contact, city, country, territory) in enumerate(CUSTOMERS):
        customer = Customer.objects.create(
            code=code,
            company_name=company,
            contact_name=contact,
            city=city,
            country=country,
            territory=territories[territory],
        )
        for turn in range(ORDERS_EACH):
            _order(customer, keepers[territory], number * ORDERS_EACH + turn, products)


def _order(customer: Customer, taken_by: int, number: int, products: list[Product]) -> None:
    day = FIRST_DAY + datetime.timedelta(days=3 * number)
    order = Order.objects.create(
        customer=customer,
        taken_by_id=taken_by,
        order_date=day,
        required_date=day + datetime.timedelta(days=14),
        shipped_date=day + datetime.timedelta(days=5) if number % ORDERS_EACH else None,
        shipper="Demo Parcel" if number % ORDERS_EACH else "",
        freight=Decimal(490 + 35 * number) / 100,
        ship_name=customer.company_name,
        ship_city=customer.city,
        ship_country=customer.country,
    )
    chosen = {(number * 5 + step * 7) % len(products) for step in range(1 + number % 4)}
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=products[index],
            unit_price=products[index].unit_price,
            quantity=1 + (number + index) % 12,
            discount=Decimal("0.05") if index % 5 == 0 else Decimal(0),
        )
        for index in sorted(chosen)
    )
