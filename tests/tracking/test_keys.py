"""Raw keys and the common order of keys (decisions 0012 and 0013), for every kind of key, on both databases."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import DataError, connection, models, transaction
from django.db.models import Count, Exists, OuterRef, Window
from django.db.models.functions import RowNumber
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Category, Product, Supplier
from syncapi import offline
from syncapi.entities import LocalEntity
from syncapi.keys import gaps, in_key_order, is_ordered, members_hash, neighbours, only_keys, wire_order, with_raw_key
from tests.wire.models import (
    ByBytes,
    ByDate,
    ByDateTime,
    ByDecimal,
    ByDuration,
    ByFloat,
    ByInteger,
    ByShout,
    ByText,
    ByTime,
    ByUUID,
    Child,
    Note,
    Pointer,
    Profile,
    Shelf,
)

pytestmark = pytest.mark.django_db

Model = type[models.Model]

HALF_SECOND = datetime.timedelta(milliseconds=500)
NEIGHBOURS = ["", "a", "A", "b", "B", "é", "e\u0301", "ß", "ss", "z", "Z", "~", "\ue000", "\ufffd", "\U00010000", "😀"]
TEXTS = st.one_of(
    st.sampled_from(NEIGHBOURS),
    st.lists(st.sampled_from(NEIGHBOURS), max_size=3).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)
MOMENTS = st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.just(datetime.UTC))  # noqa: DTZ001
ORDERED: dict[Model, st.SearchStrategy[Any]] = {
    ByInteger: st.one_of(st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1)),
    ByText: TEXTS,
    ByUUID: st.uuids(),
    ByDate: st.dates(),
    ByTime: st.one_of(st.times(), st.times().map(lambda time: time.replace(microsecond=0))),
    ByDateTime: st.one_of(
        MOMENTS,
        MOMENTS.map(lambda moment: moment.replace(microsecond=0)),
        st.integers(0, 30).map(lambda half: datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + half * HALF_SECOND),
    ),
}
UNORDERED: dict[Model, st.SearchStrategy[Any]] = {
    ByDuration: st.timedeltas(datetime.timedelta(-1000), datetime.timedelta(1000)),
    ByDecimal: st.decimals(-1000, 1000, places=4),
    ByFloat: st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
    ByBytes: st.binary(max_size=20),
    ByShout: st.text(st.sampled_from("abcxyzäö😀 '\"{},\\"), min_size=1, max_size=8),
}
EVERY = ORDERED | UNORDERED

few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.differing_executors],
)


@contextmanager
def undone() -> Iterator[None]:
    """What an example writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def entity_of(model: Model) -> LocalEntity:
    cls = type("Local" + model.__name__, (offline.LocalEntity,), {"model": model, "attributes": []})
    return offline.OfflineApp("keys", title="Keys", entities=[cls]).entities["Local" + model.__name__]


def write(model: Model, keys: Sequence[Any], name: str = "") -> None:
    model._base_manager.bulk_create(model(key=key, name=name) for key in keys)


def raw_keys(rows: models.QuerySet[Any]) -> list[Any]:
    return list(with_raw_key(rows).values_list("_raw_key", flat=True))


