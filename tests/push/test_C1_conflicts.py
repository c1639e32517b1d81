"""C1: conflicts are found by version. C2: what does not touch merges. Last write wins where it is declared so."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapi import offline
from syncapi.push.model import PushedChange
from tests.push.conftest import Pusher, codes, create, delete, local, statuses, update
from tests.push.entities import PushSite
from tests.push.models import Site, Tag


@pytest.fixture
def version(device: Pusher, site: Site) -> int:
    return device.version("PushSite", site.pk)


def meanwhile(site: Site, **values: Any) -> None:
    Site.objects.filter(pk=site.pk).update(**values)


def test_C1_the_same_attribute_conflicts_and_nothing_is_written(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, size=9, note="wet")
    (outcome,) = device.push(update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=version))
    assert outcome == {
        "id": outcome["id"],
        "status": "conflict",
        "version": version + 1,
        "attributes": ["size"],
        "theirs": {
            "id": site.pk,
            "_version": version + 1,
            "name": "Mill",
            "note": "wet",
            "size": 9,
            "fee": "0.00",
            "parent": None,
            "parent__name": None,
            "tags": [],
        },
    }
    site.refresh_from_db()
    assert site.size == 9


def test_C2_different_attributes_merge(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, size=9)
    (outcome,) = device.push(update("PushSite", site.pk, {"note": "wet"}, {"note": "dry"}, base=version))
    assert (outcome["status"], outcome["version"]) == ("applied", version + 2)
    site.refresh_from_db()
    assert (site.size, site.note) == (9, "wet")


def test_C2_the_same_change_by_two_is_none_that_conflicts(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, size=5, fee="18.50")
    change = update("PushSite", site.pk, {"size": 5, "fee": "18.5"}, {"size": 3, "fee": "0"}, base=version)
    assert statuses(device.push(change)) == ["applied"]


def test_C2_what_came_back_to_what_it_was_does_not_conflict(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, size=5)
    meanwhile(site, size=3)
    change = update("PushSite", site.pk, {"size": 6}, {"size": 3}, base=version)
    assert statuses(device.push(change)) == ["applied"]


def test_C2_without_merge_any_change_conflicts(
    device: Pusher, site: Site, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PushSite, "merge", False)
    meanwhile(site, size=9)
    (outcome,) = device.push(update("PushSite", site.pk, {"note": "wet"}, {"note": "dry"}, base=version))
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["note"])


def test_C1_a_choice_is_a_new_mutation_on_their_version(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, size=9)
    (outcome,) = device.push(update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=version))
    choice = update("PushSite", site.pk, {"size": 5}, {"size": 9}, base=outcome["version"])
    assert statuses(device.push(choice)) == ["applied"]


def test_C1_what_devices_do_not_carry_is_no_change(device: Pusher, site: Site, version: int) -> None:
    meanwhile(site, secret="x")
    assert statuses(device.push(update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=version))) == ["applied"]


def test_C1_a_number_that_came_again_is_told_by_the_values(device: Pusher, site: Site, version: int) -> None:
    """A base that is no version of this record, or none: what it was decides."""
    for base in (None, version + 50):
        (outcome,) = device.push(update("PushSite", site.pk, {"size": 5}, {"size": 4}, base=base))
        assert outcome["status"] == "conflict"
    assert statuses(device.push(update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=None))) == ["applied"]


def test_C1_a_deletion_of_what_changed_conflicts_in_what_did(device: Pusher, site: Site, version: int) -> None:
    was = {"name": "Mill", "note": "dry", "size": 3, "fee": "0.00", "parent": None, "unheard": 1}
    meanwhile(site, size=9)
    (outcome,) = device.push(delete("PushSite", site.pk, was, base=version))
    assert (outcome["status"], outcome["attributes"], outcome["version"]) == ("conflict", ["size"], version + 1)
    meanwhile(site, size=3)
    assert statuses(device.push(delete("PushSite", site.pk, was, base=version))) == ["applied"]


def test_C1_relations_are_compared_by_key(device: Pusher, site: Site, version: int, ann: User) -> None:
    made = create("PushSite", local(4), {"name": "Parent"})
    (outcome,) = device.push(made)
    meanwhile(site, parent_id=outcome["key"])
    same = update("PushSite", site.pk, {"parent": local(4)}, {"parent": None}, base=version)
    assert statuses(device.push(same)) == ["applied"]
    away = update("PushSite", site.pk, {"parent": None}, {"parent": local(4)}, base=version)
    assert statuses(device.push(away)) == ["applied"]
    other = update("PushSite", site.pk, {"parent": outcome["key"]}, {"parent": 4711}, base=version)
    assert statuses(device.push(other)) == ["conflict"]


def test_C1_a_rule_of_the_project_settles_it(
    device: Pusher, site: Site, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[offline.Conflict] = []

    def resolve_conflict(self: Any, conflict: offline.Conflict) -> Any:
        asked.append(conflict)
        if "size" not in conflict.mine:
            return None
        return {"size": conflict.theirs["size"] + conflict.mine["size"] - conflict.base["size"]}

    monkeypatch.setattr(PushSite, "resolve_conflict", resolve_conflict)
    meanwhile(site, size=9)
    change = update("PushSite", site.pk, {"size": 5, "note": "wet"}, {"size": 3, "note": "dry"}, base=version)
    assert statuses(device.push(change)) == ["applied"]
    assert (asked[0].base, asked[0].mine, asked[0].theirs) == ({"size": 3}, {"size": 5}, {"size": 9})
    assert (asked[0].instance.pk, dict(asked[0].change.values)) == (site.pk, {"size": 5, "note": "wet"})
    site.refresh_from_db()
    assert (site.size, site.note) == (11, "wet")
    meanwhile(site, size=20, note="other")
    change = update("PushSite", site.pk, {"size": 5, "note": "mine"}, {"size": 3, "note": "dry"}, base=version)
    (outcome,) = device.push(change)
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["note", "size"])


@pytest.mark.parametrize("settled", [None, {"note": "not all of it"}])
@pytest.mark.parametrize("alone", [True, False])
def test_C3_what_a_rule_did_that_settles_nothing_is_undone(
    device: Pusher, site: Site, version: int, ann: User, settled: Any, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The conflict is the person's, as if nobody had tried. Others of the request, which saw it, too."""
    other = Site.objects.create(owner=ann, name="other", note="untouched")

    def resolve_conflict(self: Any, conflict: offline.Conflict) -> Any:
        conflict.instance.note = "by the rule"
        conflict.instance.save()
        Site.objects.filter(pk=other.pk).update(note="by the rule")
        return settled

    monkeypatch.setattr(PushSite, "resolve_conflict", resolve_conflict)
    meanwhile(site, size=9, note="meanwhile")
    changes = [update("PushSite", site.pk, {"size": 5, "note": "mine"}, {"size": 3, "note": "dry"}, base=version)]
    if not alone:
        changes.append(update("PushSite", other.pk, {"note": "mine"}, {"note": "untouched"}, base=1))
    outcomes = device.push(*changes)
    assert statuses(outcomes) == ["conflict", "applied"][: len(changes)]
    assert (outcomes[0]["theirs"]["note"], outcomes[0]["version"]) == ("meanwhile", version + 1)
    site.refresh_from_db()
    other.refresh_from_db()
    assert (site.size, site.note, other.note) == (9, "meanwhile", "untouched" if alone else "mine")
    assert json.loads(PushedChange.objects.get(status="conflict").before) == {"note": "meanwhile", "size": 9}


