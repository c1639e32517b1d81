"""T1: SQL that Django does not write itself is seen as well, each database's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi.tracking.watched import Watched
from tests.tracking.seen import Marks, forget, marks, seen, sql, track

GOODS = Watched("goods", "id", content=frozenset({"name"}), member=frozenset({"owner"}))
TABLE = {
    "sqlite": "CREATE TABLE goods (id integer PRIMARY KEY, sku text NOT NULL DEFAULT 'none' UNIQUE COLLATE NOCASE, "
    "name text COLLATE NOCASE, owner int, a int, b int, stock int, UNIQUE (a, b))",
    "postgresql": "CREATE TABLE goods (id integer PRIMARY KEY DEFERRABLE, sku text NOT NULL UNIQUE, name text, "
    "owner int, a int, b int, stock int, UNIQUE (a, b))",
}
ROWS = (
    "INSERT INTO goods (id, sku, name, owner, a, b) VALUES (1, 'x', 'X', 1, 1, 1), (2, 'y', 'Y', 1, 1, 2), "
    "(3, 'z', 'Z', 1, 2, 2)"
)


@pytest.fixture
def goods(db: Any) -> None:
    sql(TABLE[connection.vendor], ROWS)
    track(GOODS)


ALL = {"1": "changed", "2": "changed", "3": "changed"}
CASES: dict[str, dict[str, tuple[str, Marks]]] = {
    "sqlite": {
        "REPLACE of the same key": (
            "REPLACE INTO goods (id, sku, owner) VALUES (2, 'y', 2)",
            {"2": "moved"},
        ),
        "REPLACE through a unique column": (
            "REPLACE INTO goods (id, sku) VALUES (9, 'y')",
            {"2": "gone", "9": "changed"},
        ),
        "REPLACE of several at once": (
            "REPLACE INTO goods (id, sku, a, b) VALUES (1, 'y', 2, 2)",
            {"1": "moved", "2": "gone", "3": "gone"},
        ),
        "REPLACE with a key the database gives": (
            "REPLACE INTO goods (sku) VALUES ('Z')",
            {"3": "gone", "4": "changed"},
        ),
        "REPLACE of nothing": ("REPLACE INTO goods (id, sku) VALUES (9, 'new')", {"9": "changed"}),
        "REPLACE that puts the default for NULL": (
            "REPLACE INTO goods (id, sku) VALUES (1, NULL); REPLACE INTO goods (id, sku) VALUES (2, NULL)",
            {"1": "gone", "2": "moved"},
        ),
        "INSERT OR IGNORE": (
            "INSERT OR IGNORE INTO goods (id, sku) VALUES (2, 'q'), (8, 'y'), (9, 'new')",
            {"9": "changed"},
        ),
        "INSERT OR IGNORE, then others": (
            "INSERT OR IGNORE INTO goods (id, sku) VALUES (8, 'y'); INSERT INTO goods (id, sku) VALUES (9, 'new')",
            {"9": "changed"},
        ),
        "UPDATE OR REPLACE": (
            "UPDATE OR REPLACE goods SET sku = 'y', name = 'new' WHERE id = 1",
            {"1": "changed", "2": "gone"},
        ),
        "UPDATE OR REPLACE without a watched column": (
            "UPDATE OR REPLACE goods SET a = 1, b = 1 WHERE id = 3",
            {"1": "gone"},
        ),
        "UPDATE OR REPLACE of the key": (
            "UPDATE OR REPLACE goods SET id = 2 WHERE id = 1",
            {"1": "gone", "2": "moved"},
        ),
        "UPDATE OR IGNORE": (
            "UPDATE OR IGNORE goods SET sku = 'y', name = 'new' WHERE id IN (1, 2)",
            {"2": "changed"},
        ),
        "ON CONFLICT DO UPDATE": (
            "INSERT INTO goods (id, sku) VALUES (2, 'q') ON CONFLICT (id) DO UPDATE SET name = 'new'",
            {"2": "changed"},
        ),
        "ON CONFLICT DO UPDATE through a unique column": (
            "INSERT INTO goods (id, sku) VALUES (8, 'y') ON CONFLICT (sku) DO UPDATE SET name = 'new'",
            {"2": "changed"},
        ),
        "ON CONFLICT DO UPDATE of the key": (
            "INSERT INTO goods (id, sku) VALUES (8, 'y') ON CONFLICT (sku) DO UPDATE SET id = excluded.id",
            {"2": "gone", "8": "moved"},
        ),
        "ON CONFLICT DO NOTHING": ("INSERT INTO goods (id, sku) VALUES (8, 'y') ON CONFLICT DO NOTHING", {}),
        "the key by another name": ("UPDATE goods SET rowid = 9 WHERE id = 1", {"1": "gone", "9": "moved"}),
        "a table emptied at once": ("DELETE FROM goods", {"1": "gone", "2": "gone", "3": "gone"}),
        "only its case": ("UPDATE goods SET name = 'x' WHERE id = 1", {"1": "changed"}),
        "its type": ("UPDATE goods SET name = CAST('X' AS blob) WHERE id = 1", {"1": "changed"}),
        "keys moved up by one": (
            "UPDATE goods SET id = -id; UPDATE goods SET id = 1 - id",
            {"1": "gone", "2": "moved", "3": "moved", "4": "moved", "-1": "gone", "-2": "gone", "-3": "gone"},
        ),
        "UPDATE FROM": ("UPDATE goods SET name = v.n FROM (SELECT 'new' AS n) AS v", ALL),
        "an unwatched column": ("UPDATE goods SET stock = 5", {}),
    },
    "postgresql": {
        "keys moved up by one": (
            "UPDATE goods SET id = id + 1",
            {"1": "gone", "2": "moved", "3": "moved", "4": "moved"},
        ),
        "keys swapped": (
            "UPDATE goods SET id = CASE id WHEN 1 THEN 2 ELSE 1 END WHERE id < 3",
            {"1": "moved", "2": "moved"},
        ),
        "ON CONFLICT DO UPDATE": (
            "INSERT INTO goods (id, sku) VALUES (8, 'y') ON CONFLICT (sku) DO UPDATE SET name = 'new'",
            {"2": "changed"},
        ),
        "ON CONFLICT DO NOTHING": ("INSERT INTO goods (id, sku) VALUES (8, 'y') ON CONFLICT (sku) DO NOTHING", {}),
        "MERGE": (
            "MERGE INTO goods AS g USING (VALUES (1, 'a'), (2, 'b'), (9, 'c')) AS v (id, name) ON g.id = v.id "
            "WHEN MATCHED AND v.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET name = v.name "
            "WHEN NOT MATCHED THEN INSERT (id, sku, name) VALUES (v.id, v.name, v.name)",
            {"1": "gone", "2": "changed", "9": "changed"},
        ),
        "a CTE that writes": (
            "WITH d AS (DELETE FROM goods WHERE id = 1 RETURNING *) INSERT INTO goods (id, sku) SELECT 9, 'n' FROM d",
            {"1": "gone", "9": "changed"},
        ),
        "a restore": (
            "SET LOCAL session_replication_role = replica; UPDATE goods SET name = 'r' WHERE id = 1; "
            "SET LOCAL session_replication_role = DEFAULT",
            {"1": "changed"},
        ),
        "another role": (
            "CREATE ROLE haversack_clerk; GRANT SELECT, UPDATE, DELETE ON goods TO haversack_clerk; "
            "SET LOCAL ROLE haversack_clerk; UPDATE goods SET name = 'c' WHERE id = 1; DELETE FROM goods WHERE id = 2; "
            "RESET ROLE; DROP OWNED BY haversack_clerk; DROP ROLE haversack_clerk",
            {"1": "changed", "2": "gone"},
        ),
        "another path": (
            "CREATE SCHEMA evil; CREATE TABLE evil.syncapi_change (LIKE public.syncapi_change); "
            "SET LOCAL search_path = evil, public; UPDATE public.goods SET name = 'c'; SET LOCAL search_path = public",
            ALL,
        ),
        "UPDATE FROM": ("UPDATE goods SET name = v.n FROM (VALUES ('new')) AS v (n)", ALL),
        "an unwatched column": ("UPDATE goods SET stock = 5", {}),
        "nothing new": ("UPDATE goods SET name = name, owner = owner", {}),
    },
}


@pytest.mark.parametrize("case", CASES[connection.vendor])
def test_T1_SQL_of_its_own_is_seen(goods: None, case: str) -> None:
    statements, expected = CASES[connection.vendor][case]
    assert seen(lambda: sql(*statements.split("; ")), "goods") == expected


def test_T1_a_key_that_came_back_has_moved(goods: None) -> None:
    forget()
    sql("DELETE FROM goods WHERE id = 1")
    assert marks("goods") == {"1": "gone"}
    sql("INSERT INTO goods (id, sku) VALUES (1, 'back')")
    assert marks("goods") == {"1": "moved"}


def _conflict_clause_of_the_schema() -> None:
    sql(
        "CREATE TABLE slots (id integer PRIMARY KEY, place text UNIQUE ON CONFLICT REPLACE)",
        "INSERT INTO slots VALUES (1, 'a'), (2, 'b')",
    )
    track(Watched("slots", "id"))
    assert seen(lambda: sql("INSERT INTO slots VALUES (3, 'a')"), "slots") == {"1": "gone", "3": "changed"}
    assert seen(lambda: sql("UPDATE slots SET place = 'b' WHERE id = 3"), "slots") == {"2": "gone"}


def _recursive_triggers() -> None:
    sql(TABLE["sqlite"], ROWS)
    track(GOODS)
    sql("PRAGMA recursive_triggers = on")
    try:
        written = seen(lambda: sql("REPLACE INTO goods (id, sku) VALUES (1, 'y')"), "goods")
        assert written == {"1": "moved", "2": "gone"}
    finally:
        sql("PRAGMA recursive_triggers = off")


def _partial_and_generated_unique_columns() -> None:
    sql(
        "CREATE TABLE odd (id text PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED UNIQUE, p int) "
        "WITHOUT ROWID",
        "CREATE UNIQUE INDEX odd_p ON odd (p) WHERE p > 5",
        "INSERT INTO odd (id, a, p) VALUES ('one', 1, 7), ('two', 2, 1)",
    )
    track(Watched("odd", "id", content=frozenset({"twice"})))
    assert seen(lambda: sql("UPDATE odd SET a = 5 WHERE id = 'two'"), "odd") == {"two": "changed"}
    assert seen(lambda: sql("REPLACE INTO odd (id, a) VALUES ('three', 1)"), "odd") == {
        "one": "gone",
        "three": "changed",
    }
    assert seen(lambda: sql("UPDATE OR REPLACE odd SET a = 5 WHERE id = 'three'"), "odd") == {
        "two": "gone",
        "three": "changed",
    }
    sql("UPDATE odd SET p = 9 WHERE id = 'three'")
    assert seen(lambda: sql("REPLACE INTO odd (id, p) VALUES ('four', 9)"), "odd") == {
        "three": "gone",
        "four": "changed",
    }


def _triggers_of_the_application_write_on() -> None:
    sql(TABLE["sqlite"], ROWS)
    sql("CREATE TABLE other (id integer PRIMARY KEY, note text)", "INSERT INTO other VALUES (1, '')")
    track(GOODS, Watched("other", "id", content=frozenset({"note"})))
    sql(
        "CREATE TRIGGER app AFTER INSERT ON goods BEGIN INSERT INTO goods (id, sku) SELECT 100, 'made' "
        "WHERE NEW.id <> 100; UPDATE other SET note = note || NEW.sku; END"
    )
    written = seen(lambda: sql("REPLACE INTO goods (id, sku) VALUES (9, 'y')"), "goods")
    assert written == {"2": "gone", "9": "changed", "100": "changed"}
    assert marks("other") == {"1": "changed"}


def _without_the_clock() -> None:
    sql(TABLE["sqlite"], ROWS)
    track(GOODS)
    sql("DELETE FROM syncapi_clock")
    sql("UPDATE goods SET name = 'no clock'", "DELETE FROM goods WHERE id = 1", "INSERT INTO goods (sku) VALUES ('n')")


def _null_as_a_key() -> None:
    sql("CREATE TABLE lax (code text PRIMARY KEY, v int)")
    track(Watched("lax", "code", content=frozenset({"v"})))
    statements = ("INSERT INTO lax VALUES (NULL, 1)", "UPDATE lax SET v = 2", "UPDATE lax SET code = 'a'")
    assert seen(lambda: sql(*statements), "lax") == {"a": "moved"}
    assert seen(lambda: sql("UPDATE lax SET code = NULL", "DELETE FROM lax"), "lax") == {"a": "gone"}


def _copy() -> None:
    sql(TABLE["postgresql"])
    track(GOODS)

    def copied() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY goods (id, sku) FROM STDIN") as copy:
            copy.write_row((5, "c"))

    assert seen(copied, "goods") == {"5": "changed"}


def _truncate() -> None:
    sql(TABLE["postgresql"], ROWS)
    track(GOODS)
    sql("UPDATE syncapi_source SET barrier = '1'", "TRUNCATE goods")
    with connection.cursor() as cursor:
        cursor.execute("SELECT barrier = pg_current_xact_id() FROM syncapi_source WHERE name = 'goods'")
        assert cursor.fetchone() == (True,)


def _partitions() -> None:
    sql(
        "CREATE TABLE parts (id int, region text, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
        "CREATE TABLE parts_n PARTITION OF parts FOR VALUES IN ('n')",
        "CREATE TABLE parts_s PARTITION OF parts FOR VALUES IN ('s')",
    )
    track(Watched("parts", "id", content=frozenset({"name"})))
    inserted = "INSERT INTO parts VALUES (1, 'n', 'a'), (2, 's', 'b')"
    assert seen(lambda: sql(inserted), "parts") == {"1": "changed", "2": "changed"}
    assert seen(lambda: sql("UPDATE parts_n SET name = 'x'"), "parts") == {"1": "changed"}
    assert seen(lambda: sql("UPDATE parts SET region = 's' WHERE id = 1"), "parts") == {"1": "moved"}
    assert seen(
        lambda: sql("SET LOCAL session_replication_role = replica", "DELETE FROM parts_s WHERE id = 1"), "parts"
    ) == {"1": "gone"}
    sql("UPDATE syncapi_source SET barrier = '1'", "TRUNCATE parts_s")
    with connection.cursor() as cursor:
        cursor.execute("SELECT barrier = pg_current_xact_id() FROM syncapi_source WHERE name = 'parts'")
        assert cursor.fetchone() == (True,)


def _images() -> None:
    sql(
        "CREATE EXTENSION IF NOT EXISTS citext",
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE texts (id int PRIMARY KEY, c citext, n text COLLATE nocase, d numeric, j json)",
        """INSERT INTO texts VALUES (1, 'cafe', 'cafe', 1.0, '{"a":1}')""",
    )
    track(Watched("texts", "id", content=frozenset({"c", "n", "d", "j"})))
    for change in ("c = 'Cafe'", "n = 'Cafe'", "d = 1.00", """j = '{"a": 1}'"""):
        assert seen(partial(sql, f"UPDATE texts SET {change}"), "texts") == {"1": "changed"}, change
    assert seen(lambda: sql("UPDATE texts SET c = c, n = n, d = d, j = j"), "texts") == {}


def _generated() -> None:
    sql(
        "CREATE TABLE made (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED)",
        "INSERT INTO made VALUES (1, 1)",
    )
    track(Watched("made", "id", content=frozenset({"twice"})))
    assert seen(lambda: sql("UPDATE made SET a = 2"), "made") == {"1": "changed"}


def _columns_dropped_and_renamed() -> None:
    sql(TABLE["postgresql"], ROWS)
    track(GOODS)
    sql("ALTER TABLE goods RENAME name TO title")
    assert seen(lambda: sql("UPDATE goods SET title = 'new' WHERE id = 1"), "goods") == {"1": "changed"}
    sql("ALTER TABLE goods DROP COLUMN owner CASCADE", "UPDATE goods SET title = 'newer'")


OWN: dict[str, list[Callable[[], None]]] = {
    "sqlite": [
        _conflict_clause_of_the_schema,
        _recursive_triggers,
        _partial_and_generated_unique_columns,
        _triggers_of_the_application_write_on,
        _without_the_clock,
        _null_as_a_key,
    ],
    "postgresql": [_copy, _truncate, _partitions, _images, _generated, _columns_dropped_and_renamed],
}


@pytest.mark.parametrize("story", OWN[connection.vendor], ids=lambda story: story.__name__.strip("_"))
def test_T1_ways_of_this_database(db: Any, story: Callable[[], None]) -> None:
    with transaction.atomic():
        story()


# -- at random, against what is in the table before and after

_key = st.integers(1, 4)
_value = st.sampled_from(["a", "A", "b", None])
_verbs = ["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT"] if connection.vendor == "sqlite" else ["INSERT"]
_updates = ["UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE"] if connection.vendor == "sqlite" else ["UPDATE"]
_step = st.one_of(
    st.tuples(st.just("insert"), st.sampled_from(_verbs), _key, _value, _value, _key, _key),
    st.tuples(st.just("update"), st.sampled_from(_updates), _key, _value, _value, _key, _key),
    st.tuples(st.just("delete"), st.just(""), _key, _value, _value, _key, _key),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_step, max_size=8))
def test_T1_whatever_happens_the_difference_is_covered(goods: None, steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        forget()
        before = _rows()
        for kind, verb, key, sku, name, a, b in steps:
            _run(kind, verb, key, sku, name, a, b)
        after, noted = _rows(), marks("goods")
        differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert differing <= noted.keys()
        for key, mark in noted.items():
            assert (mark == "gone") == (key not in after), (key, mark)
        left = {key for key in before if key not in after or before[key][1] != after[key][1]}
        assert all(noted[key] in ("gone", "moved") for key in left)
        transaction.set_rollback(True)


def _run(kind: str, verb: str, key: int, sku: str | None, name: str | None, a: int, b: int) -> None:
    statements: dict[str, tuple[str, list[Any]]] = {
        "insert": (
            f"{verb} INTO goods (id, sku, name, owner, a, b) VALUES (%s, %s, %s, %s, %s, %s)",
            [key, sku, name, a, a, b],
        ),
        "update": (f"{verb} goods SET id = %s, sku = %s, name = %s, owner = %s WHERE b = %s", [key, sku, name, a, b]),
        "delete": ("DELETE FROM goods WHERE id = %s", [key]),
    }
    statement, parameters = statements[kind]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except IntegrityError:
        return  # the statement changed nothing


def _rows() -> dict[str, tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, owner FROM goods")
        return {str(key): (name, owner) for key, name, owner in cursor.fetchall()}