def by_name(models: Iterable[Model]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", list(models), ids=lambda model: model.__name__)


# -- raw keys


@by_name(EVERY)
@few
@given(data=st.data())
def test_T1_a_raw_key_finds_its_row_and_no_other(model: Model, data: st.DataObject) -> None:
    keys = data.draw(st.lists(EVERY[model], unique=True, max_size=8))
    with undone():
        write(model, keys)
        rows = model._base_manager.all()
        raw = {row.pk: row._raw_key for row in with_raw_key(rows)}
        wanted = [pk for pk in raw if data.draw(st.booleans())]
        deleted = [pk for pk in raw if data.draw(st.booleans())]
        rows.filter(pk__in=deleted).delete()
        found = only_keys(rows, (), [raw[pk] for pk in wanted])
        assert {row.pk for row in found} == set(wanted) - set(deleted)


@by_name(EVERY)
@few
@given(data=st.data())
def test_T1_a_raw_key_is_what_a_trigger_would_note(model: Model, data: st.DataObject) -> None:
    keys = data.draw(st.lists(EVERY[model], unique=True, min_size=1, max_size=5))
    with undone(), connection.cursor() as cursor:
        write(model, keys)
        expression = "key"
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL TimeZone = 'UTC'")
            cursor.execute("SET LOCAL DateStyle = 'ISO, MDY'")
            expression = "key::text"
        cursor.execute(
            "CREATE TEMP TABLE noted (key)" if connection.vendor == "sqlite" else "CREATE TEMP TABLE noted (key text)"
        )
        cursor.execute(f"INSERT INTO noted SELECT {expression} FROM {model._meta.db_table}")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL TimeZone = 'Asia/Kolkata'")
            cursor.execute("SET LOCAL DateStyle = 'SQL, DMY'")
            cursor.execute("SET LOCAL bytea_output = 'escape'")
        cursor.execute("SELECT key FROM noted")
        noted = [key for (key,) in cursor.fetchall()]
        found = raw_keys(model._base_manager.all())
        assert sorted(map(repr, found)) == sorted(map(repr, noted))
        assert only_keys(model._base_manager.all(), (), noted).count() == len(keys)


def test_T1_conversions_of_a_project_never_touch_a_raw_key() -> None:
    write(ByShout, ["hello"])
    assert ByShout.objects.get().pk == "HELLO!"
    assert raw_keys(ByShout.objects.all()) == ["hello"]


def test_T1_a_key_with_a_NUL_is_found() -> None:
    if connection.vendor == "postgresql":
        with pytest.raises(DataError, match="NUL"):
            write(ByText, ["a\0b"])
        return
    write(ByText, ["a\0b", "a"])
    assert [row.pk for row in only_keys(ByText.objects.all(), (), ["a\0b"])] == ["a\0b"]


def test_T1_keys_that_the_database_takes_for_equal_are_told_apart() -> None:
    """Under a collation without case, 'cafe' is not found by the key of a 'CAFE' that was deleted."""

    class Collated(models.Model):
        key = models.CharField(max_length=20, primary_key=True, db_collation="without_case")

        class Meta:
            app_label = "wire"
            managed = False

        def __str__(self) -> str:
            return self.key

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE COLLATION without_case (provider=icu, locale='und-u-ks-level2', deterministic=false)"
            )
        else:
            connection.connection.create_collation(
                "without_case", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower())
            )
        cursor.execute('CREATE TABLE wire_collated (key varchar(20) COLLATE "without_case" PRIMARY KEY)')
        cursor.execute("INSERT INTO wire_collated VALUES ('cafe'), ('tea'), ('Zoo')")
    rows = Collated._base_manager.all()
    assert rows.filter(pk="CAFE").exists()
    assert not only_keys(rows, (), ["CAFE"]).exists()
    assert only_keys(rows, (), ["cafe", "TEA"]).get().pk == "cafe"
    entity = entity_of(Collated)
    assert [row.pk for row in in_key_order(rows, entity)] == ["Zoo", "cafe", "tea"]
    assert gaps(entity, rows, ["CAFE", "tea", "dog"]) == [(None, "Zoo"), ("cafe", "tea")]


def test_T1_a_key_that_is_too_long_is_not_cut_down_to_another() -> None:
    write(ByText, ["x" * 200])
    assert not only_keys(ByText.objects.all(), (), ["x" * 201]).exists()


def test_P3_a_hundred_thousand_keys_are_one_parameter() -> None:
    write(ByInteger, range(10))
    keys = [str(key) if connection.vendor == "postgresql" else key for key in range(5, 100_005)]
    assert [row.pk for row in only_keys(ByInteger.objects.order_by("pk"), (), keys)] == [5, 6, 7, 8, 9]


def test_T1_no_keys_are_no_rows() -> None:
    write(ByInteger, [1])
    assert list(only_keys(ByInteger.objects.all(), (), [])) == []


# -- along paths


