"""L5, W7: a device that was away while the models changed pushes what it has; it is understood, or visibly refused."""

from typing import Any

import pytest

from tests.push.conftest import Pusher, codes, create, delete, local, statuses, update
from tests.push.entities import PushSite, PushVisit
from tests.push.models import Site, Visit


@pytest.fixture(autouse=True)
def _renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`note` was `remark` in a migration, and `size` was `area` by declaration."""
    monkeypatch.setattr(
        "syncapi.writable.renamed_fields", lambda meta: {"remark": "note"} if meta.model_name == "site" else {}
    )
    monkeypatch.setattr(PushSite, "renamed", {"area": "size"})


def test_L5_old_names_are_understood(device: Pusher, site: Site) -> None:
    version = device.version("PushSite", site.pk)
    device.definition = "0ld"
    change = update(
        "PushSite", site.pk, {"remark": "wet", "area": 4}, {"remark": "dry", "area": 3}, base=version
    )  # fmt: skip
    assert statuses(device.push(change)) == ["applied"]
    site.refresh_from_db()
    assert (site.note, site.size) == ("wet", 4)
    Site.objects.filter(pk=site.pk).update(note="theirs")
    again = update("PushSite", site.pk, {"remark": "mine"}, {"remark": "wet"}, base=version + 1)
    (outcome,) = device.push(again)
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["note"])
    gone = delete("PushSite", site.pk, {"remark": "wet", "area": 4}, base=version + 1)
    (outcome,) = device.push(gone)
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["note"])


def test_L5_what_was_dropped_is_refused_by_its_name_and_not_passed_over(device: Pusher, site: Site) -> None:
    outcomes = device.push(
        update("PushSite", site.pk, {"colour": "red", "size": 4}, {"colour": "", "size": 3}),
        update("PushSite", site.pk, {"remark": "a", "note": "b"}),
    )
    assert codes(outcomes) == ["invalid_values", "invalid_values"]
    assert outcomes[0]["error"]["fields"] == {"colour": ["There is no such attribute any more."]}
    assert set(outcomes[1]["error"]["fields"]) == {"note"}
    site.refresh_from_db()
    assert (site.size, site.note) == (3, "dry")


def test_L5_a_new_record_is_not_refused_for_what_nobody_typed_into_an_attribute_that_was_dropped(
    device: Pusher, site: Site
) -> None:
    outcomes = device.push(
        create("PushSite", local(1), {"name": "a", "remark": "b", "colour": "", "shape": None, "kinds": []}),
        create("PushSite", local(2), {"name": "a", "colour": "red", "shape": ""}),
        create("PushSite", local(3), {"name": "a", "shape": False}),
        update("PushSite", site.pk, {"colour": ""}, {"colour": "red"}),
    )
    assert codes(outcomes) == ["applied", "invalid_values", "invalid_values", "invalid_values"]
    assert [list(one["error"]["fields"]) for one in outcomes[1:]] == [["colour"], ["shape"], ["colour"]]


def test_L5_what_came_to_be_required_is_asked_for(device: Pusher, site: Site, monkeypatch: Any) -> None:
    monkeypatch.setattr(Site._meta.get_field("note"), "blank", False)
    (outcome,) = device.push(create("PushSite", local(1), {"name": "old form"}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {"note"}
    assert statuses(device.push(update("PushSite", site.pk, {"size": 4}, {"size": 3}))) == ["applied"]


def test_L5_what_came_to_be_of_another_type_is_refused(device: Pusher, site: Site) -> None:
    visit = Visit.objects.create(site=site, text="a")
    change = update("PushVisit", visit.pk, {"minutes": "half an hour"}, {"minutes": "an hour"})
    assert codes(device.push(change)) == ["invalid_values"]


def test_L5_an_entity_that_can_no_longer_be_written_says_so(device: Pusher, site: Site, monkeypatch: Any) -> None:
    from syncapi import offline

    monkeypatch.setattr(PushVisit, "pattern", offline.ReadOnlyOptimized)
    monkeypatch.setattr(PushSite, "readonly_attributes", ["size"])
    outcomes = device.push(
        create("PushVisit", local(1), {"site": site.pk, "text": "x"}), update("PushSite", site.pk, {"size": 4})
    )
    assert codes(outcomes) == ["read_only", "invalid_values"]
    assert outcomes[1]["error"]["fields"] == {"size": ["This cannot be changed on devices."]}
