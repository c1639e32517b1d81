"""A fake device that changes records: what it sends, keeps and tells, against the real server, and what it refuses."""

import copy
import datetime
import decimal
import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapi.testing import FakeDevice, ProtocolViolation, SyncCut, SyncRefused
from tests.fakedevice.scripted import ENTITY, Server, answer, definition, part, segment
from tests.push.entities import PushPart, PushSite, PushTag, PushVisit
from tests.push.models import Site, Tag, Visit

APP = "push"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(ann: User) -> Site:
    return Site.objects.create(owner=ann, name="Mill", note="dry", size=3)


@pytest.fixture
def hers(ann: User, site: Site) -> FakeDevice:
    """Ann's device."""
    device = FakeDevice(ann)
    device.sync(APP)
    return device


def test_what_is_made_changed_and_deleted_goes_with_the_next_sync(hers: FakeDevice, site: Site) -> None:
    made = hers.create(APP, PushSite, {"name": "Barn", "fee": decimal.Decimal("2.50")})
    changed = hers.update(APP, PushSite, site, {"note": "wet"})
    assert hers.pending(APP) == [made, changed]
    assert [row["note"] for row in hers.rows(APP, PushSite)] == ["dry"]  # the server's
    told = hers.sync(APP)
    barn = Site.objects.get(name="Barn")
    assert told.outcome(made) == {"status": "applied", "key": barn.pk, "version": 1}
    assert told.outcome(changed)["status"] == "applied"
    assert [row["note"] for row in hers.rows(APP, PushSite)] == ["wet", ""]
    assert (hers.get(APP, PushSite, barn.pk) or {})["fee"] == "2.50"
    assert hers.pending(APP) == []
    gone = hers.delete(APP, PushSite, made)  # under the key that the server gave
    assert hers.sync(APP).outcome(gone) == {"status": "applied", "key": barn.pk, "version": None}
    assert [row["name"] for row in hers.rows(APP, PushSite)] == ["Mill"]


def test_W1_an_answer_that_is_lost_is_asked_for_again(hers: FakeDevice) -> None:
    made = hers.create(APP, PushSite, {"name": "Barn"})
    for _ in range(2):
        hers.cut_after(bytes=0)
        with pytest.raises(SyncCut):
            hers.sync(APP)
        assert hers.pending(APP) == [made]
    assert hers.sync(APP).outcome(made)["status"] == "applied"
    assert Site.objects.filter(name="Barn").count() == 1


def test_outcomes_that_arrived_before_a_cut_are_kept(hers: FakeDevice) -> None:
    hers.create(APP, PushSite, {"name": "Barn"})
    hers.cut_after(rows=0)
    with pytest.raises(SyncCut):
        hers.sync(APP)
    assert hers.pending(APP) == []
    assert [row["name"] for row in hers.rows(APP, PushSite)] == ["Mill"]
    hers.sync(APP)
    assert [row["name"] for row in hers.rows(APP, PushSite)] == ["Mill", "Barn"]


def test_W5_a_record_that_was_made_here_may_be_named_before_and_after_it_is_there(hers: FakeDevice) -> None:
    barn = hers.create(APP, PushSite, {"name": "Barn"})
    visit = hers.create(APP, PushVisit, {"site": barn, "text": "first"})
    hers.sync(APP)
    later = hers.create(APP, PushVisit, {"site": barn, "text": "second"})
    renamed = hers.update(APP, PushVisit, visit, {"text": "once"})
    told = hers.sync(APP)
    assert {told.outcome(edit)["status"] for edit in (later, renamed)} == {"applied"}
    assert sorted(Visit.objects.filter(site__name="Barn").values_list("text", flat=True)) == ["once", "second"]


def test_W2_edits_of_one_record_build_on_each_other(hers: FakeDevice, site: Site) -> None:
    first_edit = hers.update(APP, PushSite, site.pk, {"note": "wet"})
    second = hers.update(APP, PushSite, str(site.pk), {"note": "flooded"})
    assert second.mutation["base"] == {"result_of": first_edit.id}
    assert second.mutation["was"] == {"note": "wet"}
    told = hers.sync(APP)
    assert [told.outcome(edit)["status"] for edit in (first_edit, second)] == ["applied", "applied"]
    assert Site.objects.get(pk=site.pk).note == "flooded"


