"""`FakeDevice`: syncs as an installed app does, in the memory of a test."""

from __future__ import annotations

import copy
import itertools
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client

from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity
from syncapi.registry import registry
from syncapi.testing.connection import ANONYMOUS, Connection
from syncapi.testing.edits import Edit, make, on_wire
from syncapi.testing.result import Call, SyncResult
from syncapi.testing.run import Run
from syncapi.testing.store import Carried, Database, Described

AppName = str | OfflineApp
EntityName = str | type[LocalEntity]

_replicas = itertools.count(1)  # not random, so that a failing test fails the same way again


def new_replica() -> str:
    return str(uuid.UUID(int=next(_replicas), version=4))


class FakeDevice:
    """A device that speaks the protocol, strictly, and keeps what it got as the generated app does.

    :param user: who is signed in on it; None for nobody, which anonymous apps are content with. Two devices of one
        user are two replicas.
    :param client: Django's test client to send with; default one that checks CSRF tokens as a server does.

    It holds the rows in memory, one database for each app and user. Use it in `TestCase`, `TransactionTestCase` or
    with pytest-django; `docs/testing.md` says which shows what.
    """

    def __init__(self, user: AbstractBaseUser | None = None, *, client: Client | None = None) -> None:
        self.recording: list[bytes] = []
        """Every answer to a sync, and every part, as it arrived, oldest first: what a device, or somebody who looks
        into it, saw."""
        self._databases: dict[tuple[str, str], Database] = {}
        self._keys: dict[tuple[str, Any], str] = {}
        self._connection = Connection(client)
        self._cut: tuple[int | None, int | None] | None = None
        self._group: str | None = None
        self._user = user
        if user is not None:
            self._connection.log_in(user)

    # -- who

    @property
    def user(self) -> AbstractBaseUser | None:
        """Who is signed in. Assign another, and their data is opened; that of the one before stays, unseen.

        None ends the session and keeps the data, as when it expires; see `sign_out`.
        """
        return self._user

    @user.setter
    def user(self, user: AbstractBaseUser | None) -> None:
        self._connection.log_in(user)
        self._user = user

    @property
    def client(self) -> Client:
        """The test client with the device's cookies, for requests that are none of the protocol."""
        return self._connection.client

    def sign_out(self) -> None:
        """Signs out, on the server too, and removes the data of the user from the device."""
        for (app, user), key in list(self._keys.items()):
            if user == self._whose() and key != ANONYMOUS:
                database = self._databases.pop((app, key), None) or Database(new_replica())
                self._connection.sign_out(app, database.headers(key))
                del self._keys[app, user]
        self.user = None

    def copy(self) -> FakeDevice:
        """A device with the same browser profile: the same data, session and replica ids, as a clone of a disk has."""
        other = copy.deepcopy(self)
        other.recording = []
        other._cut = None
        return other

    # -- what it carries

    def rows(self, app: AppName, entity: EntityName) -> list[dict[str, Any]]:
        """The rows of an entity in key order: wire values by attribute. None before the first sync.

        :raises LookupError: the app declares no such entity, so that a misspelled name is no empty list.
        """
        carried = self._carried(app, entity)
        return carried.as_dicts() if carried else []

    def get(self, app: AppName, entity: EntityName, key: Any) -> dict[str, Any] | None:
        """The row with a key, given as on the wire or as Django has it; None where the device has none.

        :raises LookupError: the app declares no such entity.
        :raises ValueError: `key` cannot be a key of this entity.
        """
        carried = self._carried(app, entity)
        row = carried.rows.get(carried.order.find(key)) if carried else None
        return dict(zip(carried.columns, row.values, strict=True)) if carried and row else None

    def cursor(self, app: AppName, entity: EntityName) -> str | None:
        """Where the device stands with an entity, as the server told it; None before the first sync."""
        carried = self._carried(app, entity)
        return carried.cursor if carried else None

    def set_cursor(self, app: AppName, entity: EntityName, cursor: str) -> None:
        """Puts another cursor in its place: an older one, another device's, or nonsense.

        :raises LookupError: the device carries nothing of the entity.
        """
        database, carried = self._held(app, entity)
        name = _name(entity)
        database.entities[name] = replace(carried, cursor=cursor, sure=False)

    def forget(
        self, app: AppName | None = None, entity: EntityName | None = None, *, keys: Iterable[Any] | None = None
    ) -> None:
        """Loses data. Everything, as when the browser evicts it; or that of an app; or an entity with its cursor.

        With `keys` the entity loses only these rows and keeps its cursor: a damaged copy, which the device does not
        know of before it compares (`sync(compare=True)`).

        :raises LookupError: `keys` are given, and the device carries nothing of the entity.
        :raises ValueError: `keys` are given, and the entity's pattern cannot be compared; or one is no key.
        """
        if app is None:
            self._databases.clear()
        elif entity is None:
            self._databases = {place: data for place, data in self._databases.items() if place[0] != _name(app)}
        elif keys is None:
            if database := self._database(app):
                database.entities.pop(_name(entity), None)
                database.staged.pop(_name(entity), None)
                database.parts.pop(_name(entity), None)
        else:
            database, carried = self._held(app, entity)
            lost = {carried.order.find(key) for key in keys}
            left = {key: row for key, row in carried.rows.items() if key not in lost}
            if not Described.of(database.definition or {}, _name(entity)).comparable:
                raise ValueError(f"{_name(entity)} cannot be compared, so nothing would find what it lost.")
            database.entities[_name(entity)] = replace(carried, rows=left, sure=False)

    # -- editing

    def create(self, app: AppName, entity: EntityName, values: Mapping[str, Any]) -> Edit:
        """Makes a record, to be sent with the next sync. Further edits, and values of relations, may name it by what
        this returns.

        :param values: by attribute, as they travel or as Django has them; a record stands for its key. Nothing is
            checked or filled in before the server does.
        :raises LookupError: the device has nothing of the entity yet.
        """
        database, carried = self._held(app, entity)
        name = carried.columns[0]
        typed = name in values and name in database.writable(_name(entity))
        key = on_wire(values[name]) if typed else {"local": str(uuid.uuid4())}
        return self._edit(database, entity, "create", key, values)

    def update(self, app: AppName, entity: EntityName, key: Any, values: Mapping[str, Any]) -> Edit:
        """Changes a record, to be sent with the next sync. `rows` shows it when the server has it.

        :param key: on the wire, as Django has it, the record, or the `Edit` that made it.
        :raises LookupError: the device has no such record.
        """
        database, _carried = self._held(app, entity)
        return self._edit(database, entity, "update", key, values)

    def delete(self, app: AppName, entity: EntityName, key: Any) -> Edit:
        """Deletes a record, as `update` changes one."""
        database, _carried = self._held(app, entity)
        return self._edit(database, entity, "delete", key, {})

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is edited inside is one group: the server takes all of it or nothing."""
        self._group = str(uuid.uuid4())
        try:
            yield
        finally:
            self._group = None

    def pending(self, app: AppName) -> list[Edit]:
        """Edits that have no final outcome yet, oldest first: the next sync sends them, again if need be."""
        database = self._database(app)
        return list(database.edits) if database else []

    def discard(self, app: AppName, *edits: Edit) -> None:
        """Sends these no more."""
        if database := self._database(app):
            database.edits = [edit for edit in database.edits if edit not in edits]

    def _edit(self, database: Database, entity: EntityName, op: str, key: Any, values: Mapping[str, Any]) -> Edit:
        name = _name(entity)
        wire = database.settled(on_wire(key))
        row = database.row(name, wire)
        made = any((edit.entity, edit.key, edit.op) == (name, wire, "create") for edit in database.edits)
        if op != "create" and row is None and not made:
            raise LookupError(f"The device has no {name} with the key {key!r}.")
        if row is not None:
            wire = next(iter(row.values()))  # as the server writes it
        edit = make(database, name, op, wire, values, row, self._group)
        database.edits.append(edit)
        return edit

    # -- syncing

    def cut_after(self, *, rows: int | None = None, bytes: int | None = None) -> None:  # noqa: A002 (as in results)
        """Breaks the connection of the next sync after so many rows, or bytes, of its answers and parts.

        That sync raises `SyncCut`, or passes if these are shorter. The one after it goes on from the segments and
        parts that had come whole.
        """
        if (rows is None) == (bytes is None):
            raise TypeError("cut_after() takes rows or bytes.")
        self._cut = (rows, bytes)

    def sync(
        self,
        app: AppName,
        context: str = "",
        *,
        entities: Sequence[EntityName] | None = None,
        trigger: str = "manual",
        compare: bool = False,
        actions: Sequence[Call] = (),
    ) -> SyncResult:
        """Syncs a context of an app; the empty one is everything. All that was edited goes with it, whatever the
        context.

        :param entities: narrows it to some entities of the context.
        :param trigger: why it runs, one of those in `docs/protocol.md`.
        :param compare: has the server compare what the device holds, as one does that doubts its copy. Entities whose
            pattern cannot be compared sync as always.
        :param actions: own server actions, to be done in the same request, before the rows are read.
        :raises SyncRefused: the API answered with an error.
        :raises SyncCut: `cut_after` said so.
        :raises ProtocolViolation: the server broke the protocol. Whatever is raised, the device's rows are as before.
        """
        cut, self._cut = self._cut, None
        name = _name(app)
        key = self._connection.user_key(name)
        self._keys[name, self._whose()] = key
        database = self._databases.setdefault((name, key), Database(new_replica()))
        wanted = None if entities is None else [_name(entity) for entity in entities]
        request = {"context": context, "trigger": trigger}
        run = Run(self._connection, self.recording, database, name, key, request, cut, actions)
        run.push()
        run.ask(wanted, compare=compare)
        if run.resets:
            run.ask(list(run.resets), compare=True)
        return run.commit()

    # -- inside

    def _whose(self) -> Any:
        return None if self._user is None else self._user.pk

    def _database(self, app: AppName) -> Database | None:
        key = self._keys.get((_name(app), self._whose()), ANONYMOUS)
        return self._databases.get((_name(app), key))

    def _carried(self, app: AppName, entity: EntityName) -> Carried | None:
        database, name = self._database(app), _name(entity)
        if database and name in database.entities:
            return database.entities[name]
        declared = registry.apps.get(_name(app))
        if declared is None:
            raise LookupError(
                f"There is no offline app {_name(app)!r}. Declared: {', '.join(registry.apps) or 'none'}."
            )
        if name not in declared.entities:
            raise LookupError(f"{declared.name} has no entity {name!r}. It has: {', '.join(declared.entities)}.")
        return None

    def _held(self, app: AppName, entity: EntityName) -> tuple[Database, Carried]:
        carried, database = self._carried(app, entity), self._database(app)
        if carried is None or database is None:
            raise LookupError(f"The device carries nothing of {_name(entity)} yet.")
        return database, carried


def _name(thing: AppName | EntityName) -> str:
    if isinstance(thing, str):
        return thing
    return thing.name if isinstance(thing, OfflineApp) else thing.__name__
