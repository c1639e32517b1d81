"""Fixtures of all Python tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.as_migrated import as_migrated
from tests.device import Device


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write the golden files anew instead of comparing with them."
    )
    parser.addoption(
        "--on-another-database",
        action="store_true",
        help="Only tests that ask for a database: the others have proven all they can on the first one.",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--on-another-database"):
        return
    others = [item for item in items if not _asks_for_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in set(others)]


def _asks_for_database(item: pytest.Item) -> bool:
    """Whether it may query, or says by a fixture `database` that processes it starts do."""
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not {"db", "transactional_db", "database"}.isdisjoint(
        names
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that commits ends by putting back what `migrate` made, instead of emptying it and making it anew.

    PostgreSQL has no copy of its pages at hand: there it is Django's own way (`tests.postgresql`).
    """
    if connection.vendor != "sqlite":
        yield
        return
    with ExitStack() as until_the_end:
        with django_db_blocker.unblock():
            restore = until_the_end.enter_context(as_migrated())
        patch = until_the_end.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: restore())
        yield


@pytest.fixture(autouse=True)
def _forget_throttles() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def wire(db: Any) -> Device:
    """A device of the anonymous app `wire`."""
    return Device("wire")


@pytest.fixture
def ann(db: Any) -> User:
    return User.objects.create_user("ann", password="secret", first_name="Ann", last_name="Jones")


@pytest.fixture
def bob(db: Any) -> User:
    return User.objects.create_user("bob", password="secret")
