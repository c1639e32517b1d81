"""The catalogue in the admin: every page answers, lists cost the same however long they are."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from catalog.demo.interests import make_demo_interests
from catalog.demo.stock import make_demo_counts
from catalog.models import Category, Customer, Interest, Order, OrderLine, Product, StockCount, Supplier, Territory
from catalog.seeding import seed_catalogue

User = get_user_model()
OURS = [*sorted((m for m in apps.get_app_config("catalog").get_models() if m in admin.site._registry), key=str), User]
MOST_QUERIES = 14

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(imported: None, admin_user: Any) -> None:
    """The sample data is in the database, and what is in no file of it."""
    make_demo_interests()
    make_demo_counts([admin_user.pk])


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def png() -> bytes:
    stored = BytesIO()
    Image.new("RGB", (4, 4), "red").save(stored, "PNG")
    return stored.getvalue()


def test_everything_is_registered() -> None:
    assert set(OURS) == {Category, Customer, Interest, Order, Product, StockCount, Supplier, Territory, User}


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_page_answers(admin_client: Client, model: Any) -> None:
    first = model._default_manager.earliest("pk")
    for address in (
        url(model, "changelist"),
        url(model, "changelist") + "?q=a",
        url(model, "changelist") + "?o=-2&all=",
        url(model, "add"),
        url(model, "change", first.pk),
        url(model, "delete", first.pk),
        url(model, "history", first.pk),
    ):
        response = admin_client.get(address)
        assert response.status_code == 200, address
        assert "Haversack" in response.content.decode()


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_list_costs_the_same_however_many_rows_it_shows(admin_client: Client, model: Any) -> None:
    seed_catalogue(60, seed=1)  # so that there are enough of everything to show

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert admin_client.get(address).status_code == 200
        return len(captured)

    few = model._default_manager.order_by("pk").values_list("pk", flat=True)[:2]
    one = queries(url(model, "changelist") + f"?pk__in={','.join(map(str, few))}")
    many = queries(url(model, "changelist"))
    assert many <= MOST_QUERIES
    assert many <= one + 1


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    ("model", "filters", "expected"),
    [
        (Product, "stock=reorder", 2),
        (Product, "stock=none", 5),
        (Order, "shipping=open", 21),
        (Order, "shipping=late", 37),
        (Order, "shipping=shipped", 809),
    ],
)
def test_filters_find_what_they_say(admin_client: Client, model: Any, filters: str, expected: int) -> None:
    response = admin_client.get(f"{url(model, 'changelist')}?{filters}")

    assert response.context["cl"].result_count == expected
    if filters == "stock=reorder":
        assert expected == sum(product.needs_reorder for product in Product.objects.all())


def test_a_shelf_shows_what_stands_on_the_shelves_below_it(admin_client: Client) -> None:
    seed_catalogue(200, seed=1)
    drinks = Category.objects.get(code="seed-drinks")
    below = Product.objects.filter(category__code__startswith="seed-drinks").count()

    response = admin_client.get(f"{url(Product, 'changelist')}?shelf={drinks.pk}")
    assert response.context["cl"].result_count == below > 0

    for nonsense in ("x", "-1", "9" * 30, "²"):
        response = admin_client.get(f"{url(Product, 'changelist')}?shelf={nonsense}")
        assert response.status_code == 200
        assert response.context["cl"].result_count == 0


def test_categories_are_shown_as_a_tree_over_pages_too(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_catalogue(1, seed=1)
    monkeypatch.setattr(admin.site._registry[Category], "list_per_page", 10)

    seen = []
    for page in (1, 2):
        shown = admin_client.get(f"{url(Category, 'changelist')}?p={page}").context["cl"].result_list
        seen += [(category.tree_depth, category.name) for category in shown]

    assert seen[:6] == [(0, "Bakery"), (1, "Bread"), (2, "Crispbread"), (2, "Loaves"), (1, "Sweet"), (2, "Biscuits")]
    assert len(set(seen)) == 20
    by_name = admin_client.get(f"{url(Category, 'changelist')}?o=2").context["cl"].result_list
    assert [category.name for category in by_name][:3] == ["Anchors", "Bakery", "Balms"]


def test_a_picture_can_be_given_shown_and_removed(admin_client: Client, media: Path) -> None:
    form = {"code": "tea", "name": "Tea", "parent": "", "description": ""}
    picture = SimpleUploadedFile("tea.png", png(), "image/png")
    assert admin_client.post(url(Category, "add"), {**form, "picture": picture}).status_code == 302
    category = Category.objects.get()
    address = url(Category, "picture", category.pk)

    response = admin_client.get(address)
    assert response.getvalue() == png()
    assert response.headers["Content-Type"] == "image/png"
    assert "no-store" in response.headers["Cache-Control"]
    assert f'src="{address}"' in admin_client.get(url(Category, "change", category.pk)).content.decode()
    assert f'src="{address}"' in admin_client.get(url(Category, "changelist")).content.decode()

    changed = admin_client.post(url(Category, "change", category.pk), {**form, "picture-clear": "on"})
    assert changed.status_code == 302
    assert admin_client.get(address).status_code == 404


def test_a_picture_asks_for_permission(client: Client) -> None:
    category = Category.objects.create(
        code="tea", name="Tea", picture=SimpleUploadedFile("tea.png", png(), "image/png")
    )
    address = url(Category, "picture", category.pk)
    assert client.get(address).status_code == 302  # to the sign-in page

    user = User.objects.create_user("clerk", is_staff=True)
    client.force_login(user)
    assert client.get(address).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_category"))
    response = client.get(address)
    assert response.status_code == 200
    response.close()


@pytest.mark.parametrize("name", ["missing.png", "script.svg", "page.html"])
def test_what_is_no_picture_is_not_served(admin_client: Client, media: Path, name: str) -> None:
    if name != "missing.png":
        media.mkdir()
        (media / name).write_text("<script>alert(1)</script>")
    category = Category.objects.create(code="tea", name="Tea", picture=name)

    assert admin_client.get(url(Category, "picture", category.pk)).status_code == 404


def test_no_such_row_has_a_picture(admin_client: Client) -> None:
    assert admin_client.get(url(Product, "picture", 4711)).status_code == 404


def test_price_and_stock_are_edited_in_the_list(admin_client: Client) -> None:
    product = Product.objects.create(sku="P", name="P")
    rows = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": product.pk,
        "form-0-unit_price": "12.50",
        "form-0-units_in_stock": "7",
        "_save": "Save",
    }
    assert admin_client.post(url(Product, "changelist"), rows).status_code == 302
    product.refresh_from_db()
    assert (str(product.unit_price), product.units_in_stock) == ("12.50", 7)


def test_an_order_is_taken_with_its_lines(admin_client: Client) -> None:
    customer = Customer.objects.create(code="C", company_name="C")
    product = Product.objects.create(sku="P", name="P")
    form = {
        "customer": customer.pk,
        "order_date": "2026-03-01",
        "freight": "2.00",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk,
        "lines-0-unit_price": "10",
        "lines-0-quantity": "3",
        "lines-0-discount": "0.1",
    }
    assert admin_client.post(url(Order, "add"), form).status_code == 302
    order = Order.objects.get()
    assert OrderLine.objects.get().order == order
    page = admin_client.get(url(Order, "change", order.pk)).content.decode()
    assert re.search(r"27\.00", page)
    assert re.search(r"29\.00", page)


def test_a_user_is_given_territories_on_their_own_page(admin_client: Client) -> None:
    call_command("demousers", force=True, verbosity=0, stdout=None)
    page = admin_client.get(url(User, "change", User.objects.get(username="nancy").pk)).content.decode()
    assert "Harbour (DEMO-N1)" in page
