"""Devices that push. Every test carries the database's name in its id."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.device import Device
from tests.push.models import Site


@pytest.fixture(params=[connection.vendor], autouse=True)
def database(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`."""
    return str(request.param)


Json = dict[str, Any]


def local(number: int) -> Json:
    """A key that the device made."""
    return {"local": str(uuid.UUID(int=number))}


def mutation(op: str, entity: str, key: Any, values: Json | None = None, **more: Any) -> Json:
    return {"id": str(uuid.uuid4()), "entity": entity, "op": op, "key": key, "values": values or {}, **more}


def create(entity: str, key: Any, values: Json, **more: Any) -> Json:
    return mutation("create", entity, key, values, base=None, **more)


def update(entity: str, key: Any, values: Json, was: Json | None = None, **more: Any) -> Json:
    return mutation("update", entity, key, values, was=was or {}, **more)


def delete(entity: str, key: Any, was: Json | None = None, **more: Any) -> Json:
    return mutation("delete", entity, key, None, was=was or {}, **more)


def grouped(*mutations: Json) -> list[Json]:
    group = str(uuid.uuid4())
    return [{**one, "group": group} for one in mutations]


@dataclass
class Pusher(Device):
    """A device of the app `push`: what it pushes, and what it is told of each."""

    app: str = "push"
    replica: str = field(default_factory=lambda: str(uuid.uuid4()))
    told: list[Json] = field(default_factory=list)

    def push(self, *mutations: Json, **more: Any) -> list[Json]:
        """The outcomes of mutations, in their order; nothing is pulled."""
        response = self.request({"context": "", "entities": [], "mutations": list(mutations), **more})
        assert response.status_code == 200, response.content
        return self._outcomes(response)

    def _outcomes(self, response: Any) -> list[Json]:
        self.told = [json.loads(line) for line in response.getvalue().splitlines()]
        outcomes = [line for line in self.told if isinstance(line, dict) and line["type"] == "outcome"]
        return [{name: value for name, value in one.items() if name != "type"} for one in outcomes]

    def headers(self, **changes: str | None) -> dict[str, str]:
        return super().headers(**{"Haversack_Replica": self.replica, **changes})

    def version(self, entity: str, key: Any) -> int:
        """That a pull tells."""
        answer = Device(self.app, self.user, client=self.client, token=self.token).sync()
        columns = answer.entities[entity]["columns"]
        row = next(row for row in answer.rows[entity] if row[0] == key)
        version: int = dict(zip(columns, row, strict=True))["_version"]
        return version


def statuses(outcomes: list[Json]) -> list[str]:
    return [one["status"] for one in outcomes]


def codes(outcomes: list[Json]) -> list[str]:
    """Of each outcome its status, or of a rejected one the code."""
    return [one["error"]["code"] if one["status"] == "rejected" else one["status"] for one in outcomes]


@pytest.fixture
def device(ann: User) -> Pusher:
    """Ann's."""
    found = Pusher()
    found.sign_in("ann")
    return found


@pytest.fixture
def other(bob: User) -> Pusher:
    """Bob's."""
    found = Pusher()
    found.sign_in("bob")
    return found


@pytest.fixture
def site(ann: User) -> Site:
    return Site.objects.create(owner=ann, name="Mill", note="dry", size=3)


@pytest.fixture
def foreign(bob: User) -> Site:
    """One that Ann does not know of."""
    return Site.objects.create(owner=bob, name="Secret", note="bob's")
