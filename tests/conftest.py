"""Fixtures of all Python tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from tests.device import Device


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write the golden files anew instead of comparing with them."
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


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
