"""The database of a run: made once, and copied for each seed, so that each begins with the same bytes."""

import shutil
from pathlib import Path

import psycopg
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, connections
from psycopg import sql

from catalog.demo import make_demo_users
from catalog.models import Product, Territory, TerritoryAssignment

PRODUCTS = 24
SHARED = "DEMO-N1"  # the territory that both sales people work


class Database:
    """A test database, kept as it was at first, and the copy that the server works on."""

    def __init__(self) -> None:
        self._first = self._run = self._old_name = ""

    @property
    def _is_sqlite(self) -> bool:
        return connection.vendor == "sqlite"

    def create(self) -> None:
        self._old_name = str(connection.settings_dict["NAME"])
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        _fill()
        self._first = str(connection.settings_dict["NAME"])
        if self._is_sqlite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        self._use(f"{self._first}_run")
        self.reset()

    def reset(self) -> None:
        """No request may be under way."""
        connections.close_all()
        cache.clear()
        if self._is_sqlite:
            for ending in ("-wal", "-shm"):
                Path(f"{self._run}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self._first, self._run)
        else:
            self._drop(self._run)
            self._on_server("CREATE DATABASE {} TEMPLATE {}", self._run, self._first)

    def destroy(self) -> None:
        connections.close_all()
        if not self._is_sqlite:
            self._drop(self._run)
        self._use(self._first)
        connection.creation.destroy_test_db(self._old_name, verbosity=0)

    def _use(self, name: str) -> None:
        # Of all threads: each makes its connections from this one dictionary.
        connections.settings["default"]["NAME"] = self._run = name

    def _drop(self, name: str) -> None:
        self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _on_server(self, statement: str, *names: str) -> None:
        own = connections.settings["default"]
        with psycopg.connect(
            host=own["HOST"],
            port=own["PORT"] or 5432,
            user=own["USER"],
            password=own["PASSWORD"],
            dbname="postgres",
            autocommit=True,
        ) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _fill() -> None:
    """The demo's people and their sales, small, and without pictures; one territory is worked by both."""
    Product.objects.bulk_create(
        Product(sku=f"SIM-{number:02}", name=f"Tea {number}", unit_price=5 + number, units_in_stock=3 + 5 * number)
        for number in range(PRODUCTS)
    )
    make_demo_users()
    shared = Territory.objects.get(code=SHARED)
    for name in ("nancy", "andrew"):
        TerritoryAssignment.objects.get_or_create(territory=shared, user=User.objects.get(username=name))


database = Database()
