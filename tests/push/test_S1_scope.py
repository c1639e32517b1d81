"""S1, W4: what is outside of a user's scope is neither touched nor told of; permissions are of the moment."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework import serializers

from syncapi import offline
from syncapi.models import LocalKey
from syncapi.registry import registry
from tests.push.conftest import Json, Pusher, codes, create, delete, grouped, local, statuses, update
from tests.push.entities import PushPart, PushSite, PushTag, PushVisit
from tests.push.models import Part, Site, Tag, Visit


def without_id(outcome: Json) -> Json:
    return {name: value for name, value in outcome.items() if name != "id"}


@pytest.mark.parametrize("entity", ["PushSite", "PushVisit"])
def test_S1_a_relation_out_of_scope_is_like_one_to_nothing(
    device: Pusher, foreign: Site, site: Site, entity: str
) -> None:
    name = {"PushSite": "parent", "PushVisit": "site"}[entity]
    told = []
    for key in (foreign.pk, foreign.pk + 1000, "nonsense", 2**70):
        (made,) = device.push(create(entity, local(1), {"name" if entity == "PushSite" else "text": "x", name: key}))
        told.append(without_id(made))
        if entity == "PushSite":
            (changed,) = device.push(update("PushSite", site.pk, {"parent": key}))
            assert changed["error"] == made["error"]
    assert all(one == told[0] for one in told)
    assert set(told[0]["error"]["fields"]) == {name}
    assert "Secret" not in str(told)
    assert not Visit.objects.exists()


def test_S1_a_record_may_not_leave_the_scope(device: Pusher, site: Site, foreign: Site, monkeypatch: Any) -> None:
    """A hook moves it, or a rule does: then it is undone, alone."""

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        if instance.size == 9:
            instance.owner = foreign.owner
            instance.save()
        else:
            super(PushSite, self).perform_update(instance, change)

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    edits = [update("PushSite", site.pk, {"size": size}, {"size": was}) for was, size in ((3, 4), (4, 9), (4, 5))]
    assert codes(device.push(*edits)) == ["applied", "out_of_scope", "applied"]
    site.refresh_from_db()
    assert (site.size, site.owner_id) == (5, device_owner(site))


def device_owner(site: Site) -> int:
    owner: int = User.objects.get(username="ann").pk
    return owner


def test_S1_a_new_record_must_be_in_scope(device: Pusher, foreign: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def perform_create(self: Any, instance: Any, change: Any) -> None:
        instance.owner = foreign.owner
        instance.save(force_insert=True)

    monkeypatch.setattr(PushSite, "perform_create", perform_create)
    outcomes = device.push(
        create("PushSite", local(1), {"name": "x"}), create("PushTag", "t", {"code": "t"}),
        *grouped(create("PushSite", local(2), {"name": "y"}), create("PushTag", "u", {"code": "u"})),
    )  # fmt: skip
    assert codes(outcomes) == ["out_of_scope", "applied", "out_of_scope", "group"]
    assert not LocalKey.objects.exists()
    assert list(Tag.objects.values_list("code", flat=True)) == ["t"]


def test_S1_what_left_the_scope_in_the_meantime_is_gone(device: Pusher, site: Site, bob: User) -> None:
    version = device.version("PushSite", site.pk)
    Site.objects.update(owner=bob)
    assert codes(device.push(update("PushSite", site.pk, {"size": 4}, {"size": 3}, base=version))) == ["gone"]


def test_W5_what_lost_its_parent_on_the_server_is_told(device: Pusher, site: Site) -> None:
    visit = Visit.objects.create(site=site, text="a")
    site.delete()
    outcomes = device.push(
        create("PushVisit", local(1), {"site": site.pk or 1, "text": "b"}),
        update("PushVisit", visit.pk, {"text": "c"}),
    )
    assert codes(outcomes) == ["invalid_values", "gone"]
    assert set(outcomes[0]["error"]["fields"]) == {"site"}


def test_S1_a_stored_conflict_is_told_to_nobody_who_may_not_see_the_record(
    device: Pusher, site: Site, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = update("PushSite", site.pk, {"size": 4}, {"size": 1}, base=99)
    first = device.push(change)
    assert statuses(first) == ["conflict"]
    assert device.push(change) == first
    with monkeypatch.context() as patched:
        patched.setattr(PushSite, "has_view_permission", lambda self, user: False)
        assert statuses(device.push(change)) == ["gone"]
    Site.objects.update(owner=bob, note="not for ann")
    outcomes = device.push(change)
    assert statuses(outcomes) == ["gone"]
    assert "theirs" not in outcomes[0]


def test_S1_a_stored_conflict_tells_only_what_is_carried_now(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attribute that was taken out, perhaps since it should never have been there, is not told from the past."""
    change = update("PushSite", site.pk, {"size": 4}, {"size": 1}, base=99)
    (first,) = device.push(change)
    assert "note" in first["theirs"]
    entity = registry.get("push").entities["PushSite"]
    fewer = tuple(column for column in entity.row_columns if column.name != "note")
    monkeypatch.setitem(entity.__dict__, "row_columns", fewer)
    (again,) = device.push(change)
    first["theirs"].pop("note")
    assert again == first


