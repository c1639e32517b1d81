"""P3: the memory of the web process is bounded by a part, not by the table, as the machine counts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from syncapi.models import Part, Snapshot
from tests.segments.shelves import APPS
from tests.tracking.field import declared, query
from tests.wire.models import Jar, Shelf

pytestmark = pytest.mark.django_db(transaction=True)

MORE = 10 * 1024 * 1024  # bytes; with all rows in memory it would be 24 MB
NUMBERS = (
    "SELECT i FROM generate_series(%s, %s) AS n(i)"
    if connection.vendor == "postgresql"
    else "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n"
)


def fill(begin: int, end: int) -> None:
    """Rows of some 250 bytes: all of them in memory would be seen."""
    names = "'Jar ' || i || ' ' || '" + "x" * 30 + "'"
    query(
        f"INSERT INTO {Jar._meta.db_table} (id, name, price, shelf_id, label, state, secret) "
        f"SELECT i, {names}, i, 1, '{'labels/' + 'y' * 90}', 's', '' FROM ({NUMBERS}) AS numbers",
        *(begin, end),
    )


def database_url() -> str:
    at: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def first_sync(app: str, entity: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.segments.first_sync", app, entity],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings.test", "DATABASE_URL": database_url()},
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(("app", "entity"), [("shelves", "PartJar"), ("whole", "WholeJar")])
def test_P3_a_hundred_thousand_rows_take_no_more_memory_than_ten_thousand(app: str, entity: str) -> None:
    with declared(*APPS):
        Shelf.objects.create(pk=1, name="A shelf " + "z" * 40)
        fill(1, 10_000)
        few = first_sync(app, entity)
        assert (few["mode"], few["rows"]) == ("snapshot", 10_000)
        fill(10_001, 100_000)
        query("DELETE FROM syncapi_history")  # all is made anew
        many = first_sync(app, entity)
        assert (many["mode"], many["rows"], Part.objects.count()) == ("snapshot", 100_000, 100)
        assert Snapshot.objects.get().revision == 2
        print(f"{app}: {few['peak'] / 1e6:.1f} MB for 10,000 rows, {many['peak'] / 1e6:.1f} MB for 100,000")
        assert many["peak"] - few["peak"] < MORE
