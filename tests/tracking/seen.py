"""What the triggers made of a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models

from syncapi.tracking.install import Report, install
from syncapi.tracking.watched import Watched

Marks = dict[str, str]


def watch(model: type[models.Model], content: Iterable[str] = (), member: Iterable[str] = ()) -> Watched:
    """`content`, `member`: names of columns."""
    key = model._meta.pk.column if model._meta.pk is not None else None
    assert key is not None
    return Watched(model._meta.db_table, key, frozenset(content), frozenset(member))


def track(*watched: Watched) -> Report:
    report = install({one.table: one for one in watched})
    assert not report.failed
    assert not report.refused
    assert not report.absent
    return report


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_change")


def marks(table: str) -> Marks:
    """By key as text: `gone`, `moved` (it may have left a scope), `changed`, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(c.key AS text), c.deleted, CAST(c.moved AS text) <> '0' FROM syncapi_change AS c "
            "JOIN syncapi_source AS s ON s.id = c.source WHERE s.name = %s",
            [table],
        )
        return {
            key: "gone" if deleted else "moved" if moved else "changed" for key, deleted, moved in cursor.fetchall()
        }


def seen(write: Callable[[], Any], table: str) -> Marks:
    """What `write` leaves behind in an empty tracker."""
    forget()
    write()
    return marks(table)


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def versions(table: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(c.key AS text), c.version FROM syncapi_change AS c "
            "JOIN syncapi_source AS s ON s.id = c.source WHERE s.name = %s",
            [table],
        )
        return dict(cursor.fetchall())
