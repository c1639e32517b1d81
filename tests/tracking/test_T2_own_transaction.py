"""T2: syncs inside a transaction that writes and never ends, as in every `TestCase`, miss nothing of what it wrote."""

from __future__ import annotations

import pytest
from django.db import connection

from syncapi.testing import FakeDevice
from tests.tracking.writers import writers
from tests.wire.models import Jar

pytestmark = pytest.mark.django_db


def test_T2_what_the_own_transaction_goes_on_writing_is_not_taken_for_the_past() -> None:
    """Whatever others commit meanwhile: PostgreSQL counts by their numbers."""
    device = FakeDevice(None)
    jars = [Jar.objects.create(name=f"jar {number}", price=1) for number in range(3)]
    for step in ("one", "two", "three"):
        pass_a_number()
        device.sync("tracked")
        assert names(device) == {jar.pk: jar.name for jar in jars}
        for jar in jars:
            jar.name = f"{jar.name} {step}"
            jar.save()
        jars.pop().delete()
    device.sync("tracked")
    assert names(device) == {}


def names(device: FakeDevice) -> dict[int, str]:
    return {row["id"]: row["name"] for row in device.rows("tracked", "TrackedJar")}


def pass_a_number() -> None:
    """A transaction of somebody else begins, and is over. On SQLite nobody else can write now."""
    if connection.vendor == "postgresql":
        with writers(1) as (other,):
            other.take_number()
            other.commit()
