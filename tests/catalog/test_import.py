"""Importing good files."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import TestCase

from catalog.importing import Counts, import_folder
from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory
from tests.catalog.rows import snapshot

User = get_user_model()
Files = Callable[[], dict[str, bytes]]
Edit = Callable[[str, str, str], None]

pytestmark = pytest.mark.django_db


def test_everything_in_the_files_is_there(northwind: Path, stored: Files) -> None:
    report = import_folder(northwind)

    assert {name: counts.created for name, counts in report.tables.items()} == {
        "categories": 8,
        "suppliers": 29,
        "products": 77,
        "territories": 53,
        "employees": 9,
        "employee_territories": 49,
        "customers": 93,
        "orders": 830,
        "order_details": 2155,
    }
    assert (Product.objects.count(), Customer.objects.count(), Territory.objects.count()) == (77, 93, 53)
    assert (Order.objects.count(), OrderLine.objects.count()) == (830, 2155)
    assert report.pictures_written == len(stored()) == 8
    assert sorted(stored().values()) == sorted(path.read_bytes() for path in (northwind / "images").glob("categ*"))
    assert set(stored()) == set(Category.objects.values_list("picture", flat=True))


@pytest.mark.usefixtures("imported")
def test_values_arrive_as_written() -> None:
    product = Product.objects.get(sku="38")
    assert (product.name, product.unit_price) == ("Côte de Blaye", Decimal("263.50"))
    assert product.supplier is not None
    assert product.supplier.company_name == "Aux joyeux ecclésiastiques"
    assert product.category is not None
    assert product.category.name == "Beverages"

    order = Order.objects.get(number=10248)
    assert order.customer.code == "VINET"
    assert str(order.order_date) == "1996-07-04"
    assert (order.shipper, order.freight) == ("Federal Shipping", Decimal("32.38"))
    assert order.taken_by is not None
    assert order.taken_by.username == "steven.buchanan"
    assert order.lines_total == Decimal("440.00")
    assert order.total == Decimal("472.38")

    assert Customer.objects.get(code="ANATR").city == "México D.F."
    assert Customer.objects.get(code="Val2").address == ""  # blanks around a cell are no part of it
    assert Order.objects.filter(shipped_date=None).count() == 21
    assert Territory.objects.get(code="06897").region == "Eastern"


@pytest.mark.usefixtures("imported")
def test_a_line_break_in_an_address_becomes_a_comma() -> None:
    assert Supplier.objects.get(code="4").address == "9-8 Sekimai, Musashino-shi"


@pytest.mark.usefixtures("imported")
def test_employees_become_users_who_cannot_sign_in_yet() -> None:
    nancy = User.objects.get(username="nancy.davolio")
    assert (nancy.first_name, nancy.last_name) == ("Nancy", "Davolio")
    assert not nancy.has_usable_password()
    assert not nancy.is_staff
    assert not nancy.is_superuser
    assert set(Territory.objects.filter(users=nancy).values_list("code", flat=True)) == {"06897", "19713"}


def test_an_existing_user_keeps_password_and_flags(northwind: Path) -> None:
    nancy = User.objects.create_user("nancy.davolio", password="hers", is_staff=True, is_active=False)

    import_folder(northwind)

    nancy.refresh_from_db()
    assert nancy.check_password("hers")
    assert nancy.is_staff
    assert not nancy.is_active
    assert nancy.last_name == "Davolio"


@pytest.mark.usefixtures("imported")
def test_a_customer_gets_a_territory_of_who_took_most_of_their_orders() -> None:
    # ALFKI: employees 1 and 4 took two orders each, so it is the first one's.
    alfki = Customer.objects.get(code="ALFKI")
    assert alfki.territory is not None
    assert alfki.territory.users.get().username == "nancy.davolio"

    without = Customer.objects.filter(territory=None).order_by("code").values_list("code", flat=True)
    assert list(without) == ["FISSA", "PARIS", "VALON", "Val2"]

    nancys = Territory.objects.filter(users__username="nancy.davolio")
    sizes = [territory.customers.count() for territory in nancys]
    assert max(sizes) - min(sizes) <= 1


def test_a_territory_named_in_the_file_is_taken(folder: Path) -> None:
    path = folder / "customers.csv"
    header, first, *others = path.read_bytes().decode().splitlines(keepends=True)
    lines = [header.rstrip() + ",TerritoryID\r\n", first.rstrip() + ",98104\r\n"]
    path.write_bytes("".join([*lines, *(line.rstrip() + ",\r\n" for line in others)]).encode())

    report = import_folder(folder)

    assert not report.territories_derived
    alfki = Customer.objects.get(code="ALFKI")
    assert alfki.territory is not None
    assert alfki.territory.name == "Seattle"
    assert Customer.objects.exclude(territory=None).count() == 1


def test_a_second_import_changes_nothing(northwind: Path, stored: Files) -> None:
    import_folder(northwind)
    rows, files = snapshot(), stored()

    report = import_folder(northwind)

    assert all(counts.created == counts.updated == 0 for counts in report.tables.values())
    assert report.tables["order_details"] == Counts(unchanged=2155)
    assert (report.pictures_written, report.pictures_kept) == (0, 8)
    assert snapshot() == rows
    assert stored() == files


@pytest.mark.usefixtures("imported")
def test_an_update_changes_its_row_alone(folder: Path, edit: Edit) -> None:
    before = snapshot()
    edit("products.csv", "\n1,Chai,1,1,10 boxes x 20 bags,18,39", "\n1,Chaï,1,1,10 boxes x 20 bags,18.50,39")

    report = import_folder(folder)

    assert report.tables["products"] == Counts(updated=1, unchanged=76)
    after = snapshot()
    changed = [(old, new) for old, new in zip(before["Product"], after["Product"], strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1] == {**changed[0][0], "name": "Chaï", "unit_price": Decimal("18.50")}
    assert {**after, "Product": []} == {**before, "Product": []}


@pytest.mark.usefixtures("imported")
def test_what_the_files_do_not_speak_of_is_left_alone(northwind: Path) -> None:
    parent = Category.objects.create(code="own", name="Own")
    Category.objects.filter(code="1").update(parent=parent)
    Product.objects.create(sku="own", name="Own")
    Product.objects.filter(sku="1").update(picture="catalog/products/own.jpg")

    report = import_folder(northwind)

    assert report.tables["categories"].unchanged == 8
    assert Category.objects.get(code="1").parent == parent
    assert Product.objects.get(sku="1").picture.name == "catalog/products/own.jpg"
    assert Product.objects.filter(sku="own").exists()


def test_a_replaced_picture_goes_after_the_commit(folder: Path, stored: Files) -> None:
    import_folder(folder)
    old = Category.objects.get(code="1").picture.name
    (folder / "images" / "categories-1.jpg").write_bytes((folder / "images" / "employees-1.jpg").read_bytes())

    with TestCase.captureOnCommitCallbacks() as callbacks:
        report = import_folder(folder)

    assert report.pictures_written == 1
    assert len(stored()) == 9, "the old picture must be there until the commit"
    for callback in callbacks:
        callback()
    assert len(stored()) == 8
    assert old not in stored()
    assert Category.objects.get(code="1").picture.name in stored()


def test_a_replaced_picture_stays_while_another_row_shows_it(folder: Path, stored: Files) -> None:
    import_folder(folder)
    old = Category.objects.get(code="1").picture.name
    Category.objects.create(code="other", name="Other", picture=old)
    (folder / "images" / "categories-1.jpg").write_bytes((folder / "images" / "employees-1.jpg").read_bytes())

    with TestCase.captureOnCommitCallbacks(execute=True):
        import_folder(folder)

    assert old in stored()


def test_products_may_have_pictures(folder: Path, stored: Files) -> None:
    path = folder / "products.csv"
    header, *others = path.read_bytes().decode().splitlines(keepends=True)
    rows = [line.rstrip() + ",images/employees-1.jpg\r\n" for line in others]
    path.write_bytes("".join([header.rstrip() + ",Picture\r\n", *rows]).encode())

    report = import_folder(folder)

    names = set(Product.objects.values_list("picture", flat=True))
    assert len(names) == 1, "equal pictures share a file"
    assert names < set(stored())
    assert (report.pictures_written, report.pictures_kept) == (9, 76)


def test_the_command_says_what_it_did(northwind: Path) -> None:
    out = io.StringIO()

    call_command("importcatalog", str(northwind), stdout=out)

    said = out.getvalue()
    assert "Order details               2155         0          0" in said
    assert "Pictures: 8 written, 0 already there." in said
    assert "customers.csv has no column TerritoryID." in said
    assert "4 got none." in said
