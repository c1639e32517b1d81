"""`python -m bench.push [--changes N]`: what it costs the server to take changes, beside a plain DRF viewset.

The same changes of the same customers by the same person, validated alike (a serializer made from the model, then
`full_clean`; only rows of their territories, by Django's model permissions), in one process and one database with the
triggers in force: once in the sync requests of a device, as many as it sends in one, once each in a request of its own
to a `ModelViewSet` in the router's usual way. Both through Django's test client, with all middleware, so that no
network flatters either. By turns, three runs each; medians count. With DATABASE_URL of a PostgreSQL server a database
of its own is made there, else a file of SQLite.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.tracking import database

RUNS = 3
BOUND = 0.2  # of the time that single requests take
BATCH = 500  # mutations that a device sends in one request
PERSON = "rep"

Json = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1000)
    changes = parser.parse_args().changes
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)):
        from django.conf import settings
        from django.db import connection

        settings.ALLOWED_HOSTS = ["testserver"]
        fill(changes)
        serve_viewset()
        print(connection.vendor)
        print(f"{changes:,} {'':<12}{'sync':>12}{'single':>12}{'ratio':>8}")
        for name, case in {"updates": updates, "creations": creations, "deletions": deletions}.items():
            measure(name, case(changes))


def measure(name: str, turns: Iterator[tuple[Callable[[], None], Callable[[], None]]]) -> None:
    sync, single = [], []
    for _ in range(RUNS):
        pushing, requesting = next(turns)
        sync.append(seconds(pushing))
        single.append(seconds(requesting))
    ours, theirs = statistics.median(sync), statistics.median(single)
    verdict = "" if ours <= BOUND * theirs else f"  more than {BOUND}"
    print(f"{name:<18}{ours:10.2f} s{theirs:10.2f} s{ours / theirs:8.3f}{verdict}")


def seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fill(customers: int) -> None:
    from django.contrib.auth.models import Permission, User

    from catalog.models import Customer, Territory

    territory = Territory.objects.create(code="00001", name="North")
    user = User.objects.create_user(PERSON, password=PERSON)
    territory.assignments.create(user=user)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    Customer.objects.bulk_create(
        Customer(code=f"C{number:06}", company_name=f"Company {number}", city="Reims", territory=territory)
        for number in range(customers)
    )


def serve_viewset() -> None:
    """Adds the viewset to the project's addresses."""
    from django.urls import clear_url_caches, include, path
    from rest_framework import serializers, viewsets
    from rest_framework.authentication import SessionAuthentication
    from rest_framework.permissions import DjangoModelPermissions
    from rest_framework.routers import SimpleRouter

    from catalog.models import Customer
    from settings import urls
    from syncapi.registry import registry
    from syncapi.writable import writable_columns

    names = [column.name for column in writable_columns(registry.get("sales").entities["LocalCustomer"])]

    class CustomerSerializer(serializers.ModelSerializer[Customer]):
        class Meta:
            model = Customer
            fields = ("id", *names)

        def save(self, **more: Any) -> Customer:
            instance = self.instance or Customer()
            for name, value in {**self.validated_data, **more}.items():
                setattr(instance, name, value)
            instance.full_clean()
            instance.save()
            self.instance = instance
            return instance

    class CustomerViewSet(viewsets.ModelViewSet[Customer]):
        serializer_class = CustomerSerializer
        authentication_classes = (SessionAuthentication,)
        permission_classes = (DjangoModelPermissions,)

        def get_queryset(self) -> Any:
            return Customer.objects.filter(territory__assignments__user=self.request.user.pk)

    router = SimpleRouter()
    router.register("customers", CustomerViewSet, basename="customer")
    urls.urlpatterns.append(path("plain/", include(router.urls)))
    clear_url_caches()


