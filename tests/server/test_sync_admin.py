"""What administrators see of syncing: who may look, that nobody can change it, and what a page costs."""

import datetime
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from syncapi.definition import app_definition, definition_version
from syncapi.models import Pull, Replica, UserKey
from tests.server.staff import get, staff
from tests.wire.offline import wire_app

DEVICES = "admin:syncapi_replica_changelist"
SYNCS = "admin:syncapi_pull_changelist"


def make_device(number: int = 1, pulls: int = 1, **more: Any) -> Replica:
    now = timezone.now()
    facts: dict[str, Any] = {
        "app": "wire",
        "user_key": "anonymous",
        "first_seen": now,
        "last_seen": now,
        "last_complete": now,
        "last_outcome": "complete",
        "definition": definition_version(app_definition(wire_app, AnonymousUser())),
        "language": "en",
    }
    replica = Replica.objects.create(replica=uuid.UUID(int=number << 96), **(facts | more))
    for _ in range(pulls):
        Pull.objects.create(
            replica=replica,
            user=replica.user,
            context="jars",
            trigger="manual",
            started=now,
            duration=1500,
            rows=104_500,
            bytes=2048,
            outcome="complete",
            modes={"LocalJar": {"mode": "reset", "rows": 104_500, "reason": "history"}},
        )
    return replica


def detail(replica: Replica) -> str:
    return reverse("admin:syncapi_replica_change", args=[replica.pk])


def test_devices_are_listed(ann: User, db: Any) -> None:
    make_device(1)
    make_device(2, app="own", user=ann, user_key=UserKey.of(ann), last_outcome="server_error", last_complete=None)
    page = get(staff("view_replica"), reverse(DEVICES))
    for text in ("00000001", "00000002", "Wire", "Own jars", "anonymous", "ann", "server_error", "never", "current"):
        assert text in page


@pytest.mark.parametrize(
    ("definition", "app", "word"),
    [("older-one", "wire", "older"), ("none", "wire", "none yet"), ("x", "vanished", "the app is gone")],
)
def test_a_device_with_an_older_definition_is_told(db: Any, definition: str, app: str, word: str) -> None:
    replica = make_device(definition=definition, app=app)
    client = staff("view_replica")
    assert f'field-definition">{word}<' in get(client, reverse(DEVICES))
    assert word in get(client, detail(replica))


def test_a_definition_is_current_in_the_device_s_own_language(db: Any) -> None:
    with translation.override("de"):
        german = definition_version(app_definition(wire_app, AnonymousUser()))
    make_device(definition=german, language="de")
    assert 'field-definition">current<' in get(staff("view_replica"), reverse(DEVICES))


def test_a_device_shows_its_last_syncs(db: Any) -> None:
    replica = make_device(pulls=3)
    page = get(staff("view_replica", "view_pull"), detail(replica))
    assert page.count("104,500") == 3
    assert "1.5\xa0s" in page
    assert "2.0\xa0KB" in page
    assert "104,500" not in get(_other("view_replica"), detail(replica))  # only for those who may see syncs


def test_a_sync_shows_what_each_entity_was_answered(db: Any) -> None:
    make_device()
    page = get(staff("view_pull"), reverse("admin:syncapi_pull_change", args=[Pull.objects.get().pk]))
    for text in ("LocalJar", "reset", "(history)", "104,500"):
        assert text in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("app=own", {2}),
        ("app=wire", {1, 3}),
        ("last_outcome=error", {3}),
        ("last_outcome=complete", {1, 2}),
        ("behind=day", {1}),
        ("behind=older", {2}),
        ("behind=week", {2}),
        ("behind=never", {3}),
        ("q=00000002", {2}),
        ("q=ann", {2}),
        ("q=nobody", set()),
    ],
)
def test_devices_are_filtered_and_found(ann: User, query: str, expected: set[int]) -> None:
    make_device(1)
    make_device(2, app="own", user=ann, user_key="x", last_complete=timezone.now() - datetime.timedelta(days=9))
    make_device(3, last_outcome="busy", last_complete=None)
    page = get(staff("view_replica"), f"{reverse(DEVICES)}?{query}")
    assert {number for number in (1, 2, 3) if f">0000000{number}<" in page} == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("app=wire", True),
        ("app=own", False),
        ("outcome=complete", True),
        ("outcome=error", False),
        ("trigger=manual", True),
        ("trigger=start", False),
        ("q=00000001", True),
        ("q=zzz", False),
    ],
)
def test_syncs_are_filtered_and_found(db: Any, query: str, found: bool) -> None:
    make_device(1)
    page = get(staff("view_pull"), f"{reverse(SYNCS)}?{query}")
    assert (">00000001<" in page) is found


