"""W2: groups have effect together or not at all; what depends on something waits for it. W3: nothing else is held back.
W5: local ids lead to the server's."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapi.models import LedgerEntry, LocalKey, PushedChange
from syncapi.push import units
from syncapi.push.mutation import read
from tests.push.conftest import Json, Pusher, codes, create, delete, grouped, local, statuses, update
from tests.push.entities import PushSite, PushVisit
from tests.push.models import Part, Site, Visit


def order(*, name: str = "New", minutes: tuple[int, ...] = (1, 2)) -> list[Json]:
    """A site with visits, made together."""
    head = create("PushSite", local(1), {"name": name})
    lines = [
        create(
            "PushVisit",
            local(10 + number),
            {"site": local(1), "text": f"visit {number}", "minutes": value},
            depends_on=[head["id"]],
        )
        for number, value in enumerate(minutes)
    ]
    return grouped(head, *lines)


def test_W5_children_point_at_a_parent_that_is_made_with_them(device: Pusher) -> None:
    outcomes = device.push(*order())
    assert statuses(outcomes) == ["applied"] * 3
    site = Site.objects.get()
    assert list(Visit.objects.order_by("pk").values_list("site", "minutes")) == [(site.pk, 1), (site.pk, 2)]
    assert [one["key"] for one in outcomes] == [site.pk, *Visit.objects.order_by("pk").values_list("pk", flat=True)]
    assert LocalKey.objects.count() == 3


def test_W5_a_local_id_is_known_ever_after_and_to_its_device_only(device: Pusher, other: Pusher) -> None:
    device.push(*order())
    site = Site.objects.get()
    assert statuses(device.push(update("PushSite", local(1), {"size": 9}, base=None))) == ["conflict"]
    first = device.push(update("PushSite", local(1), {"size": 9}, {"size": 0}, base=1))
    assert codes(first) == ["applied"]
    late = create("PushVisit", local(20), {"site": local(1), "text": "late"})
    assert codes(device.push(late)) == ["applied"]
    assert Visit.objects.get(text="late").site == site
    stranger = create("PushVisit", local(20), {"site": local(1), "text": "stranger"})
    assert codes(other.push(stranger, update("PushSite", local(1), {"size": 1}))) == ["unknown_local"] * 2
    assert codes(device.push(create("PushVisit", local(1), {"site": local(1), "text": "again"}))) == ["id_reused"]
    assert codes(device.push(update("PushVisit", local(1), {"text": "no visit"}))) == ["unknown_local"]


def test_W5_chains_and_self_references_are_made_at_once(device: Pusher) -> None:
    chain = [create("PushSite", local(1), {"name": "0"})]
    for number in range(2, 40):
        parent = {"name": str(number), "parent": local(number - 1)}
        chain.append(create("PushSite", local(number), parent, depends_on=[chain[-1]["id"]]))
    assert set(statuses(device.push(*chain))) == {"applied"}
    deepest = Site.objects.get(name="39")
    for _ in range(38):
        assert deepest.parent is not None
        deepest = deepest.parent
    assert (deepest.name, deepest.parent) == ("0", None)


def test_W5_a_record_cannot_be_its_own_parent_before_it_is_there(device: Pusher) -> None:
    (outcome,) = device.push(create("PushSite", local(1), {"name": "x", "parent": local(1)}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {"parent"}


def test_W5_a_record_whose_key_was_typed_is_found_by_what_comes_after_it(device: Pusher, site: Site) -> None:
    made = create("PushTag", "dry", {"code": "dry", "name": "Dry"})
    after: Json = {"depends_on": [made["id"]]}
    outcomes = device.push(
        made,
        update("PushSite", site.pk, {"tags": ["dry"]}, {"tags": []}, base=None, **after),
        update("PushTag", "dry", {"name": "Drier"}, base={"result_of": made["id"]}, **after),
    )
    assert codes(outcomes) == ["applied"] * 3
    assert list(site.tags.values_list("code", "name")) == [("dry", "Drier")]
    assert outcomes[2]["version"] > outcomes[0]["version"]


def test_W2_one_line_that_is_wrong_keeps_the_whole_order_back(device: Pusher) -> None:
    outcomes = device.push(*order(minutes=(1, 5000, 3)))
    assert codes(outcomes) == ["group", "group", "invalid_values", "group"]
    assert not Site.objects.exists()
    assert not Visit.objects.exists()
    assert not LocalKey.objects.exists()
    assert PushedChange.objects.filter(status="rejected").count() == 4
    again = device.push(*order(minutes=(1, 2, 3)))
    assert statuses(again) == ["applied"] * 4


def test_W2_every_line_that_is_wrong_is_told(device: Pusher) -> None:
    assert codes(device.push(*order(minutes=(5000, 2, 5000)))) == ["group", "invalid_values", "group", "invalid_values"]


def test_W2_lines_of_a_wrong_order_are_not_at_fault(device: Pusher) -> None:
    assert codes(device.push(*order(name="forbidden"))) == ["invalid_values", "group", "group"]


def test_W3_a_wrong_order_holds_nothing_else_back(device: Pusher, site: Site) -> None:
    wrong = order(name="forbidden")
    child = create("PushVisit", local(50), {"site": local(1), "text": "child"})
    others = [
        update("PushSite", site.pk, {"size": 8}, {"size": 3}, base=device.version("PushSite", site.pk)),
        *grouped(create("PushSite", local(60), {"name": "Other"}), create("PushTag", "t", {"code": "t"})),
    ]
    outcomes = device.push(*wrong, child, *others)
    assert codes(outcomes) == ["invalid_values", "group", "group", "waiting", "applied", "applied", "applied"]
    assert outcomes[3] == {"id": child["id"], "status": "waiting", "for": wrong[0]["id"]}
    assert not LedgerEntry.objects.filter(item=child["id"]).exists()
    wrong = order(name="Right")
    assert codes(device.push(*wrong)) == ["applied"] * 3
    assert codes(device.push(child)) == ["applied"]


def test_W2_what_depends_on_something_waits_for_it(device: Pusher, site: Site) -> None:
    nobody = str(uuid.uuid4())
    first = update("PushSite", site.pk, {"size": 500}, {"size": 3}, base=device.version("PushSite", site.pk))
    second = update("PushSite", site.pk, {"note": "x"}, {"note": "dry"}, base={"result_of": first["id"]})
    third = update("PushSite", site.pk, {"note": "y"}, depends_on=[nobody])
    outcomes = device.push(first, second, third)
    assert codes(outcomes) == ["invalid_values", "waiting", "waiting"]
    assert [one["for"] for one in outcomes[1:]] == [first["id"], nobody]
    site.refresh_from_db()
    assert site.note == "dry"


def test_W2_an_edit_may_begin_on_the_result_of_another(device: Pusher, site: Site) -> None:
    first = update("PushSite", site.pk, {"size": 4}, {"size": 3}, base=device.version("PushSite", site.pk))
    second = update("PushSite", site.pk, {"size": 5}, {"size": 4}, base={"result_of": first["id"]})
    third = update("PushSite", site.pk, {"size": 6}, {"size": 5}, base={"result_of": second["id"]})
    assert codes(device.push(first, second)) == ["applied", "applied"]
    assert codes(device.push(third)) == ["applied"]
    new = create("PushSite", local(5), {"name": "New"})
    edit = update("PushSite", local(5), {"size": 1}, {"size": 0}, base={"result_of": new["id"]}, depends_on=[new["id"]])
    gone = delete("PushSite", local(5), {"size": 1}, base={"result_of": edit["id"]}, depends_on=[edit["id"]])
    outcomes = device.push(new, edit, gone)
    assert codes(outcomes) == ["applied"] * 3
    assert [one["version"] for one in outcomes] == [1, 2, None]
    site.refresh_from_db()
    assert site.size == 6


def test_W2_after_somebody_elses_change_the_result_is_no_longer_the_base(device: Pusher, site: Site) -> None:
    first = update("PushSite", site.pk, {"size": 4}, {"size": 3}, base=device.version("PushSite", site.pk))
    device.push(first)
    Site.objects.filter(pk=site.pk).update(size=77)
    second = update("PushSite", site.pk, {"size": 5}, {"size": 4}, base={"result_of": first["id"]})
    assert codes(device.push(second)) == ["conflict"]


def test_W2_a_group_waits_as_a_whole(device: Pusher) -> None:
    late = [{**one, "depends_on": [*one.get("depends_on", []), str(uuid.UUID(int=77))]} for one in order()]
    mixed = [order()[0] | {"group": late[0]["group"]}, *late[1:]]
    outcomes = device.push(*mixed)
    assert statuses(outcomes) == ["waiting"] * 3
    assert not Site.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_W2_members_of_a_group_stand_together(device: Pusher) -> None:
    head, *lines = order()
    between = create("PushSite", local(90), {"name": "Between"})
    assert codes(device.push(head, between, *lines)) == ["invalid_values", "applied", *["invalid_values"] * 2]
    assert Site.objects.count() == 1


def test_W2_members_out_of_order_wait_as_a_whole(device: Pusher) -> None:
    head, *lines = order()
    assert statuses(device.push(*lines, head)) == ["waiting"] * 3
    assert not Site.objects.exists()


def test_W2_a_group_with_a_conflict_has_no_effect(device: Pusher, site: Site) -> None:
    wrong = update("PushSite", site.pk, {"size": 5}, {"size": 99}, base=99)
    made = create("PushVisit", local(1), {"site": site.pk, "text": "x"})
    assert codes(device.push(*grouped(made, wrong))) == ["group", "conflict"]
    assert not Visit.objects.exists()


def test_W1_what_was_applied_stays_so_whatever_else_calls_itself_of_its_group(device: Pusher, site: Site) -> None:
    one, wrong, right = grouped(
        create("PushVisit", local(1), {"site": site.pk, "text": "a"}),
        create("PushVisit", local(2), {"site": site.pk, "text": "b", "minutes": 5000}),
        create("PushVisit", local(3), {"site": site.pk, "text": "c"}),
    )
    assert codes(device.push(one)) == ["applied"]
    assert codes(device.push(one, wrong)) == ["applied", "invalid_values"]
    assert codes(device.push(one, right)) == ["applied", "applied"]
    late = {**create("PushVisit", local(4), {"site": site.pk, "text": "d"}), "group": one["group"]}
    assert codes(device.push(wrong, late)) == ["invalid_values", "group"]


def test_W3_a_hook_that_breaks_holds_back_its_own(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Poison: it fails each time, and everything else goes on."""

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        instance.save(force_insert=True)
        if instance.text == "poison":
            raise RuntimeError("secret")

    monkeypatch.setattr(PushVisit, "perform_create", perform_create)
    visits = [
        create("PushVisit", local(n), {"site": site.pk, "text": text}) for n, text in enumerate(["a", "poison", "b"])
    ]
    child = create("PushPart", local(9), {"visit": local(1)})
    for _ in range(2):
        outcomes = device.push(*visits, child)
        assert statuses(outcomes) == ["applied", "error", "applied", "waiting"]
        assert outcomes[1]["error"]["retry"] is True
        assert "secret" not in str(outcomes)
    assert sorted(Visit.objects.values_list("text", flat=True)) == ["a", "b"]
    poisoned = grouped(create("PushSite", local(30), {"name": "y"}), visits[1])
    assert statuses(device.push(*poisoned)) == ["error", "error"]
    assert not Site.objects.filter(name="y").exists()
    monkeypatch.undo()
    assert statuses(device.push(*visits, child)) == ["applied"] * 4
    assert Part.objects.get().visit.text == "poison"


