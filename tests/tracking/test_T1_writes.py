"""T1: whatever Django writes is seen, and what does not matter leaves no trace."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client

from catalog.models import Category, Product, Supplier, Territory, TerritoryAssignment
from tests.tracking.seen import Marks, forget, marks, seen, sql, track, versions, watch
from tests.wire.models import Child, Jar, Shelf

JAR = Jar._meta.db_table
SHELF = Shelf._meta.db_table


@pytest.fixture
def jars(db: Any) -> list[Jar]:
    """Three jars, 1 to 3: their names matter, and their owners decide who has them. Two shelves."""
    track(
        watch(Jar, content=["name", "shelf_id"], member=["owner_id"]),
        watch(Shelf, content=["name"]),
        watch(Child, content=["width"]),
    )
    for number in (1, 2):
        Shelf.objects.create(pk=number, name=f"Shelf {number}")
    return [Jar.objects.create(pk=number, name=f"Jar {number}", price=1, shelf_id=1) for number in (1, 2, 3)]


def _save_renamed() -> None:
    jar = Jar.objects.get(pk=1)
    jar.name = "Other"
    jar.save()


def _save_locked() -> None:
    with transaction.atomic():
        jar = Jar.objects.select_for_update().get(pk=1)
        jar.name = "Other"
        jar.save(update_fields=["name"])


def _bulk_update() -> None:
    some = list(Jar.objects.filter(pk__lte=2))
    for jar in some:
        jar.name += "!"
    Jar.objects.bulk_update(some, ["name"])


def _upsert() -> None:
    Jar.objects.bulk_create(
        [Jar(pk=2, name="Upserted", price=2), Jar(pk=9, name="New", price=2)],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["name"],
    )


def _ignored() -> None:
    Jar.objects.bulk_create([Jar(pk=2, name="Ignored", price=2), Jar(pk=9, name="New", price=2)], ignore_conflicts=True)


WRITES: dict[str, tuple[Callable[[], Any], Marks]] = {
    "create": (lambda: Jar.objects.create(pk=9, name="New", price=1), {"9": "changed"}),
    "save": (_save_renamed, {"1": "changed"}),
    "save under a lock": (_save_locked, {"1": "changed"}),
    "bulk_create": (
        lambda: Jar.objects.bulk_create([Jar(pk=8, name="a", price=1), Jar(pk=9, name="b", price=1)]),
        {"8": "changed", "9": "changed"},
    ),
    "bulk_create, conflicts ignored": (_ignored, {"9": "changed"}),
    "bulk_create, conflicts updated": (_upsert, {"2": "changed", "9": "changed"}),
    "update_or_create": (lambda: Jar.objects.update_or_create(pk=2, defaults={"name": "x"}), {"2": "changed"}),
    "QuerySet.update": (lambda: Jar.objects.filter(pk__gte=2).update(name="x"), {"2": "changed", "3": "changed"}),
    "QuerySet.update of a membership column": (lambda: Jar.objects.filter(pk=2).update(owner=7), {"2": "moved"}),
    "both kinds of columns at once": (lambda: Jar.objects.filter(pk=2).update(owner=7, name="x"), {"2": "moved"}),
    "F()": (lambda: Jar.objects.filter(pk=1).update(shelf=F("shelf") + 1), {"1": "changed"}),
    "bulk_update": (_bulk_update, {"1": "changed", "2": "changed"}),
    "delete": (lambda: Jar.objects.get(pk=3).delete(), {"3": "gone"}),
    "QuerySet.delete": (lambda: Jar.objects.filter(pk__lte=2).delete(), {"1": "gone", "2": "gone"}),
    "QuerySet._raw_delete": (lambda: Jar.objects.filter(pk=2)._raw_delete("default"), {"2": "gone"}),
    "a cascade": (lambda: Shelf.objects.get(pk=1).delete(), {"1": "gone", "2": "gone", "3": "gone"}),
    "raw SQL": (lambda: sql(f"UPDATE {JAR} SET name = 'Raw' WHERE id = 2"), {"2": "changed"}),
    "another key": (lambda: Jar.objects.filter(pk=2).update(id=20), {"2": "gone", "20": "moved"}),
    "deleted and back": (
        lambda: (Jar.objects.filter(pk=2).delete(), Jar.objects.create(pk=2, name="Back", price=1)),
        {"2": "moved"},
    ),
    "an unwatched column": (lambda: Jar.objects.update(price=7), {}),
    "an unwatched column, with save": (lambda: Jar.objects.get(pk=1).save(update_fields=["price"]), {}),
    "nothing new": (lambda: Jar.objects.update(name=F("name"), owner=F("owner")), {}),
    "save of what is there": (lambda: Jar.objects.get(pk=1).save(), {}),
    "a delete of nothing": (lambda: Jar.objects.filter(pk=99).delete(), {}),
}


@pytest.mark.parametrize("write", WRITES)
def test_T1_what_django_writes_is_seen(jars: list[Jar], write: str) -> None:
    act, expected = WRITES[write]
    assert seen(act, JAR) == expected


def test_T1_the_database_cascades_itself(db: Any) -> None:
    sql(
        "CREATE TABLE parent (id integer PRIMARY KEY)",
        "CREATE TABLE kid (id integer PRIMARY KEY, parent_id integer REFERENCES parent ON DELETE CASCADE)",
        "CREATE TABLE loose (id integer PRIMARY KEY, parent_id integer REFERENCES parent ON DELETE SET NULL)",
        "INSERT INTO parent VALUES (1), (2)",
        "INSERT INTO kid VALUES (10, 1), (20, 2)",
        "INSERT INTO loose VALUES (10, 1), (20, 2)",
    )
    from syncapi.tracking.watched import Watched

    track(
        Watched("parent", "id"),
        Watched("kid", "id", content=frozenset({"parent_id"})),
        Watched("loose", "id", content=frozenset({"parent_id"})),
    )
    assert seen(lambda: sql("DELETE FROM parent WHERE id = 1"), "kid") == {"10": "gone"}
    assert marks("loose") == {"10": "changed"}
    assert marks("parent") == {"1": "gone"}


def test_T1_SET_NULL_is_seen(db: Any) -> None:
    supplier = Supplier.objects.create(code="s", company_name="S")
    product = Product.objects.create(sku="p", name="P", supplier=supplier)
    track(watch(Product, content=["supplier_id"]))
    assert seen(supplier.delete, Product._meta.db_table) == {str(product.pk): "changed"}


def test_T1_the_admin_is_seen(client: Client, db: Any) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    category = Category.objects.create(code="tea", name="Tea")
    track(watch(Category, content=["name"]))
    table = Category._meta.db_table
    form = {"code": "tea", "name": "Teas", "description": "", "parent": ""}
    edited = lambda: client.post(f"/admin/catalog/category/{category.pk}/change/", form)  # noqa: E731
    assert seen(edited, table) == {str(category.pk): "changed"}
    chosen = {"action": "delete_selected", "_selected_action": [category.pk], "post": "yes"}
    assert seen(lambda: client.post("/admin/catalog/category/", chosen), table) == {str(category.pk): "gone"}


def test_T1_many_to_many_is_seen_in_its_table(db: Any) -> None:
    through = User.groups.through
    track(watch(through, member=["user_id", "group_id"]))
    table = through._meta.db_table
    user = User.objects.create(username="u")
    groups = [Group.objects.create(name=name) for name in "ab"]
    added = seen(lambda: user.groups.add(*groups), table)
    assert list(added.values()) == ["changed", "changed"]
    assert seen(lambda: user.groups.add(groups[0]), table) == {}
    assert list(seen(lambda: user.groups.remove(groups[0]), table).values()) == ["gone"]
    assert list(seen(lambda: user.groups.clear(), table).values()) == ["gone"]
    assert list(seen(lambda: user.groups.set(groups), table).values()) == ["changed", "changed"]


def test_T1_a_through_model_is_seen(db: Any) -> None:
    track(watch(TerritoryAssignment, member=["user_id"]))
    territory = Territory.objects.create(code="n", name="North")
    user = User.objects.create(username="u")
    assert list(seen(lambda: territory.users.add(user), TerritoryAssignment._meta.db_table).values()) == ["changed"]
    assert list(seen(lambda: user.delete(), TerritoryAssignment._meta.db_table).values()) == ["gone"]


def test_T1_each_table_of_an_inherited_model_has_its_own_rows(jars: list[Jar]) -> None:
    forget()
    child = Child.objects.create(pk=50, name="Child", width=3)
    assert (marks(SHELF), marks(Child._meta.db_table)) == ({"50": "changed"}, {"50": "changed"})
    assert seen(lambda: Child.objects.update(width=4), Child._meta.db_table) == {"50": "changed"}
    assert marks(SHELF) == {}
    child.name = "Renamed"
    assert seen(child.save, SHELF) == {"50": "changed"}
    assert seen(child.delete, SHELF) == {"50": "gone"}
    assert marks(Child._meta.db_table) == {"50": "gone"}


def test_T1_loaddata_is_seen(jars: list[Jar], tmp_path: Path) -> None:
    call_command("dumpdata", "wire.jar", output=str(tmp_path / "jars.json"), verbosity=0)
    rows = json.loads((tmp_path / "jars.json").read_text())
    rows[0]["fields"]["name"] = "Loaded"
    rows.append({"model": "wire.jar", "pk": 30, "fields": rows[0]["fields"]})
    (tmp_path / "jars.json").write_text(json.dumps(rows))
    loaded = lambda: call_command("loaddata", str(tmp_path / "jars.json"), verbosity=0)  # noqa: E731
    assert seen(loaded, JAR) == {"1": "changed", "30": "changed"}


def test_T1_what_is_rolled_back_was_never_there(jars: list[Jar]) -> None:
    def undone() -> None:
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Jar.objects.update(name="x")
            Jar.objects.create(pk=1, name="Twice", price=1)

    assert seen(undone, JAR) == {}


def test_T1_a_savepoint_alone_is_rolled_back(jars: list[Jar]) -> None:
    def partly() -> None:
        Jar.objects.filter(pk=1).update(name="x")
        point = transaction.savepoint()
        Jar.objects.filter(pk=2).update(name="x")
        transaction.savepoint_rollback(point)
        Jar.objects.filter(pk=3).update(name="x")

    assert seen(partly, JAR) == {"1": "changed", "3": "changed"}


def test_T1_versions_count_content_only(jars: list[Jar]) -> None:
    forget()
    jar = Jar.objects.create(pk=9, name="New", price=1)
    assert versions(JAR) == {"9": 1}
    Jar.objects.filter(pk=9).update(name="a")
    Jar.objects.filter(pk=9).update(owner=5)
    Jar.objects.filter(pk=9).update(price=5)
    assert versions(JAR) == {"9": 2}
    Jar.objects.filter(pk=9).update(name="b", owner=6)
    assert versions(JAR) == {"9": 3}
    jar.delete()
    assert versions(JAR) == {"9": 4}
    Jar.objects.filter(pk=1).update(owner=5)
    assert versions(JAR) == {"9": 4, "1": 0}


def test_T1_a_move_is_remembered_when_other_changes_follow(jars: list[Jar]) -> None:
    assert seen(lambda: Jar.objects.filter(pk=1).update(owner=5), JAR) == {"1": "moved"}
    Jar.objects.filter(pk=1).update(name="later")
    assert marks(JAR) == {"1": "moved"}


@pytest.mark.django_db(transaction=True)
def test_T1_flush_is_seen_and_leaves_the_tracker_alone() -> None:
    Shelf.objects.create(pk=1, name="Shelf")
    track(watch(Shelf, content=["name"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(barrier AS text) FROM syncapi_source WHERE name = %s", [SHELF])
        before = cursor.fetchone()
    # Installs what is declared afterwards, so that nothing is left of this test.
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(barrier AS text) FROM syncapi_source WHERE name = %s", [SHELF])
        after = cursor.fetchone()
    if connection.vendor == "sqlite":
        assert marks(SHELF) == {"1": "gone"}
    else:
        assert after != before  # TRUNCATE
    Shelf.objects.create(pk=2, name="After")
    assert marks(SHELF)["2"] == "changed"