def test_W2_what_is_edited_together_has_effect_together(hers: FakeDevice) -> None:
    with hers.together():
        barn = hers.create(APP, PushSite, {"name": "Barn"})
        visit = hers.create(APP, PushVisit, {"site": barn, "text": "x" * 41})
    other = hers.create(APP, PushSite, {"name": "Shed"})
    told = hers.sync(APP)
    assert told.outcome(barn)["error"]["code"] == "group"
    assert set(told.outcome(visit)["error"]["fields"]) == {"text"}
    assert told.outcome(other)["status"] == "applied"
    assert not Site.objects.filter(name="Barn").exists()


def test_C1_a_conflict_is_told_and_settled_by_an_edit_of_the_row_as_it_is_now(hers: FakeDevice, site: Site) -> None:
    mine = hers.update(APP, PushSite, site, {"note": "mine"})
    Site.objects.filter(pk=site.pk).update(note="theirs")
    told = hers.sync(APP).outcome(mine)
    assert (told["status"], told["attributes"], told["theirs"]["note"]) == ("conflict", ["note"], "theirs")
    assert hers.pending(APP) == []
    again = hers.update(APP, PushSite, site, {"note": "mine"})
    assert hers.sync(APP).outcome(again)["status"] == "applied"
    assert Site.objects.get(pk=site.pk).note == "mine"


def test_C1_a_deletion_says_what_it_knew(hers: FakeDevice, site: Site) -> None:
    edit = hers.delete(APP, PushSite, site)
    assert edit.mutation["was"] == {
        "name": "Mill", "note": "dry", "size": 3, "fee": "0.00", "parent": None, "tags": [],
    }  # fmt: skip
    Site.objects.filter(pk=site.pk).update(size=4)
    assert hers.sync(APP).outcome(edit)["attributes"] == ["size"]


def test_W3_what_is_gone_or_refused_is_told_and_sent_no_more(hers: FakeDevice, site: Site) -> None:
    refused = hers.create(APP, PushSite, {"name": "forbidden"})
    changed = hers.update(APP, PushSite, site, {"note": "wet"})
    Site.objects.filter(pk=site.pk).delete()
    told = hers.sync(APP)
    assert told.outcome(refused)["error"]["fields"]["name"] == ["Not this name."]
    assert told.outcome(changed) == {"status": "gone"}
    assert hers.pending(APP) == []
    with pytest.raises(LookupError, match="no PushSite with the key"):
        hers.update(APP, PushSite, site.pk, {"note": "dry"})


def test_what_waits_for_something_refused_waits_until_it_is_discarded(hers: FakeDevice) -> None:
    barn = hers.create(APP, PushSite, {"name": "forbidden"})
    visit = hers.create(APP, PushVisit, {"site": barn, "text": "first"})
    for _ in range(2):
        told = hers.sync(APP)
        assert told.outcome(visit) == {"status": "waiting", "for": barn.id}
        assert hers.pending(APP) == [visit]
    hers.discard(APP, visit)
    assert hers.sync(APP).outcomes == {}


def test_a_key_that_people_type_is_the_key(hers: FakeDevice, site: Site) -> None:
    made = hers.create(APP, PushTag, {"code": "dry", "name": "Dry"})
    tagged = hers.update(APP, PushSite, site, {"tags": [made, Tag.objects.create(code="old")]})
    assert made.key == "dry"
    told = hers.sync(APP)
    assert {told.outcome(edit)["status"] for edit in (made, tagged)} == {"applied"}
    assert sorted(Site.objects.get(pk=site.pk).tags.values_list("pk", flat=True)) == ["dry", "old"]


def test_values_may_be_given_as_django_has_them(hers: FakeDevice) -> None:
    moment = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    number = uuid.UUID(int=7)
    values = {"fee": decimal.Decimal("1.5"), "size": 2**60, "name": moment, "note": number, "parent": None}
    edit = hers.create(APP, PushSite, values)
    assert edit.mutation["values"] == {
        "fee": "1.5",
        "size": str(2**60),
        "name": "2026-01-31T07:30:00.000000Z",
        "note": str(number),
        "parent": None,
    }
    day = hers.create(APP, PushSite, {"name": datetime.date(2026, 1, 31), "note": datetime.time(9, 30), "size": True})
    assert day.mutation["values"] == {"name": "2026-01-31", "note": "09:30:00.000000", "size": True}


def test_many_go_in_several_requests_and_groups_are_never_apart(hers: FakeDevice) -> None:
    alone = [hers.create(APP, PushTag, {"code": f"t{n}"}) for n in range(499)]
    with hers.together():
        group = [hers.create(APP, PushTag, {"code": f"g{n}"}) for n in range(3)]
    told = hers.sync(APP)
    assert told.requests == 2
    assert {told.outcome(edit)["status"] for edit in (*alone, *group)} == {"applied"}
    assert Tag.objects.count() == 502
    assert len(hers.rows(APP, PushTag)) == 502