@pytest.mark.parametrize("name", ["integer", "text", "uuid", "bytes", "shout"])
def test_T3_rows_that_reach_a_changed_row_are_found_even_when_it_is_gone(name: str) -> None:
    values: dict[str, list[Any]] = {
        "integer": [1, 2],
        "text": ["a", "b"],
        "uuid": [uuid.UUID(int=1), uuid.UUID(int=2)],
        "bytes": [b"a", b"b"],
    }
    model = Pointer._meta.get_field(name).related_model
    assert isinstance(model, type)
    write(model, values.get(name, ["x", "y"]))
    first, second = model._base_manager.order_by("pk")
    direct = Pointer.objects.create(**{name: first})
    Pointer.objects.create(**{name: second})
    Pointer.objects.create()
    behind = Pointer.objects.create(parent=direct)
    far = Pointer.objects.create(parent=behind)
    (raw,) = raw_keys(model._base_manager.filter(pk=first.pk))
    rows = Pointer.objects.order_by("pk")
    for gone in (False, True):
        if gone:
            first.delete()
        assert list(only_keys(rows, (name,), [raw])) == [direct]
        assert list(only_keys(rows, ("parent", name), [raw])) == [behind]
        assert list(only_keys(rows, ("parent", "parent", name), [raw])) == [far]


def test_T3_what_points_at_another_column_than_the_key_is_found_while_the_row_is_there_and_after() -> None:
    acme, zoo = (Supplier.objects.create(code=code, company_name=code) for code in ("acme", "zoo"))
    direct, other, nowhere = (Pointer.objects.create(supplier_id=code) for code in ("acme", "zoo", "none"))
    behind = Pointer.objects.create(parent=direct)
    (raw,) = raw_keys(Supplier.objects.filter(pk=acme.pk))
    rows = Pointer.objects.order_by("pk")
    # Each that points nowhere comes along: it may have pointed at a row that is gone.
    assert list(only_keys(rows, ("supplier",), [raw])) == [direct, nowhere]
    assert list(only_keys(rows, ("parent", "supplier"), [raw])) == [behind]
    Supplier.objects.filter(pk=acme.pk).update(code="acme-2")
    assert list(only_keys(rows, ("supplier",), [raw])) == [direct, nowhere]
    acme.delete()
    assert list(only_keys(rows, ("supplier",), [raw])) == [direct, nowhere]
    assert list(only_keys(rows, ("parent", "supplier"), [raw])) == [behind]
    assert other.supplier == zoo


def test_T3_a_relation_with_a_constraint_to_another_column_is_followed(ann: Any, bob: Any) -> None:
    mine, other = Profile.objects.create(person=ann, name="Ann"), Profile.objects.create(person=bob, name="Bob")
    note = Note.objects.create(profile=mine)
    Note.objects.create(profile=other)
    assert list(only_keys(Note.objects.all(), ("profile",), raw_keys(Profile.objects.filter(pk=mine.pk)))) == [note]
    users = raw_keys(type(ann).objects.filter(pk=ann.pk))
    assert list(only_keys(Note.objects.all(), ("profile", "person"), users)) == [note]


def test_T3_a_parent_link_is_followed() -> None:
    child, other = Child.objects.create(name="a", width=1), Child.objects.create(name="b", width=2)
    Shelf.objects.create(name="no child")
    pointer = Pointer.objects.create(child=child)
    Pointer.objects.create(child=other)
    shelf = raw_keys(Shelf.objects.filter(pk=child.pk))
    assert list(only_keys(Child.objects.all(), ("shelf_ptr",), shelf)) == [child]
    assert list(only_keys(Pointer.objects.all(), ("child", "shelf_ptr"), shelf)) == [pointer]


def test_T5_looking_up_keys_does_not_change_what_a_window_sees() -> None:
    fruit = Category.objects.create(code="fruit", name="Fruit")
    first, second, third = (Product.objects.create(sku=sku, category=fruit) for sku in "abc")
    number = Window(RowNumber(), partition_by="category", order_by="sku")
    rows = Product.objects.annotate(number=number).filter(number__lte=2)
    keys = raw_keys(Product.objects.filter(pk__in=[second.pk, third.pk]))
    assert list(only_keys(rows, (), keys)) == [second]
    assert first in rows


# -- order


