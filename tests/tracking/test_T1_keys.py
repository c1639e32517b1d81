"""T1: keys of every type lead back to their rows, whatever the writing session's settings; names may be odd."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from syncapi.tracking.watched import Watched
from tests.tracking.seen import Marks, forget, marks, seen, sql, track

# type → two values that differ, as SQL
KEYS: dict[str, dict[str, tuple[str, str]]] = {
    "sqlite": {
        "integer": ("1", "-9223372036854775808"),
        "bigint": ("9007199254740993", "0"),
        "varchar(50)": ("'a'", "'A '"),
        "text": ("'5'", "'Ünï'"),
        "char(32)": ("'550e8400e29b41d4a716446655440000'", "''"),
        "real": ("0.1", "1e300"),
        "decimal": ("1.5", "2"),
        "blob": ("x'00ff'", "x''"),
        "datetime": ("'2026-01-01 10:00:00.000001'", "'0001-01-01 00:00:00'"),
        "": ("5", "'5'"),
    },
    "postgresql": {
        "integer": ("1", "-5"),
        "bigint": ("9007199254740993", "-9223372036854775808"),
        "varchar(50)": ("'a'", "'A '"),
        "text": ("'5'", "'Ünï'"),
        "char(5)": ("'abc'", "'ABC'"),
        "uuid": ("'550e8400-e29b-41d4-a716-446655440000'", "'00000000-0000-0000-0000-000000000000'"),
        "double precision": ("0.1::float8 + 0.2::float8", "'NaN'"),
        "real": ("0.1", "'-Infinity'"),
        "numeric": ("1.50", "123456789012345678901234567890.12345"),
        "boolean": ("true", "false"),
        "bytea": (r"'\x00ff'", "''"),
        "date": ("'2026-03-01'", "'0001-01-01 BC'"),
        "time": ("'10:00:00.000001'", "'00:00'"),
        "timestamp": ("'2026-03-01 10:00:00.000001'", "'infinity'"),
        "timestamptz": ("'2026-03-29 02:30:00.000001+01'", "'0044-03-15 12:00+00 BC'"),
        "interval": ("'1 year 2 mons -3 days 04:05:06.7'", "'-1 day'"),
        "inet": ("'10.0.0.1/8'", "'::1'"),
        "macaddr": ("'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"),
        "int4range": ("'[1,5)'", "'empty'"),
        "integer[]": ("'{1,2}'", "'{}'"),
        "citext": ("'Cafe'", "'b'"),
        "money": ("12.34", "0"),
        "jsonb": ("""'{"a": 1}'""", "'[]'"),
        "haversack_mood": ("'good'", "'bad'"),
        "haversack_code": ("'A1'", "'B2'"),
    },
}
# What a session might be set to; text written under it must still mean the same to any other.
SETTINGS = (
    "SET LOCAL TimeZone = 'Asia/Kathmandu'",
    "SET LOCAL DateStyle = 'German, DMY'",
    "SET LOCAL IntervalStyle = 'sql_standard'",
    "SET LOCAL bytea_output = 'escape'",
    "SET LOCAL extra_float_digits = -5",
)
AS_USUAL = (
    "RESET TimeZone",
    "RESET DateStyle",
    "RESET IntervalStyle",
    "RESET bytea_output",
    "RESET extra_float_digits",
)


@pytest.fixture
def types(db: Any) -> None:
    if connection.vendor == "postgresql":
        sql(
            "CREATE EXTENSION IF NOT EXISTS citext",
            "CREATE TYPE haversack_mood AS ENUM ('good', 'bad')",
            "CREATE DOMAIN haversack_code AS varchar(10) CHECK (VALUE ~ '^[A-Z]')",
        )


@pytest.mark.parametrize("type_", KEYS[connection.vendor])
def test_T1_keys_of_any_type_lead_back_to_their_rows(types: None, type_: str) -> None:
    first, second = KEYS[connection.vendor][type_]
    sql(f"CREATE TABLE keyed (k {type_} PRIMARY KEY, v int)")
    track(Watched("keyed", "k", content=frozenset({"v"})))
    session, usual = (SETTINGS, AS_USUAL) if connection.vendor == "postgresql" else ((), ())

    sql(f"CREATE TEMPORARY TABLE wanted (k {type_})", f"INSERT INTO wanted VALUES ({first}), ({second})")
    sql(*session, "INSERT INTO keyed SELECT k, 1 FROM wanted", *usual)
    assert _rows_found(type_) == 2
    forget()
    sql(*session, "UPDATE keyed SET v = 2", *usual)
    assert _marks() == [(False, False), (False, False)]
    assert _rows_found(type_) == 2
    other = "(SELECT k FROM wanted LIMIT 1)"
    forget()
    sql(*session, f"DELETE FROM keyed WHERE k = {other}", *usual)
    assert _marks() == [(True, True)]
    forget()
    sql(*session, f"UPDATE keyed SET k = {other}", *usual)
    assert _marks() == [(False, True), (True, True)]
    sql("DROP TABLE wanted")


def _marks() -> list[tuple[bool, bool]]:
    """Deleted? Moved? Without the keys, which as text may be alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deleted, CAST(moved AS text) <> '0' FROM syncapi_change")
        return sorted((bool(deleted), bool(moved)) for deleted, moved in cursor.fetchall())