@pytest.mark.parametrize("name", [DEVICES, SYNCS])
def test_a_list_costs_the_same_for_one_row_and_for_many(ann: User, name: str) -> None:
    client = staff("view_replica", "view_pull")
    counts = []
    for numbers in (range(1, 2), range(2, 30)):
        for number in numbers:
            make_device(number, user=ann)
        with CaptureQueriesContext(connection) as queries:
            get(client, reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_a_device_costs_the_same_for_one_sync_and_for_many(db: Any) -> None:
    client = staff("view_replica", "view_pull")
    counts = []
    for replica in (make_device(1, pulls=1), make_device(2, pulls=30)):
        with CaptureQueriesContext(connection) as queries:
            get(client, detail(replica))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- permissions


PAGES = [DEVICES, SYNCS]


@pytest.mark.parametrize("name", PAGES)
def test_staff_without_permission_see_nothing(db: Any, name: str) -> None:
    client = staff()
    assert client.get(reverse(name)).status_code == 403
    assert "Offline data sync" not in get(client, reverse("admin:index"))


def test_each_page_has_a_permission_of_its_own(db: Any) -> None:
    replica = make_device()
    client = staff("view_pull")
    assert client.get(reverse(SYNCS)).status_code == 200
    assert client.get(reverse(DEVICES)).status_code == client.get(detail(replica)).status_code == 403


def test_nothing_can_be_changed_by_anybody(admin_client: Client) -> None:
    replica = make_device()
    pull = Pull.objects.get()
    for model, row in (("replica", replica), ("pull", pull)):
        assert admin_client.get(reverse(f"admin:syncapi_{model}_add")).status_code == 403
        assert admin_client.post(reverse(f"admin:syncapi_{model}_add"), {}).status_code == 403
        url = reverse(f"admin:syncapi_{model}_change", args=[row.pk])
        assert admin_client.post(url, {"app": "other", "outcome": "other"}).status_code == 403
    assert admin_client.post(reverse("admin:syncapi_pull_delete", args=[pull.pk]), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [pull.pk], "post": "yes"}
    admin_client.post(reverse(SYNCS), chosen)
    replica.refresh_from_db()
    assert (Replica.objects.count(), replica.app) == (1, "wire")
    assert Pull.objects.get().outcome == "complete"


def test_a_device_can_be_forgotten_by_those_who_may(db: Any) -> None:
    replica = make_device(pulls=3)
    client = staff("view_replica", "delete_replica")
    url = reverse("admin:syncapi_replica_delete", args=[replica.pk])
    assert "Nothing changes on the device" in get(client, detail(replica))
    assert "Nothing changes on the device" in get(client, url)
    client.post(url, {"post": "yes"})
    assert Replica.objects.count() == Pull.objects.count() == 0


def test_several_devices_can_be_forgotten_at_once(db: Any) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [make_device(1).pk, make_device(2).pk]}
    make_device(3)
    client = staff("view_replica", "delete_replica")
    assert "Nothing changes on the device" in client.post(reverse(DEVICES), chosen).content.decode()
    client.post(reverse(DEVICES), chosen | {"post": "yes"})
    assert Replica.objects.count() == 1


def test_a_device_cannot_be_forgotten_by_others(db: Any) -> None:
    replica = make_device()
    client = staff("view_replica")
    url = reverse("admin:syncapi_replica_delete", args=[replica.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert "Nothing changes on the device" not in get(client, detail(replica))
    assert Replica.objects.count() == 1


@pytest.mark.parametrize("wrong", ["0", "999", "abc", "1_2f"])
def test_an_unknown_device_is_no_error(admin_client: Client, wrong: str) -> None:
    assert admin_client.get(f"/admin/syncapi/replica/{wrong}/change/").status_code == 302


def _other(*permissions: str) -> Client:
    user = User.objects.create_user("other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client
