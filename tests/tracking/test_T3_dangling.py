"""T3: rows whose related row is missing, though it must not be: no constraint keeps it there."""

from __future__ import annotations

import pytest
from django.db import connection

from syncapi.testing import FakeDevice
from tests.wire.models import Jar, Sticker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("entity", ["TrackedSticker", "LocalSticker"])
def test_T3_a_row_is_carried_though_what_it_points_at_is_gone(entity: str) -> None:
    jars = [Jar.objects.create(name=name, price=1) for name in ("plum", "fig")]
    stickers = [Sticker.objects.create(jar=jar, text=f"of {jar.name}") for jar in jars]
    device = FakeDevice(None)
    device.sync("stickers")

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wire_jar WHERE id = %s", [jars[0].pk])
    device.sync("stickers")

    assert device.rows("stickers", entity) == [
        {"id": stickers[0].pk, "text": "of plum", "jar": jars[0].pk, "jar__name": None},
        {"id": stickers[1].pk, "text": "of fig", "jar": jars[1].pk, "jar__name": "fig"},
    ]
    assert device.sync("stickers").unchanged


def test_T3_the_definition_says_that_such_a_value_may_be_missing() -> None:
    definition = FakeDevice(None).sync("stickers").definition
    nullable = {one["name"]: one["null"] for one in definition["entities"][0]["attributes"]}
    assert nullable == {"id": False, "text": False, "jar": False, "jar__name": True}
