"""T4: a database that does not know what the device has seen may have other records under the same keys."""

from typing import Any

from django.db import connection

from syncapi.models import LedgerEntry
from syncapi.tracking import moments
from tests.push.conftest import Pusher, codes, statuses, update
from tests.push.models import Site


def test_T4_after_a_restore_nothing_is_applied_before_it_was_compared(device: Pusher, site: Site) -> None:
    device.sync()
    known = update("PushSite", site.pk, {"size": 4}, {"size": 3})
    first = device.push(known, cursors=device.cursors)
    assert statuses(first) == ["applied"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_history")
    new = update("PushSite", site.pk, {"size": 5}, {"size": 4})
    outcomes = device.push(known, new, cursors=device.cursors)
    assert outcomes == [*first, {"id": new["id"], "status": "doubt"}]
    assert not LedgerEntry.objects.filter(item=new["id"]).exists()
    site.refresh_from_db()
    assert site.size == 4
    device.cursors.clear()
    device.sync()
    assert statuses(device.push(new, cursors=device.cursors)) == ["applied"]


def test_T4_cursors_that_cannot_be_read_are_doubtful_and_none_are_not(device: Pusher, site: Site) -> None:
    for number, cursors in enumerate([{"PushSite": "nonsense"}, {"Unheard": "x"}, {"PushSite": ""}]):
        assert statuses(device.push(update("PushSite", site.pk, {"size": number}), cursors=cursors)) == ["doubt"]
    assert codes(device.push(update("PushSite", site.pk, {"size": 4}, {"size": 3}), cursors={})) == ["applied"]


def test_T4_cursors_of_entities_without_tracking_say_nothing(device: Pusher, site: Site) -> None:
    device.sync()
    cursors = {"PushShelf": device.cursors["PushShelf"]}
    assert codes(device.push(update("PushSite", site.pk, {"size": 4}, {"size": 3}), cursors=cursors)) == ["applied"]


def test_T4_tokens_that_came_along_with_foreign_data_are_not_known(
    device: Pusher, site: Site, monkeypatch: Any
) -> None:
    device.sync()
    adopted = []

    def now() -> Any:
        raise moments.ForeignPast

    monkeypatch.setattr(moments, "now", now)
    monkeypatch.setattr(moments, "adopt", lambda: adopted.append(True))
    edit = update("PushSite", site.pk, {"size": 4}, {"size": 3})
    response = device.request(
        {"context": "", "entities": ["PushShelf"], "cursors": device.cursors, "mutations": [edit]}
    )
    assert statuses(device._outcomes(response)) == ["doubt"]
    assert adopted == [True]
