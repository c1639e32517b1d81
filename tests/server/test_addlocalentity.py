"""`manage.py addlocalentity`: what it writes for every model of the catalogue, and what it leaves as it is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User as UserModel
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from catalog.models import (
    Category,
    Customer,
    Interest,
    Order,
    OrderLine,
    Product,
    StockCount,
    Territory,
    TerritoryAssignment,
)
from syncapi import offline
from syncapi.management.commands.addlocalentity import Command
from syncapi.registry import registry
from syncapi.scaffold.propose import propose, proposed_inlines
from syncapi.scaffold.source import CannotEdit, class_text, existing_class, with_entity

ROOT = Path(__file__).parents[2]
MODELS = [
    *("Category", "Supplier", "Product", "Territory", "TerritoryAssignment", "Interest", "Customer", "Order"),
    *("OrderLine", "StockCount"),
]
SETTINGS = """
from settings.base import *
SECRET_KEY = "x" * 50
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
ALLOWED_HOSTS = ["testserver"]
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("api/sync/", include("syncapi.urls")), path("", include("pwa.urls"))]
"""
VISIT = """
import datetime
from django.contrib.auth.models import User
from catalog.models import *
from syncapi.testing import FakeDevice
user = User.objects.create_user("ann")
category = Category.objects.create(code="c", name="Beverages")
supplier = Supplier.objects.create(code="s", company_name="Exotic")
product = Product.objects.create(sku="A", name="Chai", unit_price=18, category=category, supplier=supplier)
territory = Territory.objects.create(code="t", name="North", region="East")
TerritoryAssignment.objects.create(user=user, territory=territory)
customer = Customer.objects.create(code="ALFKI", company_name="Alfreds", territory=territory)
order = Order.objects.create(number=1, customer=customer, order_date=datetime.date(2026, 1, 31))
OrderLine.objects.create(order=order, product=product, unit_price=18, quantity=2)
Interest.objects.create(name="Tea")
StockCount.objects.create(product=product, counted=3)
device = FakeDevice(user)
device.sync("trade")
Product.objects.update(name="Masala chai")
device.sync("trade")
for name in NAMES:
    print(name, len(device.rows("trade", name)))
print(device.rows("trade", "LocalProduct")[0]["name"], device.rows("trade", "LocalProduct")[0]["category__name"])
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of somebody else's with the catalogue's models, and no declaration."""
    folder = tmp_path_factory.mktemp("trade")
    ignored = shutil.ignore_patterns("offline.py", "actions.py", "static", "__pycache__")
    shutil.copytree(ROOT / "catalog", folder / "catalog", ignore=ignored)
    (folder / "mysettings.py").write_text(SETTINGS)
    (folder / "urls.py").write_text(URLS)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def run(project: Path) -> Run:
    def run(*arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(project), str(ROOT)])
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=project,
            env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "mysettings", "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def written(project: Path, run: Run) -> Path:
    """The declaration of all models."""
    for model in MODELS:
        run("django", "addlocalentity", f"catalog.{model}", "--app", "trade")
    return project / "catalog" / "offline.py"


def test_what_is_written_for_every_model_passes_linter_and_checks(written: Path, run: Run) -> None:
    source = written.read_text()
    assert [source.count(f"class Local{model}(") for model in MODELS] == [1] * len(MODELS)
    assert source.count("OfflineApp(") == 1
    run("ruff", "check", str(written))
    run("ruff", "format", "--check", str(written))
    checked = run("django", "check")
    assert "syncapi." not in checked.stdout + checked.stderr


def test_what_is_written_for_every_model_passes_strict_types(written: Path, run: Run) -> None:
    config = written.parents[1] / "mypy.ini"
    config.write_text(
        "[mypy]\nstrict = true\nfollow_imports = silent\nplugins = mypy_django_plugin.main\n"
        "[mypy.plugins.django-stubs]\ndjango_settings_module = mysettings\n"
    )
    run("mypy", "--config-file", str(config), "-p", "catalog.offline", "--cache-dir", str(written.parents[1] / "mypy"))


def test_what_is_written_for_every_model_syncs(written: Path, run: Run) -> None:
    run("django", "migrate", "--verbosity", "0")
    names = [f"Local{model}" for model in MODELS]
    printed = run("django", "shell", "-v", "0", "-c", VISIT.replace("NAMES", repr(names))).stdout.splitlines()
    assert printed[: len(names)] == [f"{name} 1" for name in names]
    assert printed[len(names)] == "Masala chai Beverages"


def test_twice_changes_nothing_and_edits_stay(written: Path, run: Run) -> None:
    source = written.read_text()
    again = run("django", "addlocalentity", "catalog.Category", "--app", "trade")
    assert "as it would be written" in again.stdout
    assert written.read_text() == source
    edited = source.replace("    model = Category\n", "    # Shelves only.\n    model = Category\n")
    written.write_text(edited)
    refused = run("django", "addlocalentity", "catalog.Category", "--app", "trade", ok=False)
    assert "has another LocalCategory. Nothing was written" in refused.stderr
    assert written.read_text() == edited
    assert (
        "-    # Shelves only."
        in run("django", "addlocalentity", "catalog.Category", "--app", "trade", "--dry-run").stdout
    )
    assert written.read_text() == edited
    run("django", "addlocalentity", "catalog.Category", "--app", "trade", "--force")
    assert written.read_text() == source


# -- in a terminal, and mistakes


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs the command in a terminal that gives these answers; returns what it has written."""
    path = tmp_path / "offline.py"
    monkeypatch.setattr(Command, "_path", lambda self, model, app: path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    def ask(*arguments: str, answers: list[str]) -> str:
        monkeypatch.setattr("builtins.input", lambda question: answers.pop(0))
        call_command("addlocalentity", *arguments)
        assert answers == []
        return path.read_text()

    return ask


def test_in_a_terminal_it_asks_for_what_is_missing(asked: Callable[..., str]) -> None:
    source = asked(answers=["catalog.Product", "shelf", "sku, name unit_price"])
    assert 'attributes = ["sku", "name", "unit_price"]' in source
    assert '"shelf", title="Catalogue", entities=[LocalProduct]' in source


def test_in_a_terminal_enter_takes_what_is_proposed(asked: Callable[..., str]) -> None:
    assert 'attributes = ["name", "code", "parent", "parent__name", "picture"]' in asked(
        "catalog.Category", "--app", "shelf", answers=[""]
    )


def test_in_a_terminal_it_asks_before_it_replaces(asked: Callable[..., str]) -> None:
    arguments = ["catalog.Category", "--app", "shelf", "--attributes"]
    first = asked(*arguments, "name", answers=[])
    with pytest.raises(CommandError, match="Nothing was written"):
        asked(*arguments, "code", answers=["no"])
    assert asked(*arguments, "name", answers=[]) == first
    assert '"code"' in asked(*arguments, "code", answers=["yes"])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["catalog.Produkt", "--app", "x"], "Known: "),
        ([], "Model"),
        (["catalog.Product"], "Say which app carries it"),
        (["catalog.Product", "--app", "x", "--attributes", "nmae"], "Did you mean 'name'"),
        (["catalog.Product", "--app", "x", "--name", "a b"], "cannot be the name of a class"),
    ],
)
def test_mistakes_are_said_in_one_sentence(
    arguments: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Command, "_path", lambda self, model, app: tmp_path / "offline.py")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match=text):
        call_command("addlocalentity", *arguments)
    assert not list(tmp_path.iterdir())