def _rows_found(type_: str) -> int:
    """Rows of the table that the tracker's keys find."""
    key = f"c.key::{type_}" if connection.vendor == "postgresql" else "c.key"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM keyed AS k JOIN syncapi_change AS c ON k.k = {key}")
        return int(cursor.fetchone()[0])


def test_T1_a_key_that_only_changes_its_case(types: None) -> None:
    type_ = "citext" if connection.vendor == "postgresql" else "text COLLATE NOCASE"
    sql(f"CREATE TABLE keyed (k {type_} PRIMARY KEY)", "INSERT INTO keyed VALUES ('a')")
    track(Watched("keyed", "k"))
    changed: Marks = seen(lambda: sql("UPDATE keyed SET k = 'A'"), "keyed")
    assert changed.keys() == {"a", "A"}
    assert changed["A"] == "moved"


# -- names

TABLES = {
    "sqlite": ["Upper Case", "100% sure", "o'clock", "{table}", "{name}", "order", "naïve", "a.b"],
    "postgresql": [
        *("Upper Case", "100% sure", "o'clock", "{table}", "{name}", "order", "naïve", "a.b"),
        *('elsewhere"."Things', '"elsewhere"."quoted"'),
    ],
}


@pytest.mark.parametrize("table", TABLES[connection.vendor])
def test_T1_odd_names(db: Any, table: str) -> None:
    """As in `Meta.db_table`: Django puts quotes around a name, and doubles none inside."""
    if connection.vendor == "postgresql":
        sql("CREATE SCHEMA elsewhere")
    quoted = connection.ops.quote_name(table)
    sql(f'CREATE TABLE {quoted} ("Key %s" integer PRIMARY KEY, "{{key}}" text, "sel\'ect" int, "$haversack$" int)')
    track(Watched(table, "Key %s", content=frozenset({"{key}", "$haversack$"}), member=frozenset({"sel'ect"})))
    sql(f"INSERT INTO {quoted} VALUES (1, 'a', 1, 1), (2, 'b', 1, 1)")
    assert marks(table) == {"1": "changed", "2": "changed"}
    assert seen(lambda: sql(f"""UPDATE {quoted} SET "{{key}}" = 'x' WHERE "Key %s" = 1"""), table) == {"1": "changed"}
    assert seen(lambda: sql(f"""UPDATE {quoted} SET "sel'ect" = 5 WHERE "Key %s" = 1"""), table) == {"1": "moved"}
    assert seen(lambda: sql(f'UPDATE {quoted} SET "$haversack$" = 5 WHERE "Key %s" = 1'), table) == {"1": "changed"}
    assert seen(lambda: sql(f'UPDATE {quoted} SET "Key %s" = 3 WHERE "Key %s" = 1'), table) == {
        "1": "gone",
        "3": "moved",
    }
    assert seen(lambda: sql(f'DELETE FROM {quoted} WHERE "Key %s" = 3'), table) == {"3": "gone"}
    assert not track(
        Watched(table, "Key %s", content=frozenset({"{key}", "$haversack$"}), member=frozenset({"sel'ect"}))
    ).made