def test_C1_what_a_rule_writes_that_settles_it_stays_and_is_seen_by_the_next_change(
    device: Pusher, site: Site, version: int, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Site.objects.create(owner=ann, name="other", note="untouched")

    def resolve_conflict(self: Any, conflict: offline.Conflict) -> Any:
        if conflict.instance.pk == other.pk:
            return None
        Site.objects.filter(pk=other.pk).update(note="by the rule")
        return conflict.mine

    monkeypatch.setattr(PushSite, "resolve_conflict", resolve_conflict)
    monkeypatch.setattr(PushSite, "merge", False)
    meanwhile(site, size=9)
    first = update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=version)
    outcomes = device.push(first, update("PushSite", other.pk, {"size": 1}, {"size": 0}, base=1))
    assert statuses(outcomes) == ["applied", "conflict"]
    assert outcomes[1]["theirs"]["note"] == "by the rule"


def test_C1_last_write_wins_where_it_is_declared(device: Pusher) -> None:
    tag = Tag.objects.create(code="t", name="one")
    Tag.objects.filter(pk="t").update(name="two")
    assert codes(device.push(update("PushTag", "t", {"name": "three"}, {"name": "one"}, base=0))) == ["applied"]
    tag.refresh_from_db()
    assert tag.name == "three"
    assert codes(device.push(delete("PushTag", "t", {"name": "one"}, base=0))) == ["applied"]


def test_P6_the_version_told_is_the_one_that_rows_have(device: Pusher) -> None:
    (outcome,) = device.push(create("PushTag", "t", {"code": "t"}))
    assert outcome["version"] == device.version("PushTag", "t")
