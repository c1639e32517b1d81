"""Every test here carries the database's name in its id; parts are small, and the apps of `shelves` declared."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from syncapi.segments import drafts
from tests.segments.shelves import APPS, INLINE, ROWS
from tests.tracking.field import declared


@pytest.fixture(params=[connection.vendor], autouse=True)
def database(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`."""
    return str(request.param)


@pytest.fixture
def small(transactional_db: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.HAVERSACK = {"INLINE_ROWS": INLINE, "PULL_LOG_RETENTION": 0}
    monkeypatch.setattr(drafts, "PART_ROWS", ROWS)
    with declared(*APPS):
        yield
