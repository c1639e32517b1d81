"""The machine: what happens, and what must be true whenever a device has synced."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from syncapi.testing import FakeDevice, SyncCut, SyncRefused
from syncapi.tracking.install import install
from syncapi.tracking.retention import purge
from syncapi.tracking.sources import sources
from tests.tracking.stateful import ways, world
from tests.tracking.stateful.backup import Backup
from tests.tracking.stateful.carried import Rows, carried, named
from tests.tracking.stateful.entities import Calendar, roaming_app
from tests.tracking.writers import Writer

APP = roaming_app.name
ENTITIES = tuple(roaming_app.entities)
TRACKED = tuple(name for name, entity in roaming_app.entities.items() if entity.pattern.tracked)

INLINE_ROWS = (1000, 1, 3)  # for the first, second and third device: the server keeps snapshots for the others
INSTALLATIONS = 1  # in a history: they look at all tables, which takes a while on PostgreSQL

small = st.integers(0, 11)
devices = st.integers(0, 2)
kinds = st.sampled_from([*world.KINDS, "farm", "word", "ticket"])
writes = st.tuples(st.sampled_from([*ways.ORM, *ways.PLAIN]), kinds, small, small, small)
few_entities = st.sampled_from(
    [*((name,) for name in ENTITIES), *((TRACKED[at], TRACKED[at - 2]) for at in range(len(TRACKED)))]
)
many_entities = st.sampled_from([ENTITIES, ENTITIES[:3], ENTITIES[2:5], (*ENTITIES[3:], ENTITIES[0])])


@dataclass
class Site:
    """What all histories of a run share: they begin in it one after the other."""

    users: list[User]
    fresh: list[FakeDevice]  # of each user one that carries nothing
    writers: list[Writer] = field(default_factory=list)  # other connections, on PostgreSQL
    untracked: set[str] = field(default_factory=set)  # tables that lost triggers


class Histories(RuleBasedStateMachine):
    """Bind it to a `Site` by a subclass."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self.healthy = True
        self.seen: dict[int, set[Any]] = {user.pk: set() for user in self.site.users}  # keys they ever carried
        self.open: set[int] = set()  # other connections with a transaction
        self.backup: Backup | None = None
        self.devices = [device.copy() for device in self.site.fresh]
        self.kept: FakeDevice | None = None  # a copy of some device, made earlier
        self.installations = -1 if self.site.untracked else 0
        if self.site.untracked:
            self.install_triggers()
        world.begin()
        for number in range(len(self.devices)):  # else most of what happens would concern no device
            self._sync(number, ENTITIES, again=False)

    # -- writing

    @rule(write=writes)
    def write(self, write: tuple[str, str, int, int, int]) -> None:
        ways.attempt(lambda: ways.write(*write))

    @rule(write=st.tuples(st.sampled_from([*ways.PLAIN, "empty"]), kinds, small, small, small))
    def write_otherwise(self, write: tuple[str, str, int, int, int]) -> None:
        ways.attempt(lambda: ways.write(*write))

    @rule(
        way=st.sampled_from(["replace", "replace", "replace", "update_or_replace", "rekey", "swap"]),
        kind=st.sampled_from(["farm", "word", "farm"]),
        key=st.integers(0, 5),
        other=st.integers(0, 5),
        number=small,
    )
    def write_over(self, way: str, kind: str, key: int, other: int, number: int) -> None:
        """A row takes the place of another, by its key or by what else is unique."""
        ways.attempt(lambda: ways.write(way, kind, key, other, number))

    @rule(several=st.lists(writes, min_size=2, max_size=4), commit=st.booleans())
    def write_together(self, several: list[tuple[str, str, int, int, int]], commit: bool) -> None:
        """One transaction; what is refused is taken back to a savepoint."""

        def act() -> None:
            for write in several:
                ways.attempt(partial(ways.write, *write))
            if not commit:
                raise _TakenBack

        with suppress(_TakenBack):
            ways.attempt(act)

    @rule(change=st.sampled_from(ways.BELONG), user=devices, number=small)
    def belong(self, change: str, user: int, number: int) -> None:
        ways.attempt(lambda: ways.belong(change, user, number))

    @rule(days=st.integers(-1, 2))
    def pass_days(self, days: int) -> None:
        Calendar.today += datetime.timedelta(days=days)

    # -- transactions of others

    @precondition(lambda self: self.site.writers)
    @rule(writer=st.integers(0, 1), write=writes)
    def write_elsewhere(self, writer: int, write: tuple[str, str, int, int, int]) -> None:
        """Goes on with a transaction, or begins one. Nobody waits for a lock: whoever would have to does nothing."""
        self._elsewhere(writer, lambda: ways.write(*write))

    @precondition(lambda self: self.site.writers)
    @rule(writer=st.integers(0, 1), change=st.sampled_from(ways.BELONG), user=devices, number=small)
    def belong_elsewhere(self, writer: int, change: str, user: int, number: int) -> None:
        self._elsewhere(writer, lambda: ways.belong(change, user, number))

    @precondition(lambda self: self.open)
    @rule(writer=st.integers(0, 1), commit=st.booleans())
    def end(self, writer: int, commit: bool) -> None:
        if writer in self.open:
            self._end(writer, commit)

    def _elsewhere(self, writer: int, action: Callable[[], Any]) -> None:
        self.open.add(writer)
        with _on(self.site.writers[writer].connection):
            ways.attempt(action)

    def _end(self, writer: int, commit: bool) -> None:
        self.open.discard(writer)
        other = self.site.writers[writer]
        try:
            (other.commit if commit else other.rollback)()
        except DatabaseError:  # deferred constraints are checked now
            other.rollback()

    def _end_all(self, commit: bool) -> None:
        for writer in sorted(self.open):
            self._end(writer, commit)

    # -- devices

    @rule(device=devices, entities=many_entities)
    def sync(self, device: int, entities: tuple[str, ...]) -> None:
        self._sync(device, entities)

    @rule(device=devices, entities=few_entities)
    def sync_some(self, device: int, entities: tuple[str, ...]) -> None:
        self._sync(device, entities)

    @rule(device=devices, entities=few_entities, rows=st.none() | st.integers(0, 8), size=st.integers(0, 3000))
    def sync_cut(self, device: int, entities: tuple[str, ...], rows: int | None, size: int) -> None:
        """A connection that breaks, perhaps; the device goes on with what it got."""
        one = self.devices[device]
        if rows is None:
            one.cut_after(bytes=size)
        else:
            one.cut_after(rows=rows)
        before = {name: one.rows(APP, name) for name in entities}
        try:
            self._sync(device, entities)
        except SyncCut:
            self.healthy = True
            assert {name: one.rows(APP, name) for name in entities} == before

    @rule(device=devices, entity=st.sampled_from(TRACKED), keys=st.sets(small, min_size=1, max_size=3))
    def sync_in_doubt(self, device: int, entity: str, keys: set[int]) -> None:
        """Rows are lost on the device, which has the server compare."""
        rows = self.devices[device].rows(APP, entity)
        if rows:
            self.devices[device].forget(APP, entity, keys=[next(iter(row.values())) for row in _chosen(rows, keys)])
        self._sync(device, (entity,), compare=True)

    @rule(device=devices, other=devices, event=st.sampled_from(["new", "copied", "kept", "back", "forgets", "garbage"]))
    def happen_to_device(self, device: int, other: int, event: str) -> None:
        """It is replaced by another, or put back to what it was; or it loses something."""
        one, entity = self.devices[device], TRACKED[(device + other) % len(TRACKED)]
        if event == "new":
            self.devices[device] = self.site.fresh[other].copy()
        elif event == "copied":
            self.devices[device] = self.devices[other].copy()
        elif event == "kept":
            self.kept = one.copy()
        elif event == "back" and self.kept is not None:
            self.devices[device] = self.kept.copy()
        elif event == "forgets":
            one.forget(APP, entity)
        elif event == "garbage" and one.cursor(APP, entity) is not None:
            one.set_cursor(APP, entity, "eyJrIjoicG9zaXRpb24ifQ" if other else "nonsense")

    # -- operations

    @precondition(lambda self: self.installations < INSTALLATIONS)
    @rule(write=writes, which=st.none() | small, mend=st.booleans())
    def lose_triggers(self, write: tuple[str, str, int, int, int], which: int | None, mend: bool) -> None:
        """Somebody drops one of a table by hand, or all, and puts them back after something was written, or later."""
        self._drop_triggers(world.KINDS[write[1]].model._meta.db_table, which)
        ways.attempt(lambda: ways.write(*write))
        if mend:
            self.install_triggers()

    @precondition(lambda self: self.site.untracked and self.installations < INSTALLATIONS)
    @rule()
    def install_triggers(self) -> None:
        self.installations += 1
        report = install()
        if not report.failed:
            self.site.untracked.clear()

    @rule(days=st.sampled_from([10, 40, 91]), forget=st.booleans())
    def pass_time(self, days: int, forget: bool) -> None:
        """All tokens get older, and perhaps too old."""
        _age(days)
        if forget:
            purge()

    @rule(elsewhere=st.booleans(), commit=st.booleans())
    def go_back(self, elsewhere: bool, commit: bool) -> None:
        """A backup is made, and later put back; then everybody goes on from there."""
        if self.backup is None or (not commit and not elsewhere):
            if not self.site.untracked:
                self.backup = Backup()
            return
        self._end_all(commit)
        self.backup.restore(elsewhere)
        if connection.vendor == "sqlite":
            self.site.untracked.clear()
        else:  # the triggers stayed, and may be others than the backup speaks of: made since, for columns found late
            self.site.untracked |= {table for table, source in (sources() or {}).items() if not source.intact}

    def _drop_triggers(self, table: str, which: int | None) -> None:
        def drop() -> None:
            with connection.cursor() as cursor:
                cursor.execute(_TRIGGERS[connection.vendor], [table])
                names = sorted(name for (name,) in cursor.fetchall())
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                for name in names if which is None or not names else [names[which % len(names)]]:
                    cursor.execute(f"DROP TRIGGER {name}{on}")

        if ways.attempt(drop):
            self.site.untracked.add(table)

    # -- what must be true

    def _sync(self, number: int, entities: tuple[str, ...], compare: bool = False, again: bool = True) -> None:
        """The device has what a fresh query finds, was told of nothing else, and is then at rest."""
        self.healthy = False
        device = self.devices[number]
        assert device.user is not None
        user = User.objects.get(pk=device.user.pk)
        fresh = {entity: carried(user, entity) for entity in entities}
        for rows in fresh.values():
            self.seen[user.pk].update(rows)
        answers = len(device.recording)
        try:
            with _inline(INLINE_ROWS[number]):
                device.sync(APP, entities=entities, compare=compare)
        except SyncRefused as refused:
            if refused.code != "busy" or not self.open:
                raise
            self._end_all(commit=True)  # adopting a database from elsewhere waits for everybody
            self._sync(number, entities, compare, again)
            return
        finally:
            self._check_named(device.recording[answers:], fresh, self.seen[user.pk])
        for entity, rows in fresh.items():
            assert {row[0]: row for row in (list(row.values()) for row in device.rows(APP, entity))} == rows, entity
        if again:
            self._check_again(number, entities)
        self.healthy = True

    def _check_named(self, answers: list[bytes], fresh: dict[str, Rows], seen: set[Any]) -> None:
        """No key is named that is not in scope, but those which the device named itself."""
        everything = {key for rows in fresh.values() for key in rows}
        for entity, mode, keys in named(answers):
            known = seen if mode == "ranges" else set()
            assert keys <= {*fresh.get(entity, everything), *known, None}, f"{entity}: keys of others are named"

    def _check_again(self, number: int, entities: tuple[str, ...]) -> None:
        """Nothing happened since: nothing travels, and nothing is written."""
        device = self.devices[number]
        before, cursors = _written(), [device.cursor(APP, name) for name in entities]
        with _inline(INLINE_ROWS[number]):
            again = device.sync(APP, entities=entities)
        assert again.unchanged
        assert again.rows_received == 0
        if not self.site.untracked:
            restless = {name: told.message for name, told in again.entities.items() if told.mode != "unchanged"}
            assert not restless, restless
            assert cursors == [device.cursor(APP, name) for name in entities]
            assert _written() == before

    def teardown(self) -> None:
        if not self.healthy:
            for writer in sorted(self.open):
                self._end(writer, commit=False)
            return
        for writer in sorted(self.open):
            self._end(writer, commit=writer == 0)
        for number in range(len(self.devices)):
            self._sync(number, ENTITIES, again=False)


@contextmanager
def _inline(rows: int) -> Iterator[None]:
    with override_settings(HAVERSACK={"PULL_LOG_RETENTION": 0, "INLINE_ROWS": rows}):
        yield


class _TakenBack(Exception):
    pass


_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'haversack%%' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'haversack%%' AND tgrelid = %s::regclass",
}


def _written() -> Any:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return connection.connection.total_changes
        cursor.execute("SELECT count(*), max(created) FROM syncapi_history")
        return cursor.fetchone()


def _age(days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, created FROM syncapi_history")
        for token, created in cursor.fetchall():
            was = datetime.datetime.fromisoformat(created) if isinstance(created, str) else created
            older = (was - datetime.timedelta(days=days)).isoformat()
            cursor.execute("UPDATE syncapi_history SET created = %s WHERE token = %s", [older, token])


def _chosen(rows: list[Any], numbers: set[int]) -> list[Any]:
    return [rows[number % len(rows)] for number in sorted(numbers)]


@contextmanager
def _on(other: Any) -> Iterator[None]:
    """Everything inside goes to another connection of the same database."""
    own = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = own
