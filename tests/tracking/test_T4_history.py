"""T4: a database that was restored, rewound, loaded or copied is noticed at once, and nothing is missed or mistaken."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Category, Customer, Order, OrderLine, Product, Territory
from syncapi.cursors import ContentCursor, PositionCursor
from syncapi.testing import FakeDevice
from syncapi.testing.result import SyncResult
from syncapi.tracking.drift import State, survey
from syncapi.tracking.install import install, required
from tests.tracking import databases
from tests.tracking.field import category, check_equal, declared, field_app, query, territory, user
from tests.tracking.writers import writers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    with declared(field_app):
        yield


@pytest.fixture
def nancy() -> User:
    category("tea", 3)
    return user("nancy", territory(1), territory(2))


class Story:
    """Two devices: `early` syncs for the last time before a backup is made, `late` also after it."""

    def __init__(self, nancy: User) -> None:
        self.early, self.late = FakeDevice(nancy), FakeDevice(nancy)
        self.early.sync("field")
        self.late.sync("field")

    def before_backup(self) -> None:
        """What `early` has not seen yet, and the backup has."""
        Product.objects.filter(sku="tea-0").update(name="before the backup")
        self.late.sync("field")

    def after_backup(self) -> None:
        """What a restored database has forgotten."""
        Product.objects.create(pk=900, sku="lost", name="lost")
        Product.objects.filter(sku="tea-1").update(name="lost")
        Product.objects.filter(sku="tea-2").delete()
        Customer.objects.filter(code="C10000001007").update(territory=None)
        category("lost", 2)
        self.late.sync("field")
        assert self.late.get("field", "FieldProduct", 900)

    def after_restore(self) -> None:
        """Other rows get the keys that were lost, and the clock passes where it was."""
        Product.objects.create(pk=900, sku="found", name="found")
        for number in range(40):
            Category.objects.filter(code="tea").update(name=f"Tea {number}")
        Order.objects.filter(customer__code="C10000000007").delete()

    def late_notices(self) -> None:
        check_reset(self.late.sync("field"), "history")
        check_equal(self.late, "field")
        product = self.late.get("field", "FieldProduct", 900)
        assert product
        assert product["sku"] == "found"
        goes_on(self.late)

    def early_goes_on(self) -> None:
        result = self.early.sync("field")
        assert {one.reset for one in result.entities.values()} == {None}
        assert result.entities["FieldProduct"].mode == "delta"
        check_equal(self.early, "field")


def check_reset(result: SyncResult, reason: str) -> None:
    assert {name: one.reset for name, one in result.entities.items()} == dict.fromkeys(result.entities, reason)
    assert {one.mode for one in result.entities.values()} <= {"ranges", "replace"}


def goes_on(device: FakeDevice) -> None:
    """The next sync is a delta again."""
    row = Product.objects.latest("pk")
    Product.objects.filter(pk=row.pk).update(name=f"{row.name}!")
    products = device.sync("field").entities["FieldProduct"]
    assert (products.mode, products.changed) == ("delta", [row.pk])
    assert device.sync("field").rows_received == 0


if connection.vendor == "sqlite":

    @pytest.mark.parametrize("put_back", [databases.put_file_back, databases.load_file_back])
    @pytest.mark.parametrize("written_past", [True, False])
    def test_T4_a_file_put_back(nancy: User, put_back: Callable[[Any], None], written_past: bool) -> None:
        story = Story(nancy)
        story.before_backup()
        copied = databases.copy_of_file()
        story.after_backup()
        (lost,) = query("SELECT position FROM syncapi_clock")
        put_back(copied)
        if written_past:
            story.after_restore()
            assert query("SELECT position FROM syncapi_clock") > [lost]
            story.late_notices()
        else:
            check_reset(story.late.sync("field"), "history")
            check_equal(story.late, "field")
            goes_on(story.late)
        story.early_goes_on()

    def test_T4_a_copied_file_in_the_place_of_another(nancy: User) -> None:
        """The copy goes on with its own devices; one that was at the other in between is noticed."""
        story = Story(nancy)
        story.before_backup()
        copied = databases.copy_of_file()
        story.after_backup()
        original = databases.copy_of_file()
        databases.put_file_back(copied)
        story.after_restore()
        story.late_notices()
        databases.put_file_back(original)
        check_reset(story.late.sync("field"), "history")
        check_equal(story.late, "field")
        story.early.sync("field")
        check_equal(story.early, "field")

else:

    def dump(form: str) -> bytes:
        return databases.run("pg_dump", "--format", form, "-d", databases.name())

    def load(dumped: bytes, form: str, target: str, *options: str) -> None:
        if form == "plain":
            databases.run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", target, given=dumped)
        else:
            databases.run("pg_restore", "--exit-on-error", *options, "-d", target, given=dumped)

    @pytest.mark.parametrize("form", ["plain", "custom"])
    def test_T4_a_dump_loaded_into_another_database(nancy: User, form: str) -> None:
        story = Story(nancy)
        story.before_backup()
        dumped = dump(form)
        story.after_backup()
        with databases.fresh() as other:
            load(dumped, form, other)
            with databases.connected(NAME=other):
                story.after_restore()
                story.late_notices()
                check_reset(story.early.sync("field"), "history")
                check_equal(story.early, "field")
                goes_on(story.early)

    def test_T4_a_dump_loaded_back(nancy: User) -> None:
        story = Story(nancy)
        story.before_backup()
        dumped = dump("custom")
        story.after_backup()
        connection.close()
        load(dumped, "custom", databases.name(), "--clean", "--if-exists")
        story.after_restore()
        story.late_notices()
        check_reset(story.early.sync("field"), "history")
        check_equal(story.early, "field")
        goes_on(story.early)

    @pytest.mark.parametrize("options", [(), ("--disable-triggers",)])
    def test_T4_data_alone_loaded_into_a_database_that_was_migrated(nancy: User, options: tuple[str, ...]) -> None:
        """Its tables have tokens of both afterwards, and a clock of its own beside the one that was loaded."""
        story = Story(nancy)
        Product.objects.filter(sku="tea-0").delete()
        tables = ("catalog_*", "auth_user*", "django_session", "syncapi_*")
        which = [f"--table={name}" for name in tables]
        dumped = databases.run("pg_dump", "--data-only", *options, *which, "-d", databases.name())
        story.after_backup()
        connection.close()
        with databases.fresh() as other, databases.connected(NAME=other):
            call_command("migrate", verbosity=0)
            connection.close()
            databases.run("psql", "-qX", "-d", other, given=dumped)  # it goes on where a table is not empty
            assert len(query("SELECT * FROM syncapi_clock")) == 2
            story.after_restore()
            check_reset(story.late.sync("field"), "history")
            check_equal(story.late, "field")
            check_reset(story.early.sync("field"), "history")
            check_equal(story.early, "field")
            install()
            reset = {one.reset for one in story.late.sync("field").entities.values()}
            assert reset == ({"tracking"} if options else {None})  # such a dump leaves the triggers in another state
            goes_on(story.late)

    def test_T4_adopting_waits_for_nobody_who_writes(nancy: User) -> None:
        """Who goes on to write rows adopted meanwhile would wait in turn, until the server ends one of them."""
        first, second = Product.objects.order_by("pk")[:2]
        Product.objects.filter(pk__in=[first.pk, second.pk]).update(name="noted")
        with writers(1) as (writer,):
            writer.execute("UPDATE catalog_product SET name = 'w' WHERE id = %s", [second.pk])
            query("UPDATE syncapi_clock SET identity = 'another' RETURNING 1")
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")  # only so that a failure ends
            device = FakeDevice(nancy)
            device.sync("field")
            writer.execute("UPDATE catalog_product SET name = 'w' WHERE id = %s", [first.pk])
            writer.commit()
            connection.close()
        assert set(device.sync("field").entities["FieldProduct"].changed) == {first.pk, second.pk}
        assert device.sync("field").rows_received == 0
        check_equal(device, "field")

    @pytest.mark.parametrize("form", ["plain", "custom"])
    def test_T4_one_table_loaded_back_with_its_triggers(nancy: User, form: str) -> None:
        """It gets its rows first and then its triggers, which are all there, as if nothing had happened."""
        device = FakeDevice(nancy)
        device.sync("field")
        options = ["--clean", "--if-exists"] if form == "plain" else []
        dumped = databases.run(
            "pg_dump", "--format", form, *options, "--table=catalog_orderline", "-d", databases.name()
        )
        OrderLine.objects.update(quantity=99)
        OrderLine.objects.latest("pk").delete()
        device.sync("field")
        connection.close()
        load(dumped, form, databases.name(), "--clean", "--if-exists")
        result = device.sync("field")
        assert result.entities["FieldLine"].reset == "tracking"
        check_equal(device, "field")
        (broken,) = [one for one in survey(required()) if one.state is State.BROKEN]
        assert broken.name == "catalog_orderline"
        assert "made anew" in broken.detail
        assert "catalog_orderline" in install().made
        device.sync("field")
        assert device.sync("field").rows_received == 0

    def test_T4_a_copy_made_by_the_server(nancy: User) -> None:
        story = Story(nancy)
        story.before_backup()
        connection.close()
        with databases.fresh(template=databases.name()) as other:
            story.after_backup()
            with databases.connected(NAME=other):
                story.after_restore()
                story.late_notices()
                check_reset(story.early.sync("field"), "history")
                check_equal(story.early, "field")
            Product.objects.create(pk=901, sku="here", name="here")  # the original never noticed anything
            check_reset(story.late.sync("field"), "history")
            check_equal(story.late, "field")

    def test_T4_the_files_of_a_server_put_back(nancy: User) -> None:
        """Identity and transaction numbers are as they were: only tokens tell. And into another cluster, before."""
        story = Story(nancy)
        dumped = dump("plain")
        with databases.cluster() as cluster:
            place = {"HOST": cluster.host, "PORT": cluster.port, "USER": "postgres", "PASSWORD": "", "NAME": "copy"}
            with databases.connected(**place):
                databases.command("CREATE DATABASE copy TEMPLATE template0")
                load(dumped, "plain", "copy")
                check_reset(story.early.sync("field"), "history")
                check_reset(story.late.sync("field"), "history")
                goes_on(story.early)
                story.before_backup()
                connection.close()
                cluster.back_up()
                story.after_backup()
                connection.close()
                cluster.restore()
                story.after_restore()
                story.late_notices()
                story.early_goes_on()


def test_T4_a_moment_older_than_a_token_that_is_kept_is_never_trusted(nancy: User) -> None:
    """The token of one device says nothing about that of another."""
    one, other = FakeDevice(nancy), FakeDevice(nancy)
    one.sync("field")
    other.sync("field")
    query_tokens = [token for (token,) in query("SELECT token FROM syncapi_history")]
    token = PositionCursor.decode(str(other.cursor("field", "FieldProduct")))
    assert token
    assert token.token in query_tokens
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_history WHERE token = %s", [token.token])
    Product.objects.filter(sku="tea-0").update(name="Other")
    check_reset(other.sync("field"), "history")
    assert one.sync("field").entities["FieldProduct"].mode == "delta"
    check_equal(one, "field")
    check_equal(other, "field")


def _texts() -> st.SearchStrategy[str]:
    token, digits = st.from_regex(r"[0-9a-f]{32}", fullmatch=True), st.text("0123456789abcdef", max_size=40)
    position = st.builds(PositionCursor, st.one_of(token, digits, st.text()), digits, st.text(), digits, digits)
    values: Any = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)
    forged = st.dictionaries(st.sampled_from("khfcqm"), values).map(lambda data: {"k": "position", **data})
    return st.one_of(
        st.text(),
        st.text("ABCabc019-_=+/ \n"),
        st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
        st.builds(ContentCursor, digits, digits).map(ContentCursor.encode),
        position.map(PositionCursor.encode),
        forged.map(lambda data: base64.urlsafe_b64encode(json.dumps(data).encode()).decode()),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=_texts())
def test_T4_a_cursor_that_means_nothing_gets_the_same_answer(whoever: FakeDevice, cursor: str) -> None:
    device = whoever.copy()
    rows = device.rows("field", "FieldProduct")
    device.set_cursor("field", "FieldProduct", cursor)
    result = device.sync("field", entities=["FieldProduct"]).entities["FieldProduct"]
    assert (result.mode, result.reset) in {("ranges", "history"), ("replace", None)}
    assert device.rows("field", "FieldProduct") == rows
    if result.mode == "replace":  # it names other columns
        old = PositionCursor.decode(cursor)
        mine = PositionCursor.decode(str(whoever.cursor("field", "FieldProduct")))
        assert old
        assert mine
        assert old.form != mine.form
    else:
        assert result.rows_received == 0
    assert device.sync("field", entities=["FieldProduct"]).entities["FieldProduct"].mode == "unchanged"


@pytest.fixture
def whoever(nancy: User) -> FakeDevice:
    device = FakeDevice(nancy)
    device.sync("field")
    return device


@pytest.mark.parametrize("of", ["FieldCategory", "FieldCustomer"])
def test_T4_the_cursor_of_another_entity_misleads_nobody(whoever: FakeDevice, of: str) -> None:
    whoever.set_cursor("field", "FieldProduct", str(whoever.cursor("field", of)))
    Product.objects.filter(sku="tea-0").update(name="Other")
    whoever.sync("field")
    check_equal(whoever, "field")


def test_T4_the_cursor_of_another_scope_misleads_nobody(whoever: FakeDevice) -> None:
    other = FakeDevice(user("other", Territory.objects.get(code="T2"), territory(3)))
    other.sync("field")
    whoever.set_cursor("field", "FieldCustomer", str(other.cursor("field", "FieldCustomer")))
    result = whoever.sync("field").entities["FieldCustomer"]
    assert (result.reset, result.rows_received) == ("scope", 0)
    check_equal(whoever, "field")
