"""W3: every mutation ends visibly. Each status and each code, one mutation at a time."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapi.models import LedgerEntry, LocalKey, PushedChange
from tests.push.conftest import Pusher, codes, create, delete, local, statuses, update
from tests.push.models import Site, Tag, Visit


def test_W3_a_record_is_made_and_the_device_learns_its_key(device: Pusher, ann: User) -> None:
    (outcome,) = device.push(create("PushSite", local(1), {"name": "  Mill ", "size": "7", "fee": "18.50"}))
    made = Site.objects.get()
    assert outcome == {"id": outcome["id"], "status": "applied", "key": made.pk, "version": 1}
    assert (made.name, made.size, str(made.fee), made.owner) == ("  Mill ", 7, "18.50", ann)
    entry = LocalKey.objects.get()
    assert (entry.entity, entry.key, entry.local.int) == ("PushSite", str(made.pk), 1)


def test_W3_a_record_is_changed_in_what_changed_only(device: Pusher, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(note="changed meanwhile", secret="kept")
    version = device.version("PushSite", site.pk)
    (outcome,) = device.push(update("PushSite", site.pk, {"size": 5}, {"size": 3}, base=version))
    assert outcome == {"id": outcome["id"], "status": "applied", "key": site.pk, "version": version + 1}
    before = site.changed
    site.refresh_from_db()
    assert (site.name, site.note, site.size, site.secret) == ("Mill", "changed meanwhile", 5, "kept")
    assert site.changed > before
    assert device.version("PushSite", site.pk) == outcome["version"]


def test_W3_a_record_is_deleted(device: Pusher, site: Site) -> None:
    Visit.objects.create(site=site, text="one")
    was = {"name": "Mill", "note": "dry", "size": 3, "fee": "0.00", "parent": None}
    (outcome,) = device.push(delete("PushSite", site.pk, was, base=device.version("PushSite", site.pk)))
    assert outcome == {"id": outcome["id"], "status": "applied", "key": site.pk, "version": None}
    assert not Site.objects.exists()


def test_W3_what_is_not_there_is_gone(device: Pusher, site: Site) -> None:
    for key in (site.pk + 1, "no number", "9" * 40, 1.5, local(5)):
        expected = "unknown_local" if isinstance(key, dict) else "gone"
        assert codes(device.push(update("PushSite", key, {"size": 5}), delete("PushSite", key))) == [expected] * 2
    site.refresh_from_db()
    assert site.size == 3


def test_S1_what_is_anothers_is_gone_like_what_never_was(device: Pusher, foreign: Site) -> None:
    there = device.push(update("PushSite", foreign.pk, {"size": 5}), delete("PushSite", foreign.pk))
    nowhere = device.push(update("PushSite", foreign.pk + 1, {"size": 5}), delete("PushSite", foreign.pk + 1))
    assert (
        [{**one, "id": ""} for one in there]
        == [{**one, "id": ""} for one in nowhere]
        == [{"id": "", "status": "gone"}] * 2
    )
    assert Site.objects.get().size == 0


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"name": None}, {"name"}),
        ({"name": 7}, {"name"}),
        ({"name": "x" * 41}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"name": "\ud800"}, {"name"}),
        ({"size": 101}, {"size"}),
        ({"size": "many"}, {"size"}),
        ({"size": True}, {"size"}),
        ({"size": 2**70, "note": None}, {"size", "note"}),
        ({"fee": 1.5}, {"fee"}),
        ({"fee": "1.555"}, {"fee"}),
        ({"fee": "NaN"}, {"fee"}),
        ({"name": "forbidden"}, {"name", "non_field_errors"}),
        ({"name": "dry"}, {"non_field_errors"}),
        ({"name": "Mill", "size": 200}, {"size"}),
        ({"secret": "x"}, {"secret"}),
        ({"owner": 1, "id": 7}, {"owner", "id"}),
        ({"parent__name": "x"}, {"parent__name"}),
        ({"parent": "x"}, {"parent"}),
        ({"parent": {"local": 3}}, {"parent"}),
        ({"parent": []}, {"parent"}),
    ],
)
def test_W4_values_that_are_not_right_are_rejected_by_attribute(
    device: Pusher, site: Site, values: dict[str, Any], fields: set[str]
) -> None:
    (outcome,) = device.push(update("PushSite", site.pk, values, base=1))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == fields
    assert outcome["error"]["retry"] is False
    assert all(sentence for sentences in outcome["error"]["fields"].values() for sentence in sentences)
    site.refresh_from_db()
    assert (site.name, site.note, site.size) == ("Mill", "dry", 3)


def test_W4_what_a_new_record_lacks_is_said(device: Pusher) -> None:
    (outcome,) = device.push(create("PushSite", local(1), {"size": 3}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {"name"}
    assert not Site.objects.exists()


def test_W4_a_create_never_overwrites(device: Pusher) -> None:
    Tag.objects.create(code="a", name="old")
    assert codes(device.push(create("PushTag", "a", {"code": "a", "name": "new"}))) == ["invalid_values"]
    assert codes(device.push(create("PushTag", "b", {"name": "new"}))) == ["applied"]
    assert codes(device.push(create("PushTag", "c", {"code": "d", "name": "new"}))) == ["invalid_values"]
    assert codes(device.push(update("PushTag", "b", {"code": "z"}))) == ["invalid_values"]
    assert codes(device.push(create("PushSite", 77, {"name": "own key"}))) == ["invalid_values"]
    assert sorted(Tag.objects.values_list("code", "name")) == [("a", "old"), ("b", "new")]


@pytest.mark.parametrize(
    ("entity", "code"),
    [("PushShelf", "read_only"), ("Nothing", "unknown_entity"), ("OwnJar", "unknown_entity"), ("", "unknown_entity")],
)
def test_W4_only_what_is_declared_writable_is_written(device: Pusher, entity: str, code: str) -> None:
    assert codes(device.push(create(entity, local(1), {"name": "x"}))) == [code]


def test_W4_an_app_without_anything_writable_answers_all_the_same(wire: Any) -> None:
    outcome = wire.request({"context": "", "cursors": {}, "mutations": [create("LocalShelf", local(1), {"name": "x"})]})
    assert b'"code":"read_only"' in outcome.getvalue()


def test_W3_all_final_outcomes_are_kept_and_written_down(device: Pusher, site: Site) -> None:
    outcomes = device.push(
        create("PushSite", local(1), {"name": "New"}),
        update("PushSite", site.pk, {"size": 500}, {"size": 3}),
        update("PushSite", site.pk, {"size": 5}, {"size": 9}, base=77),
        delete("PushSite", site.pk + 100),
        update("PushSite", site.pk, {"size": 6}, depends_on=["00000000-0000-0000-0000-000000000009"]),
    )
    assert statuses(outcomes) == ["applied", "rejected", "conflict", "gone", "waiting"]
    assert LedgerEntry.objects.count() == PushedChange.objects.count() == 4
    told = {change.status: change for change in PushedChange.objects.all()}
    applied = told["applied"]
    assert (applied.entity, applied.op, applied.title, applied.code) == ("PushSite", "create", "New", "")
    assert (applied.key, applied.values, applied.before) == (str(outcomes[0]["key"]), '{"name": "New"}', "")
    assert applied.after == '{"name": "New"}'
    rejected = told["rejected"]
    assert (rejected.title, rejected.code, rejected.key) == ("Mill", "invalid_values", str(site.pk))
    assert (told["conflict"].before, told["conflict"].title) == ('{"size": 3}', "Mill")
    assert told["gone"].key == str(site.pk + 100)