def test_W3_an_undone_change_is_not_seen_by_the_next(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failed change left of the record in memory is forgotten."""

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        instance.secret = "tainted"
        super(PushSite, self).perform_update(instance, change)
        if instance.size == 7:
            raise RuntimeError

    seen: list[str] = []

    def may_change(self: Any, user: User, instance: Any = None) -> bool:
        if instance is not None:
            seen.append(instance.secret)
        return True

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    monkeypatch.setattr(PushSite, "has_change_permission", may_change)
    version = device.version("PushSite", site.pk)
    edits = [update("PushSite", site.pk, {"size": size}, {"size": 3}, base=version) for size in (7, 8)]
    assert statuses(device.push(*edits)) == ["error", "applied"]
    assert seen == ["", ""]


@pytest.mark.parametrize(
    ("sizes", "together"), [([1, 1, 1], [[1, 1], [1]]), ([3], [[3]]), ([1, 3, 1], [[1], [3], [1]])]
)
def test_units_share_transactions_and_are_not_parted(
    sizes: list[int], together: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "CHUNK", 2)
    mutations: list[Json] = []
    for size in sizes:
        some = [create("PushSite", local(1), {}) for _ in range(size)]
        mutations += grouped(*some) if size > 1 else some
    made = units.units([read(one) for one in mutations])
    assert [len(unit.mutations) for unit in made] == sizes
    assert [[len(unit.mutations) for unit in chunk] for chunk in units.chunks(made)] == together


def test_W2_dependencies_are_followed_over_transactions(device: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "CHUNK", 1)
    test_W5_chains_and_self_references_are_made_at_once(device)
