"""Every test here carries the database's name in its id, so that reports say what was proven on which."""

import pytest
from django.db import connection

# What it is about is done on SQLite only.
collect_ignore = [] if connection.vendor == "sqlite" else ["test_as_migrated.py"]


@pytest.fixture(params=[connection.vendor], autouse=True)
def database(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`."""
    return str(request.param)
