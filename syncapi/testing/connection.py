"""The requests of a `FakeDevice`, over Django's test client."""

from __future__ import annotations

import copy
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from django.urls import reverse

from syncapi.testing.errors import SyncRefused, violated

ANONYMOUS = "anonymous"
NDJSON = "application/x-ndjson"


class Connection:
    """A browser's cookies, and what `session/` said about each app.

    `csrf` tells whether the client checks CSRF tokens as a server does, which it should.
    """

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(enforce_csrf_checks=True)
        self._tokens: dict[str, str] = {}
        self._users: dict[str, str] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Connection:
        other = Connection(copy.deepcopy(self.client, memo))
        other._tokens, other._users = dict(self._tokens), dict(self._users)
        return other

    def log_in(self, user: AbstractBaseUser | None) -> None:
        """Another session begins: that of `user`, or nobody's."""
        self.client.logout()
        if user is not None:
            self.client.force_login(user)  # type: ignore[arg-type]  # any user model will do
        self._tokens.clear()
        self._users.clear()

    def user_key(self, app: str) -> str:
        """The key that devices know the session's user by; asks the server once in a session."""
        if app not in self._users:
            self._ask_session(app)
        return self._users[app]

    def sync(self, app: str, headers: dict[str, str], body: dict[str, Any]) -> bytes:
        """The answer to one sync request, whole.

        :raises SyncRefused: the API answered with an error.
        :raises ProtocolViolation: what it answered is neither an answer nor an error of the protocol.
        """
        response = self._request("post", app, "sync", headers, json.dumps(body).encode())
        content = bytes(response.getvalue())
        if response.headers.get("Content-Type", "").partition(";")[0] != NDJSON:
            violated(f"the answer has the content type {response.headers.get('Content-Type')!r}, not {NDJSON!r}")
        return content

    def part(self, app: str, entity: str, name: str, headers: dict[str, str]) -> bytes:
        """The row lines of a part.

        :raises SyncRefused: the API answered with an error.
        """
        response = self._request("get", app, "segment", headers, entity=entity, sum=name)
        if response.headers.get("Content-Type", "").partition(";")[0] != NDJSON:
            violated(f"a part has the content type {response.headers.get('Content-Type')!r}, not {NDJSON!r}")
        return bytes(response.getvalue())

    def sign_out(self, app: str, headers: dict[str, str]) -> None:
        """:raises SyncRefused: the API answered with an error."""
        self._request("delete", app, "session", headers)

    def _ask_session(self, app: str) -> None:
        session = self._request("get", app, "session", {}).json()
        self._tokens[app] = session["csrf_token"]
        self._users[app] = session["user"]["key"] if session["user"] else ANONYMOUS

    def _request(
        self, method: str, app: str, view: str, headers: dict[str, str], body: bytes = b"", **place: str
    ) -> Any:
        response = self._send(method, app, view, headers, body, **place)
        if method != "get" and response.status_code == 403 and _error(response).code == "csrf_failed":
            self._ask_session(app)  # as a real device does, once
            response = self._send(method, app, view, headers, body, **place)
        if response.status_code >= 400:
            raise _error(response)
        if response.status_code != 200:
            violated(f"{method.upper()} {response.request['PATH_INFO']} is answered with status {response.status_code}")
        return response

    def _send(self, method: str, app: str, view: str, headers: dict[str, str], body: bytes, **place: str) -> Any:
        secure = bool(settings.SECURE_SSL_REDIRECT)
        sent = dict(headers)
        if method != "get":
            if app not in self._tokens:
                self._ask_session(app)
            sent["X-CSRFToken"] = self._tokens[app]
            if secure:  # browsers say so, and over https Django asks
                sent["Referer"] = f"https://{self.client.defaults.get('SERVER_NAME', 'testserver')}/"
        url = reverse(f"syncapi:{view}", kwargs={"app": app, **place})
        if method == "post":
            return self.client.post(url, body, content_type="application/json", headers=sent, secure=secure)
        return getattr(self.client, method)(url, headers=sent, secure=secure)


def _error(response: Any) -> SyncRefused:
    try:
        error = response.json()["error"]
        return SyncRefused(
            error["code"], response.status_code, error["message"], retry=error["retry"], fields=error.get("fields")
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        violated(f"status {response.status_code} without an error of the protocol: {response.content[:200]!r}")
