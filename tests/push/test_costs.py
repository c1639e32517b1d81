"""What a change costs: few statements of its own, and a share in what is asked for all of them. Counts, not time."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.signals import pre_delete
from django.test.utils import CaptureQueriesContext

from tests.push.conftest import Json, Pusher, create, delete, grouped, local, statuses, update
from tests.push.entities import PushSite, PushVisit
from tests.push.models import Site, Tag, Visit

FEW, MANY = 10, 60


def updates(ann: User, count: int) -> list[Json]:
    sites = [Site(owner=ann, name=f"{count} {n}") for n in range(count)]
    return [update("PushSite", one.pk, {"note": "x"}, {"note": ""}) for one in Site.objects.bulk_create(sites)]


def moves(ann: User, count: int) -> list[Json]:
    """Each gets a parent, another one each."""
    sites = Site.objects.bulk_create([Site(owner=ann, name=f"{count} {n}") for n in range(2 * count)])
    return [
        update("PushSite", one.pk, {"parent": parent.pk}, {"parent": None})
        for one, parent in zip(sites[:count], sites[count:], strict=True)
    ]


def creations(ann: User, count: int) -> list[Json]:
    site = Site.objects.create(owner=ann, name=f"{count}")
    return [create("PushVisit", local(count * 1000 + n), {"site": site.pk, "text": str(n)}) for n in range(count)]


def own_code(ann: User, count: int) -> list[Json]:
    """Of an entity with a hook, which fills something in."""
    return [create("PushSite", local(count * 1000 + n), {"name": f"{count} {n}"}) for n in range(count)]


def deletions(ann: User, count: int) -> list[Json]:
    Tag.objects.bulk_create([Tag(code=f"{count} {n}") for n in range(count)])
    return [delete("PushTag", f"{count} {n}") for n in range(count)]


def noticed(ann: User, count: int) -> list[Json]:
    """Of records of which a receiver of signals hears, and so one after the other."""
    pre_delete.connect(hear, sender=Tag)
    return deletions(ann, count)


def hear(**signal: Any) -> None:
    pass


def orders(ann: User, count: int) -> list[Json]:
    """Groups of a site and a visit."""
    found = []
    for n in range(count):
        number = count * 1000 + n
        head = create("PushSite", local(number), {"name": f"{count} {n}"})
        line = create("PushVisit", local(10**6 + number), {"site": local(number), "text": "x"}, depends_on=[head["id"]])
        found += grouped(head, line)
    return found


@pytest.fixture(autouse=True)
def nobody_hears() -> Iterator[None]:
    yield
    pre_delete.disconnect(hear, sender=Tag)


def cost(device: Pusher, mutations: list[Json]) -> int:
    with CaptureQueriesContext(connection) as captured:
        outcomes = device.push(*mutations)
    assert set(statuses(outcomes)) == {"applied"}
    return len(captured)


@pytest.mark.parametrize(
    ("changes", "each"),
    [
        (updates, 1),  # UPDATE
        (moves, 1),
        (creations, 5),  # INSERT; what is unique; a constraint, which Django checks in a savepoint of its own
        (own_code, 4),  # INSERT, a savepoint, and whether the name is taken
        (deletions, 0),  # one DELETE for many, also of what goes along
        (noticed, 5),  # DELETE, a savepoint, what Django asks for, and what it deletes along
        (orders, 13),  # two INSERTs, three savepoints, whether they are unique, and the constraint with its own
    ],
)
def test_the_cost_of_a_change(device: Pusher, ann: User, changes: Callable[[User, int], list[Json]], each: int) -> None:
    cost(device, changes(ann, 1))  # what is asked once by a device, or a process
    few, many = (cost(device, changes(ann, count)) for count in (FEW, MANY))
    assert (many - few) / (MANY - FEW) == each
    assert few <= 35 + FEW * each


def test_records_are_locked_in_one_order_whatever_that_of_the_changes(device: Pusher, site: Site) -> None:
    """Or two devices that change the same two records each wait for the other."""
    visit = Visit.objects.create(site=site, text="a")
    orders: list[list[str]] = []
    for size in (1, 2):
        changes = [
            update("PushSite", site.pk, {"size": size}, {"size": [3, 1][size - 1]}),
            update("PushVisit", visit.pk, {"minutes": size}, {"minutes": size - 1}),
        ]
        with CaptureQueriesContext(connection) as captured:
            assert statuses(device.push(*(changes if size == 1 else reversed(changes)))) == ["applied"] * 2
        what = "FOR UPDATE" if connection.features.has_select_for_update else '"_row_version"'
        found = [re.search(r'FROM "(wire_\w+)"', query["sql"]) for query in captured if what in query["sql"]]
        orders.append([match[1] for match in found if match][:2])
    assert orders == [["wire_site", "wire_visit"]] * 2


def test_a_sync_without_changes_asks_nothing_more(device: Pusher) -> None:
    body = {"context": "", "entities": [], "cursors": {}}
    device.request(body)
    with CaptureQueriesContext(connection) as without:
        device.request(body)
    with CaptureQueriesContext(connection) as with_none:
        device.request({**body, "mutations": []})
    assert len(with_none) == len(without)


@pytest.mark.parametrize("bulk", [True, False])
def test_what_a_hook_writes_elsewhere_is_seen_by_the_next_change(
    device: Pusher, ann: User, bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit counts at its site. Both are in one transaction, whose sites were read before the visit was made."""
    site, other = Site.objects.bulk_create([Site(owner=ann, name=name, size=1) for name in ("a", "b")])
    real = PushVisit.perform_create

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        real(self, instance, change)
        if bulk:
            Site.objects.filter(pk=site.pk).update(size=7)
        else:
            found = Site.objects.get(pk=site.pk)
            found.size = 7
            found.save()

    seen: dict[int, int] = {}

    def may(self: Any, user: User, instance: Any = None) -> bool:
        if instance is not None:
            seen[instance.pk] = instance.size
        return True

    monkeypatch.setattr(PushVisit, "perform_create", perform_create)
    monkeypatch.setattr(PushSite, "has_change_permission", may)
    outcomes = device.push(
        create("PushVisit", local(1), {"site": site.pk, "text": "x"}),
        update("PushSite", site.pk, {"note": "n"}, {"note": ""}),
        update("PushSite", other.pk, {"note": "n"}, {"note": ""}),
    )
    assert statuses(outcomes) == ["applied"] * 3
    assert seen == {site.pk: 7, other.pk: 1}