# -- what is proposed, and how a file is edited


def test_a_proposal_is_light_and_has_names_of_related_records() -> None:
    proposal = propose(Product, carried=[Category])
    assert proposal.attributes[0] == "name"
    assert {"category", "category__name", "supplier__company_name", "picture"} <= set(proposal.attributes)
    assert "supplier" not in proposal.attributes  # its key would lead nowhere
    assert len(proposal.attributes) <= 12
    assert proposal.pictures == ["picture"]
    assert "category" in proposal.list_filter


def test_nothing_secret_is_proposed() -> None:
    assert "password" not in propose(UserModel).attributes


# -- of records that devices may change


def test_what_people_write_is_carried_before_what_they_only_look_at() -> None:
    proposal = propose(Customer, carried=[Territory, Interest], pattern=offline.ReadWrite)
    assert {"company_name", "code", "territory", "territory__name", "interests"} <= set(proposal.attributes)
    assert len(proposal.attributes) <= 12
    assert "interests" not in propose(Customer, carried=[Territory, Interest]).attributes


def test_what_a_new_record_must_have_is_carried_where_devices_can_give_it() -> None:
    line = propose(OrderLine, carried=[Order, Product], pattern=offline.ReadWriteWithConflictDetection)
    assert {"order", "product", "unit_price"} <= set(line.attributes)
    assert line.list_display[0] == "order__number"  # a key says nothing to people
    assert "session_data" in propose(Session, pattern=offline.ReadWrite).attributes
    assert "session_data" not in propose(Session).attributes  # long texts are left out of what is only looked at
    assert "user" not in propose(TerritoryAssignment, pattern=offline.ReadWrite).attributes  # it would lead nowhere


def test_numbers_that_the_server_gives_are_not_typed_on_devices() -> None:
    assert propose(Order, pattern=offline.ReadWrite).readonly_attributes == ["number"]
    assert propose(Order).readonly_attributes == []


class LocalLine(offline.LocalEntity):
    model = OrderLine
    attributes = ["order", "product", "unit_price", "quantity"]
    pattern = offline.ReadWrite


class LocalGoods(offline.LocalEntity):
    model = Product
    attributes = ["name", "sku"]
    pattern = offline.ReadWrite


class LocalWhole(offline.LocalEntity):
    model = Order
    attributes = ["number", "customer"]
    pattern = offline.ReadWrite


