"""Requests for tests of the API itself: any header, any body, any claim. `syncapi.testing` does the syncing."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from syncapi.testing.answer import read_answer

REPLICA = str(uuid.UUID(int=1))


@dataclass
class Answer:
    """A parsed answer of a sync: `rows` by entity, messages by type."""

    start: dict[str, Any]
    definition: dict[str, Any] | None
    entities: dict[str, dict[str, Any]]
    rows: dict[str, list[list[Any]]]
    lines: list[bytes]


@dataclass
class Device:
    """`user` is the key it claims to speak for; signing in sets it."""

    app: str
    user: str = "anonymous"
    definition: str = "none"
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    cursors: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def api(self) -> str:
        return f"/api/sync/{self.app}/"

    def headers(self, **changes: str | None) -> dict[str, str]:
        headers: dict[str, str | None] = {
            "Haversack-Protocol": "1",
            "Haversack-Definition": self.definition,
            "Haversack-Replica": REPLICA,
            "Haversack-User": self.user,
            "X-CSRFToken": self.token,
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in headers.items() if value is not None}

    def session(self) -> dict[str, Any]:
        response = self.client.get(f"{self.api}session/")
        assert response.status_code == 200, response.content
        session: dict[str, Any] = response.json()
        self.token = session["csrf_token"]
        return session

    def sign_in(self, username: str, password: str = "secret") -> Any:
        self.session()
        response = self.post(f"{self.api}session/", {"username": username, "password": password})
        if response.status_code == 200:
            self.token = response.json()["csrf_token"]
            self.user = response.json()["user"]["key"]
        return response

    def post(self, path: str, body: Any, **headers: str | None) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        response: Any = self.client.post(path, data, content_type="application/json", headers=self.headers(**headers))
        if response.streaming:  # the test client closes what was read to its end
            response.streaming_content = [response.getvalue()]
        return response

    def request(self, body: Any = None, **headers: str | None) -> Any:
        if not self.token:
            self.session()
        return self.post(self.api, {"context": "", "cursors": self.cursors} if body is None else body, **headers)

    def sync(self, context: str = "", **more: Any) -> Answer:
        """One sync that must succeed; cursors and definition are kept for the next."""
        response = self.request({"context": context, "cursors": self.cursors, **more})
        assert response.status_code == 200, response.content
        answer = parse(response.getvalue())
        for name, message in answer.entities.items():
            self.cursors[name] = message["cursor"]
        self.definition = answer.start["definition"]
        return answer


def parse(content: bytes) -> Answer:
    """What came, having made sure that it is what was announced."""
    answer = read_answer(content)
    return Answer(
        start=answer.start,
        definition=answer.definition,
        entities={name: entity.message for name, entity in answer.entities.items()},
        rows={name: [row.values for row in entity.rows] for name, entity in answer.entities.items()},
        lines=content.splitlines(),
    )