def test_S2_what_one_person_changed_is_never_sent_for_another(hers: FakeDevice, bob: User, ann: User) -> None:
    edit = hers.create(APP, PushSite, {"name": "Barn"})
    hers.user = bob
    hers.sync(APP)
    assert hers.pending(APP) == []
    hers.user = ann
    assert hers.sync(APP).outcome(edit)["status"] == "applied"
    assert Site.objects.get(name="Barn").owner == ann


def test_a_session_that_ended_keeps_what_was_edited(hers: FakeDevice, ann: User) -> None:
    edit = hers.create(APP, PushSite, {"name": "Barn"})
    hers.client.logout()
    with pytest.raises(SyncRefused):
        hers.sync(APP)
    hers.user = ann
    assert hers.sync(APP).outcome(edit)["status"] == "applied"


def test_a_copied_profile_sends_the_same_which_has_its_effect_once(hers: FakeDevice) -> None:
    edit = hers.create(APP, PushSite, {"name": "Barn"})
    twin, deep = hers.copy(), copy.deepcopy(hers)
    outcomes = [device.sync(APP).outcome(edit) for device in (hers, twin, deep)]
    assert outcomes == [outcomes[0]] * 3
    assert Site.objects.filter(name="Barn").count() == 1


def test_T4_after_a_restore_nothing_is_done_before_it_was_compared(hers: FakeDevice, site: Site) -> None:
    edit = hers.update(APP, PushSite, site, {"note": "wet"})
    for entity in (PushSite, PushVisit, PushPart, PushTag):
        hers.set_cursor(APP, entity, "of another history")
    told = hers.sync(APP)
    assert told.outcome(edit) == {"status": "doubt"}
    assert told.entities["PushSite"].reset == "history"
    assert hers.sync(APP).outcome(edit)["status"] == "applied"


def test_the_server_is_told_what_the_device_knows(hers: FakeDevice) -> None:
    edit = hers.create(APP, PushSite, {"name": "Barn"})
    hers.sync(APP)
    database = next(iter(hers._databases.values()))
    assert database.unconfirmed == {edit.id}
    hers.sync(APP)
    assert database.unconfirmed == set()


def test_what_the_device_has_nothing_of_cannot_be_edited(ann: User) -> None:
    with pytest.raises(LookupError, match="The device carries nothing of PushSite yet"):
        FakeDevice(ann).create(APP, PushSite, {"name": "Barn"})


class TestWhatIsRefused:
    """Answers that no server may give."""

    @pytest.fixture
    def device(self, server: Server) -> FakeDevice:
        device = FakeDevice()
        rows = part("replace", [segment(0, [[1, 4, "a"]])], columns=["id", "_version", "name"])
        server.script.append(answer(rows, definition=definition(pattern="read-write")))
        device.sync("things")
        return device

    @staticmethod
    def told(edits: list[dict[str, Any]], *parts: Any) -> bytes:
        lines = answer(*parts).split(b"\n")
        return b"\n".join([lines[0], *(json.dumps({"type": "outcome", **edit}).encode() for edit in edits), *lines[1:]])

    @pytest.mark.parametrize(
        ("outcome", "told"),
        [
            ({"status": "done"}, "a change cannot end as 'done'"),
            ({"status": "applied", "key": 1}, "an outcome without version"),
            ({"status": "conflict", "version": 1}, "an outcome without attributes, theirs"),
            ({"status": "rejected"}, "an outcome without error"),
            ({"status": "gone", "id": "other"}, "the answer tells of"),
            ({"status": "applied", "key": 1, "version": 6}, "the row 1 has version 5, older than 6"),
        ],
    )
    def test_outcomes(self, device: FakeDevice, server: Server, outcome: dict[str, Any], told: str) -> None:
        edit = device.update("things", ENTITY, 1, {"name": "b"})
        delta = part("delta", [segment(0, [[1, 5, "b"]])], columns=["id", "_version", "name"])
        server.script.append(self.told([{"id": edit.id, **outcome}], delta))
        with pytest.raises(ProtocolViolation, match=told):
            device.sync("things")

    def test_none_at_all(self, device: FakeDevice, server: Server) -> None:
        edit = device.update("things", ENTITY, 1, {"name": "b"})
        server.script.append(answer(part("unchanged")))
        with pytest.raises(ProtocolViolation, match="the answer tells of"):
            device.sync("things")
        assert device.pending("things") == [edit]