class Sync:
    """A device that is signed in."""

    def __init__(self) -> None:
        from django.test import Client

        self._client = Client()
        self._headers = {
            "Haversack-Protocol": "1",
            "Haversack-Definition": "none",
            "Haversack-Replica": str(uuid.uuid4()),
        }
        address = "/api/sync/sales/session/"
        body = json.dumps({"username": PERSON, "password": PERSON})
        session = self._client.post(address, body, content_type="application/json").json()
        self._headers["Haversack-User"] = session["user"]["key"]

    def push(self, mutations: list[Json]) -> None:
        for start in range(0, len(mutations), BATCH):
            body = {"context": "", "entities": [], "mutations": mutations[start : start + BATCH]}
            response: Any = self._client.post(
                "/api/sync/sales/", json.dumps(body), content_type="application/json", headers=self._headers
            )
            assert response.status_code == 200, response.content
            lines = [json.loads(line) for line in response.getvalue().splitlines()]
            outcomes = [line for line in lines if line["type"] == "outcome"]
            applied = [outcome for outcome in outcomes if outcome["status"] == "applied"]
            assert len(applied) == len(body["mutations"]), [one for one in outcomes if one not in applied][:3]


class Single:
    """A program that sends each change by itself."""

    def __init__(self) -> None:
        from django.contrib.auth.models import User
        from django.test import Client

        self._client = Client()
        self._client.force_login(User.objects.get(username=PERSON))

    def send(self, method: str, changes: list[tuple[Any, Json]]) -> None:
        for key, values in changes:
            address = "/plain/customers/" if key is None else f"/plain/customers/{key}/"
            response = getattr(self._client, method)(address, json.dumps(values), content_type="application/json")
            assert response.status_code in (200, 201, 204), response.content


Turns = Iterator[tuple[Callable[[], None], Callable[[], None]]]


def updates(changes: int) -> Turns:
    """Another telephone number for everybody."""
    from catalog.models import Customer

    device, program = Sync(), Single()
    for turn in range(RUNS):
        rows = list(Customer.objects.order_by("pk").values_list("pk", "phone")[:changes])
        mutations = [
            _mutation("update", key, {"phone": f"+1 {turn} {key}"}, was={"phone": phone}, base=-1)
            for key, phone in rows
        ]
        singles = [(key, {"phone": f"+2 {turn} {key}"}) for key, _ in rows]
        yield lambda: device.push(mutations), lambda: program.send("patch", singles)  # noqa: B023 (called at once)


def creations(changes: int) -> Turns:
    from catalog.models import Territory

    device, program = Sync(), Single()
    territory = Territory.objects.get().pk

    def new(kind: str, turn: int) -> list[Json]:
        made = (f"{kind}{turn}{number:06}" for number in range(changes))
        return [{"code": code, "company_name": f"Company {code}", "territory": territory} for code in made]

    for turn in range(RUNS):
        mutations = [_mutation("create", {"local": str(uuid.uuid4())}, values, base=None) for values in new("S", turn)]
        singles: list[tuple[Any, Json]] = [(None, values) for values in new("P", turn)]
        yield lambda: device.push(mutations), lambda: program.send("post", singles)  # noqa: B023 (called at once)


def deletions(changes: int) -> Turns:
    """Of those that were created before."""
    from catalog.models import Customer

    device, program = Sync(), Single()
    for _ in range(RUNS):
        keys = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[: 2 * changes])
        version = versions()
        mutations = [_mutation("delete", key, {}, was={}, base=version[key]) for key in keys[:changes]]
        singles: list[tuple[Any, Json]] = [(key, {}) for key in keys[changes:]]
        yield lambda: device.push(mutations), lambda: program.send("delete", singles)  # noqa: B023 (called at once)


def versions() -> dict[Any, int]:
    """Of all customers, as a device knows them."""
    from syncapi.registry import registry
    from syncapi.tracking.row_version import row_version

    entity = registry.get("sales").entities["LocalCustomer"]
    return dict(entity.model._default_manager.values_list("pk", row_version(entity)))


def _mutation(op: str, key: Any, values: Json, **more: Any) -> Json:
    """What a device sends."""
    return {"id": str(uuid.uuid4()), "entity": "LocalCustomer", "op": op, "key": key, "values": values, **more}


if __name__ == "__main__":
    main()