def test_what_a_hook_writes_into_its_own_record_makes_nothing_slow(
    device: Pusher, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the record is read again, and nothing else is."""

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        super(PushSite, self).perform_update(instance, change)
        instance.secret = "x"
        instance.save(update_fields=["secret"])

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    cost(device, updates(ann, 1))
    few, many = (cost(device, updates(ann, count)) for count in (FEW, MANY))
    assert (many - few) / (MANY - FEW) == 4  # two of UPDATE, and the savepoint


def test_W3_one_that_fails_does_not_make_the_others_slow(device: Pusher, ann: User) -> None:
    def some(count: int) -> list[Json]:
        good = updates(ann, count)
        return [*good[: count // 2], update("PushSite", good[0]["key"], {"size": 999}), *good[count // 2 :]]

    def asked(count: int) -> int:
        mutations = some(count)
        with CaptureQueriesContext(connection) as captured:
            assert statuses(device.push(*mutations)).count("applied") == count
        return len(captured)

    asked(2)
    few, many = asked(FEW), asked(MANY)
    assert (many - few) / (MANY - FEW) <= 1


def test_a_record_that_is_changed_twice_tells_both_versions(device: Pusher, ann: User) -> None:
    site = Site.objects.create(owner=ann, name="a")
    visit = Visit.objects.create(site=site, text="x")
    first = update("PushVisit", visit.pk, {"minutes": 1}, {"minutes": 0})
    second = update("PushVisit", visit.pk, {"minutes": 2}, {"minutes": 1}, base={"result_of": first["id"]})
    outcomes = device.push(first, second)
    assert [one["version"] for one in outcomes] == [2, 3]
