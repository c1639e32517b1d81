"""Deletions that are carried out together come to what they come to one after the other (W3), and cost as one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models.signals import post_delete, pre_delete
from django.test.utils import CaptureQueriesContext

from syncapi.push.model import PushedChange
from tests.push.conftest import Json, Pusher, codes, create, delete, grouped, local, statuses, update
from tests.push.entities import PushVisit
from tests.push.models import Parcel, Part, Site, Store, Tag, Trip, Visit

SHOWN = "entity op key title status code error before after".split()  # noqa: SIM905


@pytest.fixture
def visits(site: Site) -> list[Visit]:
    return Visit.objects.bulk_create([Visit(site=site, text=f"visit {number}") for number in range(12)])


def everything() -> dict[str, list[Any]]:
    """All rows that these tests have."""
    models = (Site, Visit, Part, Tag, Trip, Store, Parcel, Site.tags.through, Parcel.beside.through)
    return {model._meta.label: sorted(model._default_manager.values_list()) for model in models}


def pushed(device: Pusher, *requests: list[Json]) -> tuple[Any, ...]:
    """What a device is told, what is there then, and what administrators see. All of it is undone."""
    with transaction.atomic():
        for sql in connection.ops.sequence_reset_sql(no_style(), [Visit]):  # which PostgreSQL does not undo
            connection.cursor().execute(sql)
        outcomes = [outcome for request in requests for outcome in device.push(*request)]
        seen = list(PushedChange.objects.order_by("pk").values_list(*SHOWN))
        found = outcomes, everything(), seen
        transaction.set_rollback(True)
    return found


def compared(device: Pusher, *mutations: Json) -> list[str]:
    """What changes come to in one request: the same as in a request each."""
    together = pushed(device, list(mutations))
    singly = pushed(device, *([one] for one in mutations))
    assert together == singly
    return codes(together[0])


def deleted(visits: list[Visit], device: Pusher) -> list[Json]:
    return [delete("PushVisit", one.pk, {"text": one.text, "minutes": one.minutes}, base=0) for one in visits]


def test_records_that_nobody_needs(device: Pusher, visits: list[Visit]) -> None:
    assert compared(device, *deleted(visits, device)) == ["applied"] * 12


@pytest.mark.parametrize("bad", [0, 5, 11])
def test_W3_one_that_others_need_stays_and_holds_back_no_other(device: Pusher, visits: list[Visit], bad: int) -> None:
    Part.objects.create(visit=visits[bad])
    expected = ["applied"] * 12
    expected[bad] = "invalid_values"
    assert compared(device, *deleted(visits, device)) == expected


def test_W3_each_has_its_own_outcome(device: Pusher, foreign: Site, visits: list[Visit]) -> None:
    Visit.objects.filter(pk=visits[1].pk).update(minutes=7)
    mutations = deleted(visits, device)
    mutations[2]["key"] = Visit.objects.create(site=foreign, text="bob's").pk
    mutations[3]["key"] = 10**6
    mutations[4]["key"] = "no key"
    mutations[5]["values"] = ["no values"]
    mutations[6]["key"] = local(9)
    mutations[7]["depends_on"] = [mutations[1]["id"]]
    mutations[8]["depends_on"] = [mutations[0]["id"]]
    mutations[9]["base"] = {"result_of": mutations[0]["id"]}
    mutations[10]["key"] = visits[0].pk
    assert compared(device, *mutations) == [
        *("applied", "conflict", "gone", "gone", "gone", "invalid_values", "unknown_local"),
        *("waiting", "applied", "applied", "gone", "applied"),
    ]


def test_W1_what_was_done_before_is_told_again(device: Pusher, visits: list[Visit]) -> None:
    mutations = deleted(visits, device)
    before = device.push(mutations[3])
    outcomes = device.push(*mutations)
    assert statuses(outcomes) == ["applied"] * 12
    assert outcomes[3] == before[0]
    assert not Visit.objects.exists()
    assert device.push(*mutations) == outcomes


def test_changes_between_them_keep_their_place(device: Pusher, site: Site, visits: list[Visit]) -> None:
    mutations = deleted(visits, device)
    text = {"text": "visit 0"}
    between = [
        update("PushVisit", visits[0].pk, text, {"text": "x"}),  # is no more
        create("PushVisit", local(1), {"site": site.pk, **text}),  # takes its place
        update("PushVisit", visits[9].pk, text, {"text": "visit 9"}),  # which is taken
    ]
    assert compared(device, *mutations[:5], *between, *mutations[5:9]) == [
        *["applied"] * 5,
        *("gone", "applied", "invalid_values"),
        *["applied"] * 4,
    ]
    made = create("PushVisit", local(2), {"site": site.pk, "text": "new"})
    assert compared(device, made, delete("PushVisit", local(2)), *mutations) == ["applied"] * 14
    group = grouped(mutations[3], delete("PushVisit", 10**6))
    assert statuses(device.push(*mutations[:3], *group, *mutations[4:])) == [
        *["applied"] * 3,
        *("rejected", "gone"),
        *["applied"] * 8,
    ]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [0, 2], [2, 0], [1, 0], [0, 3, 1]])
def test_a_record_may_take_others_along(device: Pusher, ann: User, order: list[int]) -> None:
    """Sites inside one another, and one beside them."""
    sites: list[Site] = []
    for number in range(3):
        sites.append(Site.objects.create(owner=ann, name=str(number), parent=sites[-1] if sites else None))
    sites.append(Site.objects.create(owner=ann, name="3"))
    Visit.objects.create(site=sites[2], text="goes along")
    found = compared(device, *(delete("PushSite", sites[number].pk, {"name": str(number)}) for number in order))
    assert found[0] == "applied"


def test_what_one_takes_along_may_be_needed_by_another(device: Pusher, visits: list[Visit]) -> None:
    """The trip goes with its first visit, and until then its last one stays."""
    Trip.objects.create(first=visits[1], last=visits[0])
    Trip.objects.create(first=visits[2], last=visits[3])
    mutations = deleted(visits[:4], device)
    assert compared(device, *mutations) == ["invalid_values", "applied", "applied", "applied"]


def test_one_may_change_another_by_a_detour(device: Pusher) -> None:
    first, second = Store.objects.bulk_create([Store(name="first"), Store(name="second")])
    second.best = Parcel.objects.create(store=first)
    second.save()
    was = {"name": "second", "best": second.best.pk}
    found = compared(device, delete("PushStore", first.pk), delete("PushStore", second.pk, was, base=2))
    assert found == ["applied", "conflict"]


def test_one_may_be_in_the_set_of_another(device: Pusher) -> None:
    store = Store.objects.create(name="d")
    first, second = Parcel.objects.bulk_create([Parcel(store=store), Parcel(store=store)])
    first.beside.add(second)
    mutations = [
        delete("PushParcel", one.pk, {"store": store.pk, "beside": [other.pk]}, base=1)
        for one, other in ((first, second), (second, first))
    ]
    assert compared(device, *mutations) == ["applied", "conflict"]


def test_C1_sets_are_compared_and_written_down(device: Pusher, ann: User) -> None:
    Tag.objects.bulk_create([Tag(code=code) for code in "abc"])
    sites = Site.objects.bulk_create([Site(owner=ann, name=str(number)) for number in range(9)])
    for number, one in enumerate(sites):
        one.tags.set(Tag.objects.filter(pk__in=["a", "b", "c"][: number % 4]))
    mutations = [
        delete("PushSite", one.pk, {"name": one.name, "tags": ["a", "b", "c"][: (number % 4 + number // 8)]}, base=1)
        for number, one in enumerate(sites)
    ]
    assert compared(device, *mutations) == [*["applied"] * 8, "conflict"]
    device.push(*mutations)
    befores = [one.before for one in PushedChange.objects.order_by("pk")]
    assert [before.count('"a"') for before in befores] == [0, 1, 1, 1, 0, 1, 1, 1, 0]


@contextmanager
def heard(sender: Any, receiver: Callable[..., None]) -> Iterator[None]:
    for signal in (pre_delete, post_delete):
        signal.connect(receiver, sender=sender)
    try:
        yield
    finally:
        for signal in (pre_delete, post_delete):
            signal.disconnect(receiver, sender=sender)


@pytest.mark.parametrize("sender", [Visit, None])
def test_receivers_of_signals_hear_of_one_after_the_other(device: Pusher, visits: list[Visit], sender: Any) -> None:
    told: list[tuple[bool, int]] = []

    def hear(sender: Any, instance: Any, signal: Any, origin: Any, **more: Any) -> None:
        if isinstance(instance, Visit):
            assert origin is instance
            told.append((signal is post_delete, Visit.objects.count()))
            if instance.pk == visits[2].pk:
                raise ValueError("Not this one.")

    with heard(sender, hear):
        outcomes = device.push(*deleted(visits[:4], device))
    assert statuses(outcomes) == ["applied", "applied", "error", "applied"]
    assert told[-3:] == [(False, 10), (False, 10), (True, 9)]


def test_receivers_hear_of_what_goes_along(device: Pusher, ann: User) -> None:
    sites = Site.objects.bulk_create([Site(owner=ann, name=str(number)) for number in range(2)])
    Visit.objects.bulk_create([Visit(site=one, text="x") for one in sites])
    told: list[tuple[bool, int]] = []

    def hear(signal: Any, **more: Any) -> None:
        told.append((signal is post_delete, Site.objects.count()))

    with heard(Visit, hear):
        assert statuses(device.push(*(delete("PushSite", one.pk) for one in sites))) == ["applied"] * 2
    assert told == [(False, 2), (True, 2), (False, 1), (True, 1)]


def test_code_of_the_project_is_asked_for_each(
    device: Pusher, visits: list[Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def perform_destroy(self: Any, instance: Any, change: Any) -> None:
        told.append(f"{instance} of {Visit.objects.count()}")
        super(PushVisit, self).perform_destroy(instance, change)

    with monkeypatch.context() as patched:
        patched.setattr(PushVisit, "perform_destroy", perform_destroy)
        assert statuses(device.push(*deleted(visits[:2], device))) == ["applied"] * 2
    assert told == ["visit 0 of 12", "visit 1 of 11"]

    def destroy(self: Visit) -> None:
        Visit.objects.filter(pk=self.pk).update(text=f"{self} was deleted")

    monkeypatch.setattr(Visit, "delete", destroy)
    assert statuses(device.push(*deleted(visits[2:4], device))) == ["applied"] * 2
    assert Visit.objects.filter(text__endswith="was deleted").count() == 2


def test_W4_permission_is_asked_for_each_record(
    device: Pusher, visits: list[Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_this_one(self: Any, user: User, instance: Any = None) -> bool:
        return instance is None or instance.pk != visits[5].pk

    monkeypatch.setattr(PushVisit, "has_delete_permission", not_this_one)
    expected = ["applied"] * 12
    expected[5] = "permission_denied"
    assert compared(device, *deleted(visits, device)) == expected

    def while_there_are_more(self: Any, user: User, instance: Any = None) -> bool:
        return instance is None or Visit.objects.count() > 4

    monkeypatch.setattr(PushVisit, "has_delete_permission", while_there_are_more)
    assert compared(device, *deleted(visits, device)) == ["applied"] * 8 + ["permission_denied"] * 4


def test_what_they_take_along_is_seen_by_the_next_change(
    device: Pusher, site: Site, foreign: Site, visits: list[Visit]
) -> None:
    """The records of all were read before."""
    others = Site.objects.bulk_create([Site(owner=site.owner, name=name) for name in "ab"])
    edit = update("PushVisit", visits[0].pk, {"minutes": 1}, {"minutes": 0})
    deletions = [delete("PushSite", one.pk) for one in (*others, site)]
    assert compared(device, edit, *deletions, {**edit, "id": local(1)["local"]}) == [*["applied"] * 4, "gone"]


def asked(device: Pusher, mutations: list[Json], *, applied: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert statuses(device.push(*mutations)).count("applied") == applied
    return len(captured)


@contextmanager
def one_by_one() -> Iterator[None]:
    """Code of the project's own is in their way, though it does nothing."""

    def hear(**more: Any) -> None:
        pass

    with heard(Visit, hear):
        yield


def cost(device: Pusher, site: Site, count: int, needed: int) -> int:
    """Of deletions of visits, of which some are needed."""
    before = Visit.objects.count()
    visits = Visit.objects.bulk_create([Visit(site=site, text=f"{before} {number}") for number in range(count)])
    Part.objects.bulk_create([Part(visit=one) for one in visits[count - needed :]])
    return asked(device, deleted(visits, device), applied=count - needed)


def test_W3_one_that_cannot_go_makes_few_others_slow(device: Pusher, site: Site) -> None:
    cost(device, site, 1, 0)
    good, bad = (cost(device, site, 160, needed) for needed in (0, 1))
    with one_by_one():
        singly = cost(device, site, 160, 0)
    assert good < bad < good + 0.2 * singly


def test_where_none_can_go_it_costs_little_more(device: Pusher, site: Site) -> None:
    cost(device, site, 1, 0)
    together = cost(device, site, 160, 160)
    with one_by_one():
        singly = cost(device, site, 160, 160)
    assert together < 1.25 * singly