class LocalCount(offline.LocalEntity):
    """Nobody can make one without saying of what."""

    model = StockCount
    attributes = ["product__name", "counted"]
    pattern = offline.ReadWrite


def test_parts_are_edited_inside_of_what_they_belong_to() -> None:
    app = offline.OfflineApp("shop", title="Shop", entities=[LocalLine, LocalGoods, LocalWhole, LocalCount])
    entities = list(app.entities.values())
    assert proposed_inlines(Order, entities) == ["LocalLine"]
    assert proposed_inlines(Product, entities) == []  # protected, or not to be made
    assert proposed_inlines(Category, entities) == []


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> offline.OfflineApp:
    """An app that carries orders already."""
    app = offline.OfflineApp("shop", title="Shop", entities=[LocalGoods, LocalWhole])
    monkeypatch.setattr(registry, "declared", [app])
    return app


def test_what_to_mind_is_said_and_is_no_obstacle(
    shop: offline.OfflineApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Command, "_path", lambda self, model, app: tmp_path / "offline.py")
    call_command("addlocalentity", "catalog.OrderLine", "--app", "shop", "--pattern", "read-write")
    said = capsys.readouterr().out
    assert "Records of LocalOrderLine can be edited inside of those of LocalWhole: add inlines" in said
    assert "Devices can never" not in said
    call_command("addlocalentity", "catalog.TerritoryAssignment", "--app", "shop", "--pattern", "read-write")
    said = capsys.readouterr().out
    assert "Devices can never make a record of LocalTerritoryAssignment: " in said
    assert "asks for territory, user" in said
    assert "class LocalTerritoryAssignment" in (tmp_path / "offline.py").read_text()


def test_an_order_is_proposed_with_its_lines(
    shop: offline.OfflineApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = offline.OfflineApp("shop", title="Shop", entities=[LocalLine, LocalGoods])
    monkeypatch.setattr(registry, "declared", [app])
    monkeypatch.setattr(Command, "_path", lambda self, model, app: tmp_path / "offline.py")
    call_command("addlocalentity", "catalog.Order", "--app", "shop", "--pattern", "read-write-conflicts")
    written = (tmp_path / "offline.py").read_text()
    assert "    pattern = offline.ReadWriteWithConflictDetection\n" in written
    assert '    inlines = ["LocalLine"]\n    readonly_attributes = ["number"]\n' in written


def edited(source: str, **options: Any) -> str:
    return with_entity(source, propose(Order, attributes=["number"]), options.get("app", "shop"), "Shop")


BEFORE = '''"""Ours."""
from catalog.models import Product  # ours, too
from syncapi import offline  # as in the docs


class LocalProduct(offline.LocalEntity):  # with care
    model = Product
    attributes = [
        "name",  # short
    ]


other_app = offline.OfflineApp("other", title="Other", entities=[LocalProduct])
shop_app = offline.OfflineApp(
    "shop",
    title="Shop",
    entities=[
        LocalProduct,
    ],
)
# the end
'''


def test_a_new_file_ends_with_a_line() -> None:
    assert with_entity("", propose(Order), "shop", "Shop").endswith("entities=[LocalOrder])\n")


def test_the_rest_of_a_file_stays_as_it_was_written() -> None:
    source = edited(BEFORE)
    expected = BEFORE.replace("import Product  #", "import Order, Product  #")
    expected = expected.replace("        LocalProduct,\n    ],", "        LocalProduct,\n        LocalOrder,\n    ],")
    start, _, rest = expected.partition("shop_app = ")
    added = class_text(propose(Order, attributes=["number"]))
    assert source.replace("\n\n" + added, "").replace("\n\n\n", "\n\n") == (start + "shop_app = " + rest).replace(
        "\n\n\n", "\n\n"
    )
    assert existing_class(source, "LocalOrder") == added
    assert edited(source) == source


OFFLINE = "from syncapi import offline\n"
ORDER = "from catalog.models import Order\n"
COMMENTED = "from catalog.models import (\n    Product,  # ours\n)\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "from catalog.models import (\n    A,\n)\n",
            "from catalog.models import (\n    A,\n    Order,\n)\n" + OFFLINE,
        ),
        ("from catalog.models import Product as P\n", "from catalog.models import Order, Product as P\n" + OFFLINE),
        (ORDER, ORDER + OFFLINE),
        (COMMENTED, COMMENTED + OFFLINE + ORDER),
        ("from catalog.models import A; import b\n", "from catalog.models import A; import b\n" + OFFLINE + ORDER),
        ("import datetime\n", "import datetime\n" + OFFLINE + ORDER),
    ],
)
def test_imports_are_added_beside_what_is_there(line: str, expected: str) -> None:
    assert edited(line + OFFLINE).startswith(expected)


def test_entities_that_are_no_list_are_left_to_the_developer() -> None:
    with pytest.raises(CannotEdit, match="add LocalOrder by hand"):
        edited(BEFORE.replace("entities=[\n        LocalProduct,\n    ]", "entities=everything()"))