@pytest.mark.parametrize(
    ("permission", "op"),
    [("has_add_permission", "create"), ("has_change_permission", "update"), ("has_delete_permission", "delete")],
)
def test_W4_permissions_are_asked_for_each_time(
    device: Pusher, site: Site, permission: str, op: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changes() -> dict[str, Json]:
        return {
            "create": create("PushSite", local(1), {"name": "x"}),
            "update": update("PushSite", site.pk, {"size": 4}, {"size": 3}),
            "delete": delete("PushSite", site.pk),
        }

    with monkeypatch.context() as patched:
        patched.setattr(PushSite, permission, lambda self, user, instance=None: False)
        for name, change in changes().items():
            if name != "delete" or op == "delete":
                assert (codes(device.push(change)) == ["permission_denied"]) is (name == op)
    assert codes(device.push(*(changes()[name] for name in ("update", "delete")))) == ["applied", "applied"]


def test_W4_a_permission_may_be_of_a_single_record(
    device: Pusher, site: Site, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = Site.objects.create(owner=ann, name="Locked", size=50)

    def may(self: Any, user: User, instance: Any = None) -> bool:
        return instance is None or instance.size < 50

    monkeypatch.setattr(PushSite, "has_change_permission", may)
    monkeypatch.setattr(PushSite, "has_delete_permission", may)
    change = update("PushSite", locked.pk, {"size": 1}, {"size": 50})
    outcomes = device.push(change, delete("PushSite", locked.pk), update("PushSite", site.pk, {"size": 4}, {"size": 3}))
    assert codes(outcomes) == ["permission_denied", "permission_denied", "applied"]


def test_W4_a_permission_that_is_revoked_in_mid_queue_rejects_the_rest(device: Pusher, site: Site, ann: User) -> None:
    """By what the mutations themselves do; the next transaction asks anew."""
    first = update("PushSite", site.pk, {"size": 4}, {"size": 3})
    assert codes(device.push(first)) == ["applied"]
    ann.is_active = False
    ann.save()
    response = device.request({"context": "", "entities": [], "mutations": [first]})
    assert response.status_code in (401, 403)


def test_W4_who_may_not_view_an_entity_does_not_learn_of_it(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PushSite, "has_view_permission", lambda self, user: False)
    hidden = without_id(device.push(create("PushSite", local(1), {"name": "x"}))[0])
    unknown = without_id(device.push(create("PushNothing", local(1), {"name": "x"}))[0])
    assert hidden == unknown
    (outcome,) = device.push(create("PushVisit", local(2), {"site": site.pk, "text": "x"}))
    assert codes([outcome]) == ["invalid_values"]


def test_W4_strangers_change_nothing_by_default(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    from syncapi.registry import registry

    monkeypatch.setattr(registry.get("push"), "anonymous", True)
    assert codes(Pusher().push(create("PushTag", "t", {"code": "t"}))) == ["permission_denied"]


def test_W4_a_rule_of_the_project_refuses_at_the_field(device: Pusher, site: Site, monkeypatch: Any) -> None:
    raised: list[Exception] = [
        offline.Refused("Only 3 left.", code="stock_too_low", fields={"minutes": ["Only 3 left."]}),
        ValidationError({"minutes": "Too much."}),
        ValidationError("Not today."),
        serializers.ValidationError({"text": ["Not so."], "hidden": ["x"]}),
        PermissionDenied(),
    ]
    rest = list(raised)

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        instance.save(force_insert=True)
        if instance.text != "fine":
            raise rest.pop(0)

    monkeypatch.setattr(PushVisit, "perform_create", perform_create)
    texts = ["a", "b", "c", "d", "e", "fine"]
    visits = [create("PushVisit", local(n), {"site": site.pk, "text": text}) for n, text in enumerate(texts)]
    outcomes = device.push(*visits)
    assert codes(outcomes) == ["stock_too_low", *["invalid_values"] * 3, "permission_denied", "applied"]
    errors = [one["error"] for one in outcomes[:5]]
    assert errors[0] == {
        "code": "stock_too_low",
        "message": "Only 3 left.",
        "retry": False,
        "fields": {"minutes": ["Only 3 left."]},
    }
    assert [error.get("fields") for error in errors[1:]] == [
        {"minutes": ["Too much."]},
        {"non_field_errors": ["Not today."]},
        {"text": ["Not so."], "non_field_errors": ["hidden: x"]},
        None,
    ]
    assert list(Visit.objects.values_list("text", flat=True)) == ["fine"]
    assert device.push(*visits) == outcomes


def test_two_devices_and_a_name_that_can_be_had_once(device: Pusher, ann: User) -> None:
    second = Pusher()
    second.sign_in("ann")
    assert codes(device.push(create("PushSite", local(1), {"name": "Same"}))) == ["applied"]
    (outcome,) = second.push(create("PushSite", local(1), {"name": "Same"}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {"name"}


def test_what_only_the_database_sees_is_rejected_in_words(device: Pusher, site: Site, monkeypatch: Any) -> None:
    """Another was faster between the check and the write, or the model's own checks do not know of it."""
    Visit.objects.create(site=site, text="taken")
    monkeypatch.setattr("syncapi.push.phases.clean", lambda *args: None)
    outcomes = device.push(
        create("PushVisit", local(1), {"site": site.pk, "text": "taken"}),
        create("PushVisit", local(2), {"site": site.pk, "text": "long", "minutes": 1000}),
        create("PushVisit", local(3), {"site": site.pk, "text": None}),
        create("PushVisit", local(4), {"site": site.pk, "text": "huge", "minutes": 2**70}),
        create("PushVisit", local(5), {"site": site.pk, "text": "fine"}),
    )
    assert codes(outcomes) == [*["invalid_values"] * 4, "applied"]
    said = [one["error"]["fields"]["non_field_errors"][0] for one in outcomes[:4]]
    assert said == [
        "Another record has this already.",
        "These values do not go together.",
        "Something that must be there is missing.",
        "The database cannot keep one of these values.",
    ]


def test_W4_fields_that_must_be_unique_together_are_checked_when_one_changes(device: Pusher, site: Site) -> None:
    Visit.objects.create(site=site, text="a")
    second = Visit.objects.create(site=site, text="b")
    (outcome,) = device.push(update("PushVisit", second.pk, {"text": "a"}, {"text": "b"}))
    assert codes([outcome]) == ["invalid_values"]
    (outcome,) = device.push(update("PushVisit", second.pk, {"minutes": 5000}, {"minutes": 0}))
    assert codes([outcome]) == ["invalid_values"]
    assert codes(device.push(update("PushVisit", second.pk, {"minutes": 5}, {"minutes": 0}))) == ["applied"]


def test_hooks_learn_what_is_changed_by_whom(device: Pusher, site: Site, ann: User, monkeypatch: Any) -> None:
    seen: list[offline.Change] = []

    def perform(self: Any, instance: Any, change: offline.Change) -> None:
        seen.append(change)
        getattr(super(type(self), self), f"perform_{change.op}".replace("delete", "destroy"))(instance, change)

    for name in ("perform_create", "perform_update", "perform_destroy"):
        monkeypatch.setattr(PushPart, name, perform)
    visit = Visit.objects.create(site=site, text="a")
    tag = Tag.objects.create(code="t")
    made = create(
        "PushPart", local(1), {"visit": visit.pk, "tag": "t", "count": "4"}, made_at="2026-01-31T09:30:00.000000Z"
    )
    assert statuses(device.push(made)) == ["applied"]
    (change,) = seen
    assert (change.entity.name, change.op, change.user, str(change.replica)) == (
        "PushPart",
        "create",
        ann,
        device.replica,
    )
    assert dict(change.values) == {"visit": visit, "tag": tag, "count": 4}
    assert change.made_at is not None
    assert change.made_at.isoformat() == "2026-01-31T09:30:00+00:00"
    assert (
        statuses(device.push(update("PushPart", local(1), {"tag": None}), delete("PushPart", local(1))))
        == ["applied"] * 2
    )
    assert [(one.op, dict(one.values)) for one in seen[1:]] == [("update", {"tag": None}), ("delete", {})]
    assert not Part.objects.exists()


def test_a_serializer_of_the_projects_own_reads_the_values(device: Pusher, site: Site, monkeypatch: Any) -> None:
    class VisitSerializer(serializers.ModelSerializer[Visit]):
        class Meta:
            model = Visit
            fields = ["site", "text", "minutes"]

        def validate_text(self, text: str) -> str:
            if text == "no":
                raise serializers.ValidationError("Say yes.")
            return text.upper()

    monkeypatch.setattr(PushVisit, "serializer_class", VisitSerializer)
    outcomes = device.push(
        create("PushVisit", local(1), {"site": site.pk, "text": " a "}),
        create("PushVisit", local(2), {"site": site.pk, "text": "no"}),
        create("PushVisit", local(3), {"text": "without"}),
        create("PushVisit", local(4), {"site": site.pk + 999, "text": "b"}),
    )
    assert codes(outcomes) == ["applied", *["invalid_values"] * 3]
    assert [set(one["error"]["fields"]) for one in outcomes[1:]] == [{"text"}, {"site"}, {"site"}]
    assert Visit.objects.get().text == "A"
    assert codes(device.push(update("PushVisit", local(1), {"minutes": 7}, {"minutes": 0}))) == ["applied"]


def test_a_serializer_may_add_to_the_generated_one(device: Pusher, monkeypatch: Any) -> None:
    class TagSerializer(offline.EntitySerializer):
        class Meta:
            model = Tag
            fields = ["code", "name"]

        def validate(self, attrs: Any) -> Any:
            if attrs.get("name") == attrs.get("code"):
                raise serializers.ValidationError({"name": "Another name."})
            return attrs

    monkeypatch.setattr(PushTag, "serializer_class", TagSerializer)
    outcomes = device.push(
        create("PushTag", "a", {"code": "a", "name": "a"}), create("PushTag", "b", {"code": "b", "name": " b "})
    )
    assert codes(outcomes) == ["invalid_values", "applied"]
    assert Tag.objects.get().name == " b "
