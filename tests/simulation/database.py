"""The database of a run: made once, and copied for each seed, so that each begins with the same bytes."""

import shutil
import sqlite3
from collections.abc import Sequence
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
        self._first = self._run = self._backup = self._old_name = ""

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
        self._backup = f"{self._first}_backup"
        self.reset()

    def reset(self) -> None:
        """No request may be under way."""
        cache.clear()
        self._replace_by(self._first)

    def keep(self) -> None:
        """Makes a backup, in place of the one before."""
        if self._is_sqlite:
            connection.ensure_connection()
            Path(self._backup).unlink(missing_ok=True)
            kept = sqlite3.connect(self._backup)
            connection.connection.backup(kept)
            kept.close()
        else:
            connections.close_all()
            self._drop(self._backup)
            self._copy(self._run, self._backup)

    def restore(self) -> None:
        """Puts the backup in place of what there is. No request may be under way."""
        self._replace_by(self._backup)

    def destroy(self) -> None:
        connections.close_all()
        for name in (self._run, self._backup):
            if self._is_sqlite:
                Path(name).unlink(missing_ok=True)
            else:
                self._drop(name)
        self._use(self._first)
        connection.creation.destroy_test_db(self._old_name, verbosity=0)

    def _replace_by(self, name: str) -> None:
        connections.close_all()
        if self._is_sqlite:
            for ending in ("-wal", "-shm"):
                Path(f"{self._run}{ending}").unlink(missing_ok=True)
            shutil.copyfile(name, self._run)
        else:
            self._drop(self._run)
            self._copy(name, self._run)

    def _copy(self, name: str, to: str) -> None:
        # Connections of requests that were just answered may be closing.
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self._on_server(ending, parameters=[name])
        self._on_server("CREATE DATABASE {} TEMPLATE {}", to, name)

    def _use(self, name: str) -> None:
        # Of all threads: each makes its connections from this one dictionary.
        connections.settings["default"]["NAME"] = self._run = name

    def _drop(self, name: str) -> None:
        self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _on_server(self, statement: str, *names: str, parameters: Sequence[str] | None = None) -> None:
        own = connections.settings["default"]
        with psycopg.connect(
            host=own["HOST"],
            port=own["PORT"] or 5432,
            user=own["USER"],
            password=own["PASSWORD"],
            dbname="postgres",
            autocommit=True,
        ) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), parameters)


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