@by_name(ORDERED)
@few
@given(data=st.data())
def test_P5_the_database_sorts_keys_as_devices_sort_their_wire_values(model: Model, data: st.DataObject) -> None:
    keys = data.draw(st.lists(ORDERED[model], unique=True, max_size=12))
    entity = entity_of(model)
    assert is_ordered(entity)
    with undone():
        write(model, keys)
        wire = [wire_value(entity, row.pk) for row in in_key_order(model._base_manager.all(), entity)]
        assert len(wire) == len(keys)
        assert wire == sorted(wire, key=wire_order(entity))
        assert wire == sorted(wire, key=lambda value: int(value) if model is ByInteger else [ord(c) for c in value])


def wire_value(entity: LocalEntity, value: Any) -> Any:
    encode = entity.columns[0].type.encode
    return encode(value) if encode else value


@by_name([model for model in UNORDERED if model is not ByBytes])
def test_P5_other_keys_have_no_common_order(model: Model) -> None:
    assert not is_ordered(entity_of(model))


def test_P5_a_subclass_by_others_keeps_the_order_unless_it_stores_values_in_its_own_way() -> None:
    class Short(models.CharField):  # type: ignore[type-arg]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options | {"max_length": 5})

    class Reversed(models.CharField):  # type: ignore[type-arg]
        def get_prep_value(self, value: Any) -> Any:
            return value[::-1]

    assert is_ordered(_with_key(Short(primary_key=True)))
    assert not is_ordered(_with_key(Reversed(primary_key=True, max_length=5)))
    assert not is_ordered(_with_key(models.GenericIPAddressField(primary_key=True)))
    assert not is_ordered(_with_key(models.BooleanField(primary_key=True)))


def _with_key(field: Any) -> LocalEntity:
    meta = type("Meta", (), {"app_label": "wire", "managed": False, "apps": Apps()})
    return entity_of(type("Made", (models.Model,), {"key": field, "Meta": meta, "__module__": __name__}))


def test_P5_the_key_of_an_inherited_model_is_ordered_by_itself_and_not_as_its_parent_is() -> None:
    children = [Child.objects.create(name=name) for name in "cab"]
    assert list(in_key_order(Child.objects.order_by("name"), entity_of(Child))) == children


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (ByInteger, [None, True, 1.5, "x", [], {}, "9" * 5000]),
        (ByText, [None, 1, True, [], {}]),
        (ByUUID, [None, 1, 1.5]),
    ],
    ids=["integer", "text", "uuid"],
)
def test_S4_the_wire_order_refuses_what_cannot_be_a_key(model: Model, wrong: list[Any]) -> None:
    order = wire_order(entity_of(model))
    for value in wrong:
        with pytest.raises((TypeError, ValueError)):
            order(value)


# -- gaps


