"""Many-to-many attributes travel with their record: arrays of keys, set as a whole, judged by value."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.signals import m2m_changed

from syncapi.models import PushedChange
from tests.push.conftest import Pusher, codes, create, delete, local, statuses, update
from tests.push.models import Site, Tag


@pytest.fixture
def tags(db: Any) -> list[Tag]:
    return Tag.objects.bulk_create([Tag(code=code) for code in "abc"])


@pytest.fixture
def hidden(db: Any) -> Tag:
    return Tag.objects.create(code="h", name="~hidden")


def tie(site: Site, *codes: str) -> None:
    site.tags.set(Tag.objects.filter(pk__in=codes))


def of(site: Site) -> list[str]:
    return sorted(site.tags.values_list("pk", flat=True))


def test_they_are_set_with_a_new_record_and_changed_as_a_whole(device: Pusher, tags: list[Tag]) -> None:
    made = create("PushSite", local(1), {"name": "x", "tags": ["b", "a", "a"]})
    assert statuses(device.push(made)) == ["applied"]
    site = Site.objects.get()
    assert of(site) == ["a", "b"]
    assert PushedChange.objects.get().after == '{"name": "x", "tags": ["a", "b"]}'
    changed = update("PushSite", site.pk, {"tags": ["c"]}, {"tags": ["a", "b"]}, base=1)
    assert statuses(device.push(changed)) == ["applied"]
    assert of(site) == ["c"]
    assert PushedChange.objects.get(op="update").before == '{"tags": ["a", "b"]}'
    assert statuses(device.push(update("PushSite", site.pk, {"tags": []}, {"tags": ["c"]}))) == ["applied"]
    assert of(site) == []


def test_W5_they_may_hold_what_was_made_on_the_device(device: Pusher) -> None:
    tag = create("PushTag", local(1), {"code": "new"})
    site = create("PushSite", local(2), {"name": "x", "tags": [local(1)]}, depends_on=[tag["id"]])
    assert statuses(device.push(tag, site)) == ["applied", "applied"]
    assert of(Site.objects.get()) == ["new"]
    unknown = update("PushSite", local(2), {"tags": [local(9)]}, {"tags": ["new"]})
    assert codes(device.push(unknown)) == ["unknown_local"]


@pytest.mark.parametrize("value", [None, "a", {}, [None], ["a", "nowhere"], [["a"]], ["a", 5]])
def test_W4_what_is_no_list_of_records_is_refused(device: Pusher, site: Site, tags: list[Tag], value: Any) -> None:
    (outcome,) = device.push(update("PushSite", site.pk, {"tags": value}, {"tags": []}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {"tags"}
    assert of(site) == []


def test_S1_nothing_out_of_scope_is_added_and_nothing_unseen_is_lost(
    device: Pusher, site: Site, tags: list[Tag], hidden: Tag
) -> None:
    added = device.push(update("PushSite", site.pk, {"tags": ["a", "h"]}, {"tags": []}))
    nothing = device.push(update("PushSite", site.pk, {"tags": ["a", "z"]}, {"tags": []}))
    assert codes(added) == ["invalid_values"]
    assert added[0]["error"] == nothing[0]["error"]
    tie(site, "a", "h")
    # One that is not among what the device says it had stays; the device could not know of it.
    outcomes = device.push(update("PushSite", site.pk, {"tags": ["b"]}, {"tags": ["a", "h"]}))
    assert statuses(outcomes) == ["applied"]
    assert of(site) == ["b"]
    tie(site, "a", "h")
    kept = update("PushSite", site.pk, {"tags": ["a", "b", "h"]}, {"tags": ["a", "h"]})
    assert statuses(device.push(kept)) == ["applied"]
    assert of(site) == ["a", "b", "h"]


def test_C1_they_conflict_by_value_whatever_the_version(device: Pusher, site: Site, tags: list[Tag]) -> None:
    version = device.version("PushSite", site.pk)
    tie(site, "a")
    assert device.version("PushSite", site.pk) == version
    change = update("PushSite", site.pk, {"tags": ["b"], "size": 4}, {"tags": [], "size": 3}, base=version)
    (outcome,) = device.push(change)
    assert (outcome["status"], outcome["attributes"], outcome["theirs"]["tags"]) == ("conflict", ["tags"], ["a"])
    same = update("PushSite", site.pk, {"tags": ["a"]}, {"tags": []}, base=version)
    order = update("PushSite", site.pk, {"tags": ["c"]}, {"tags": ["a"]}, base=version)
    assert statuses(device.push(same, order)) == ["applied", "applied"]
    (outcome,) = device.push(delete("PushSite", site.pk, {"tags": ["a"]}, base=version))
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["tags"])


def test_a_rule_may_settle_them(device: Pusher, site: Site, tags: list[Tag], monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.push.entities import PushSite

    def resolve_conflict(self: Any, conflict: Any) -> Any:
        return {"tags": sorted({*conflict.mine["tags"], *conflict.theirs["tags"]})}

    monkeypatch.setattr(PushSite, "resolve_conflict", resolve_conflict)
    tie(site, "a")
    assert statuses(device.push(update("PushSite", site.pk, {"tags": ["b"]}, {"tags": []}))) == ["applied"]
    assert of(site) == ["a", "b"]


def test_a_group_that_is_undone_takes_them_along(device: Pusher, ann: User, tags: list[Tag]) -> None:
    from tests.push.conftest import grouped

    head = create("PushSite", local(1), {"name": "x", "tags": ["a"]})
    line = create("PushVisit", local(2), {"site": local(1), "text": "", "minutes": 1}, depends_on=[head["id"]])
    assert codes(device.push(*grouped(head, line))) == ["group", "invalid_values"]
    assert not Site.tags.through.objects.exists()


def test_what_follows_from_a_changed_set_is_seen_by_the_next_change(
    device: Pusher, site: Site, ann: User, tags: list[Tag], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal counts them at another site, which was read before."""
    from tests.push.entities import PushSite

    other = Site.objects.create(owner=ann, name="other", size=1)
    seen: dict[int, int] = {}

    def count(sender: Any, instance: Any, action: str, **more: Any) -> None:
        if action == "post_add":
            Site.objects.filter(pk=other.pk).update(size=50)

    def may(self: Any, user: User, instance: Any = None) -> bool:
        if instance is not None:
            seen[instance.pk] = instance.size
        return True

    monkeypatch.setattr(PushSite, "has_change_permission", may)
    m2m_changed.connect(count, sender=Site.tags.through)
    try:
        first = update("PushSite", site.pk, {"tags": ["a"]}, {"tags": []})
        assert (
            statuses(device.push(first, update("PushSite", other.pk, {"note": "n"}, {"note": ""}))) == ["applied"] * 2
        )
    finally:
        m2m_changed.disconnect(count, sender=Site.tags.through)
    assert seen == {site.pk: 3, other.pk: 50}
