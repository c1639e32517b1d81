"""Fixtures of all Python tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.as_migrated import as_migrated
from tests.device import Device


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write the golden files anew instead of comparing with them."
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that commits ends by putting back what `migrate` made, instead of emptying it and making it anew."""
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
