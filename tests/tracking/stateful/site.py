"""Where histories happen: users, their devices, and connections of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings

from syncapi.pull import whole
from syncapi.segments import drafts
from syncapi.testing import FakeDevice
from syncapi.tracking.install import install
from tests.tracking.stateful import world
from tests.tracking.stateful.machine import APP, Histories, Site
from tests.tracking.writers import Writer

WAIT = "5ms"  # of a transaction for another one: nobody ends it meanwhile


@contextmanager
def machine() -> Iterator[type[Histories]]:
    """The machine on the test's database, which is to be without rows. It leaves rows behind."""
    with (
        override_settings(HAVERSACK={"PULL_LOG_RETENTION": 0}),  # what is written down of pulls is tested elsewhere
        mock.patch.object(drafts, "PART_ROWS", 2),  # so that few rows are several parts
        mock.patch.object(whole, "FEW", 3),  # and few changes enough to make them anew
    ):
        yield from _machine()


def _machine() -> Iterator[type[Histories]]:
    world.people()
    report = install()
    assert not report.failed
    writers: list[Writer] = []
    if connection.vendor == "postgresql":
        writers = [Writer(), Writer()]
        for other in (connection, *(writer.connection for writer in writers)):
            _hurry(other)
    world.begin()
    bound = type("BoundHistories", (Histories,), {"site": Site(list(User.objects.order_by("pk")), _devices(), writers)})
    try:
        yield bound
    finally:
        for writer in writers:
            writer.rollback()
            writer.connection.close()
        connection.close()


def _devices() -> list[FakeDevice]:
    """One of each user, signed in and empty. Copies of them cost less than new ones."""
    found = []
    for user in User.objects.order_by("pk"):
        device = FakeDevice(user)
        device.sync(APP)
        device.forget()
        found.append(device)
    return found


def _hurry(other: Any) -> None:
    """Settings of the session; they are no part of what is tested."""
    autocommit = other.get_autocommit()
    other.set_autocommit(True)
    with other.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute("SET jit TO off")
        cursor.execute(f"SET lock_timeout TO '{WAIT}'")
    other.set_autocommit(autocommit)
