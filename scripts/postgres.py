"""The PostgreSQL server that the Python tests run on a second time."""

import os

import psycopg
from psycopg import sql

DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"


def server() -> str:
    """URL of a database from which the tests may create their own."""
    return os.environ.get("TEST_POSTGRES_URL") or DEFAULT


def why_not() -> str:
    """Why tests cannot run there, in a line; empty when they can."""
    try:
        psycopg.connect(server(), connect_timeout=3).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def test_database() -> str:
    """Name of the database for this run and no other. settings/test.py takes it from TEST_DATABASE_NAME."""
    return f"test_haversack_{os.getpid()}"


def drop_test_database() -> None:
    """Drops what an interrupted run leaves behind; pytest does it itself when it gets to its end."""
    with psycopg.connect(server(), autocommit=True, connect_timeout=3) as connection:
        for ending in ("", "_histories", "_simulation", "_simulation_run"):
            name = sql.Identifier(f"{test_database()}{ending}")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
