"""Records whose attributes are in the tables of several models."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.push.records import Records
from syncapi.push.scoped import Scoped
from tests.wire.models import Child, Shelf


class LocalChild(offline.LocalEntity):
    model = Child
    attributes = ["name", "width"]
    pattern = offline.ReadWriteWithConflictDetection


def _write_elsewhere(model: Any, key: int) -> list[str]:
    """What somebody else is told who writes such a row now, and does not wait."""
    told: list[str] = []

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                postgresql = connection.vendor == "postgresql"
                cursor.execute("SET lock_timeout = '10ms'" if postgresql else "PRAGMA busy_timeout = 0")
            model.objects.filter(pk=key).update(**{"name" if model is Shelf else "width": "7"})
        except OperationalError:
            told.append("locked")
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(120)
    return told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Shelf, Child])
def test_C1_nobody_writes_to_any_table_of_a_record_between_looking_and_writing(ann: User, model: Any) -> None:
    """Or what somebody did to an inherited attribute in that moment would be lost, and be no conflict."""
    child = Child.objects.create(name="Low", width=1)
    app = OfflineApp("inherited", title="Inherited", entities=[LocalChild])
    with transaction.atomic():
        found = Records(Scoped(app, ann)).get(app.entities["LocalChild"], child.pk)
        assert found is not None
        assert _write_elsewhere(model, child.pk) == ["locked"]
    assert _write_elsewhere(model, child.pk) == []