@pytest.fixture(params=["windows", "scope", "turns"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Neighbours are looked for around each key, or among the keys in scope: both must tell the same."""
    if request.param != "windows":
        monkeypatch.setattr(neighbours, "STEPS", 1)
        monkeypatch.setattr(neighbours, "WIDER", 2)
        monkeypatch.setattr(neighbours, "FEW", 1)
    if request.param == "scope":
        monkeypatch.setattr(neighbours, "windows", lambda queryset: None)
    return str(request.param)


@by_name(ORDERED)
@few
@given(data=st.data())
def test_T5_gaps_lie_between_neighbours_in_scope(model: Model, way: str, data: st.DataObject) -> None:
    keys = data.draw(st.lists(ORDERED[model], unique=True, max_size=12))
    entity = entity_of(model)
    with undone():
        write(model, keys)
        rows = model._base_manager.all()
        raw = {row.pk: row._raw_key for row in with_raw_key(rows)}
        gone = {pk for pk in raw if data.draw(st.booleans())}
        foreign = {pk for pk in raw if pk not in gone and data.draw(st.booleans())}
        told = [key for pk, key in raw.items() if data.draw(st.booleans())]
        rows.filter(pk__in=gone).delete()
        rows.filter(pk__in=foreign).update(name="foreign")
        expected = oracle(entity, raw, told, gone | foreign)
        assert gaps(entity, rows.filter(name=""), told) == expected


def oracle(entity: LocalEntity, raw: dict[Any, Any], told: list[Any], outside: set[Any]) -> list[Any]:
    order = wire_order(entity)
    wire = [(wire_value(entity, pk), pk) for pk in raw]
    inside = sorted((value for value, pk in wire if pk not in outside), key=order)
    found = []
    for value, pk in sorted(wire, key=lambda pair: order(pair[0])):
        if pk in outside and raw[pk] in told:
            before = [one for one in inside if order(one) < order(value)]
            after = [one for one in inside if order(one) > order(value)]
            pair = (before[-1] if before else None, after[0] if after else None)
            if pair not in found:
                found.append(pair)
    return found


def test_T5_rows_that_a_join_repeats_are_neighbours_once(way: str) -> None:
    top = Category.objects.create(code="top", name="Top")
    ids = [Category.objects.create(code=f"c{i}", name="x", parent=top).pk for i in range(6)]
    for i in ids:
        Category.objects.create(code=f"x{i}", name="y", parent_id=i)
        Category.objects.create(code=f"y{i}", name="y", parent_id=i)
    rows = Category.objects.filter(children__name="y")
    keys = raw_keys(Category.objects.filter(pk__in=[ids[2], ids[3]]))
    Category.objects.filter(parent_id__in=[ids[2], ids[3]]).delete()
    for some in (rows, rows.distinct(), Category.objects.annotate(n=Count("children")).filter(n=2)):
        assert gaps(entity_of(Category), some, keys) == [(ids[1], ids[4])]


def test_T5_neighbours_of_an_inherited_model_fulfil_conditions_on_its_parent_and_on_others(way: str) -> None:
    children = [Child.objects.create(name="ab"[i % 2], width=i) for i in range(12)]
    keys = raw_keys(Child.objects.filter(width__in=[4, 5]))
    Child.objects.filter(width__in=[4, 5]).delete()
    pointed = Pointer.objects.create(child=children[2]), Pointer.objects.create(child=children[9])
    ends = (children[2].pk, children[9].pk)
    entity = entity_of(Child)
    assert gaps(entity, Child.objects.filter(name="a"), keys) == [(ends[0], children[6].pk)]
    for rows in (
        Child.objects.filter(pk__in=Pointer.objects.values("child")),
        Child.objects.filter(Exists(Pointer.objects.filter(child=OuterRef("pk")))),
        Child.objects.filter(pk__in=[row.child_id for row in pointed]) | Child.objects.filter(width=-1),
        Child.objects.exclude(pk__lt=ends[0]).exclude(pk__gt=ends[1]).exclude(width__in=[3, 6, 7, 8]),
    ):
        assert gaps(entity, rows, keys) == [ends]


@pytest.mark.parametrize("rows", [ByInteger.objects.none(), ByInteger.objects.filter(pk__in=frozenset())], ids=str)
def test_T5_in_an_empty_scope_nothing_remains_at_all(rows: Any, way: str) -> None:
    write(ByInteger, [1])
    entity = entity_of(ByInteger)
    assert gaps(entity, rows, raw_keys(ByInteger.objects.all())) == [(None, None)]
    assert gaps(entity, rows, []) == []


def test_T5_many_gaps_take_one_walk_and_name_no_foreign_key() -> None:
    write(ByInteger, range(3000))
    entity = entity_of(ByInteger)
    raw = raw_keys(ByInteger.objects.all())
    ByInteger.objects.filter(pk__in=[key for key in range(3000) if key % 5 == 0]).update(name="foreign")
    told = gaps(entity, ByInteger.objects.filter(name=""), raw)
    assert told == [(None, 1), *((key - 1, key + 1) for key in range(5, 3000, 5))]


# -- members


def test_T5_the_hash_of_members_knows_keys_and_nothing_else() -> None:
    top = Category.objects.create(code="top", name="Top")
    other = Category.objects.create(code="other", name="Other")
    for code in "ab":
        Category.objects.create(code=code, name=code, parent=top)
    Category.objects.create(code="c", name="c", parent=other)
    rows = Category.objects.filter(parent=None)
    known = members_hash(rows)
    joined = Category.objects.filter(children__isnull=False)
    assert known == members_hash(rows.order_by("-name")) == members_hash(joined) == members_hash(joined.distinct())
    Category.objects.filter(pk=top.pk).update(name="Bottom", description="moved")
    assert members_hash(rows) == known
    Category.objects.filter(pk=top.pk).update(parent=other)
    assert members_hash(rows) != known
    assert members_hash(rows) == members_hash(Category.objects.filter(pk=other.pk))
    assert members_hash(Category.objects.none()) == members_hash(Category.objects.filter(pk=-1))


@by_name(EVERY)
@few
@given(data=st.data())
def test_T5_different_members_have_different_hashes(model: Model, data: st.DataObject) -> None:
    keys = data.draw(st.lists(EVERY[model], unique=True, min_size=1, max_size=5))
    with undone():
        write(model, keys)
        rows = model._base_manager.all()
        known = members_hash(rows)
        assert members_hash(rows.order_by("name")) == known
        rows.filter(pk=rows.order_by("pk")[0].pk).delete()
        assert members_hash(rows) != known


# -- what the databases do with it


@pytest.fixture
def many(db: Any) -> None:
    """20,000 rows by number and as many by UUID, pointers at both, and pointers at these."""
    number = "printf('%%032x', i)" if connection.vendor == "sqlite" else "lpad(to_hex(i), 32, '0')::uuid"
    count = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)"
    with connection.cursor() as cursor:
        for into in (
            "wire_byinteger (key, name) SELECT i, ''",
            f"wire_byuuid (key, name) SELECT {number}, ''",
            f"wire_pointer (id, integer_id, uuid_id) SELECT i, i, {number}",
            "wire_pointer (id, parent_id) SELECT i + 20000, i",
        ):
            table, _, columns = into.partition(" SELECT ")
            cursor.execute(f"INSERT INTO {table} {count} SELECT {columns} FROM n", [])
        for model in (ByInteger, ByUUID, Pointer):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def plan_of(sql: str, parameters: Sequence[Any] = ()) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            ("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql, parameters or None
        )
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def assert_by_index(plan: str, *models: Model) -> None:
    for model in models:
        table = model._meta.db_table
        # A window over the table, that an index found, bears its name.
        assert plan.count(f"SCAN {table}") == plan.count(f"CO-ROUTINE {table}")
        assert "SCAN U0" not in plan
        assert f"Seq Scan on {table}" not in plan
        assert table in plan or "U0" in plan


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("model", [ByInteger, ByUUID], ids=["integer", "uuid"])
def test_P3_looking_up_keys_uses_the_index(model: Model) -> None:
    rows = model._base_manager.all()
    keys = raw_keys(rows.order_by("pk"))[::400]
    found = only_keys(rows, (), keys)
    assert found.count() == len(keys)
    assert_by_index(plan_of(*found.query.sql_with_params()), model)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["integer", "uuid"])
def test_P3_looking_up_what_reaches_keys_uses_the_index(name: str) -> None:
    model = {"integer": ByInteger, "uuid": ByUUID}[name]
    keys = raw_keys(model._base_manager.order_by("pk"))[::400]
    direct, behind = (only_keys(Pointer.objects.all(), path, keys) for path in [(name,), ("parent", name)])
    assert (direct.count(), behind.count()) == (len(keys), len(keys))
    assert_by_index(plan_of(*direct.query.sql_with_params()), Pointer)
    assert_by_index(plan_of(*behind.query.sql_with_params()), Pointer)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("model", [ByInteger, ByUUID], ids=["integer", "uuid"])
def test_P3_neighbours_are_found_by_the_index_in_few_queries(model: Model) -> None:
    keys = raw_keys(model._base_manager.order_by("pk"))[1::400]
    only_keys(model._base_manager.all(), (), keys).delete()
    with CaptureQueriesContext(connection) as queries:
        assert len(gaps(entity_of(model), model._base_manager.all(), keys)) == len(keys)
    # Which are in scope; around 1, 8 and 41; the neighbours' values. PostgreSQL writes keys in its own way first.
    assert len(queries) == (5 if connection.vendor == "sqlite" else 6)
    for query in queries:
        if model._meta.db_table in query["sql"]:
            assert_by_index(plan_of(query["sql"]), model)
