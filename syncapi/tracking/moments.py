"""Moments: states of the database that a cursor can stand for, and the tokens under which they are kept (T2, T4).

A moment is the text that the database needs to tell what came after it: on PostgreSQL `pg_current_snapshot()`, on
SQLite the clock's position. Tokens live in `syncapi_history` (decision 0012).
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from syncapi.errors import Busy
from syncapi.tracking import needs
from syncapi.tracking.identity import IDENTITY

# Of `syncapi_clock`: exactly one row, and this database's. Data that were loaded into tables already made are two.
_IS_OURS = f"count(*) = 1 AND bool_and(identity = {IDENTITY})"


@dataclass(frozen=True)
class Moment:
    """`snapshot` means something only to the database it came from."""

    snapshot: str


class ForeignPast(Exception):
    """The tracker's tables came from another database: positions and tokens in them mean nothing here."""


def now() -> Moment:
    """The moment that the surrounding read snapshot shows.

    :raises ForeignPast: the database was dumped elsewhere and loaded here; call `adopt()`.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT position FROM syncapi_clock")
            row = cursor.fetchone()
            return Moment(str(row[0] if row else 0))
        cursor.execute(
            "SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text, "  # noqa: S608
            f"{_IS_OURS} FROM syncapi_clock"
        )
        snapshot, own, is_ours = cursor.fetchone()
    if not is_ours:
        raise ForeignPast
    return Moment(snapshot if own is None else _unfinished(snapshot, int(own)))


def _unfinished(snapshot: str, own: int) -> str:
    """`snapshot` as others have it, to whom the transaction that took it is not over: a test, say, that goes on
    writing. PostgreSQL leaves a transaction out of its own snapshots, which may then count it among the past."""
    first, end, running = snapshot.split(":")
    if own >= int(end):
        return snapshot
    numbers = sorted({own, *map(int, filter(None, running.split(",")))})
    return f"{min(own, int(first))}:{end}:{','.join(map(str, numbers))}"


@dataclass(frozen=True)
class Known:
    """What the database knows of a token. `age`: time since it was handed out."""

    moment: Moment
    age: datetime.timedelta


def look_up(tokens: Collection[str]) -> dict[str, Known]:
    """The tokens among `tokens` that this database handed out and still remembers."""
    wanted = list(dict.fromkeys(tokens))[:1000]
    if not wanted:
        return {}
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token, snapshot, created FROM syncapi_history WHERE token IN ({places})", wanted)  # noqa: S608
        return {token: Known(Moment(snapshot), _age(created)) for token, snapshot, created in cursor.fetchall()}


def _age(created: datetime.datetime | str) -> datetime.timedelta:
    if isinstance(created, str):
        created = datetime.datetime.fromisoformat(created)
    if created.tzinfo is None:
        created = created.replace(tzinfo=datetime.UTC)
    return timezone.now().astimezone(datetime.UTC) - created


def new_token() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


def remember(token: str, moment: Moment) -> None:
    """Stores a token. To be called after its moment was read, and before a cursor with it leaves the server: a database
    restored to an earlier state then cannot know it.

    :raises Busy: the database is locked for too long.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO syncapi_history (token, snapshot, created) VALUES (%s, %s, %s)",
                [token, moment.snapshot, datetime.datetime.now(datetime.UTC).isoformat()],
            )
    except OperationalError as error:
        raise Busy from error


def adopt() -> None:
    """Makes the tracker's tables this database's own after they were loaded into it.

    All that was tracked counts as seen (position 0), all tokens are forgotten: every device compares once. The tables
    that are tracked were made anew, like the tracker's own, and are taken as they are.

    :raises Busy: somebody's transaction is in the way for too long.
    """
    try:
        _adopt()
    except OperationalError as error:
        raise Busy from error
    needs.forget()


def _adopt() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE syncapi_clock IN EXCLUSIVE MODE")
        cursor.execute(f"SELECT {_IS_OURS} FROM syncapi_clock")  # noqa: S608
        if cursor.fetchone()[0]:
            return  # somebody else was faster
        cursor.execute("DELETE FROM syncapi_history")
        # Rows that somebody is writing get a position of this database anyway. To wait for them could be a deadlock.
        cursor.execute(
            "UPDATE syncapi_change AS known SET position = '0', moved = '0', felt = '0' "
            "FROM (SELECT source, key FROM syncapi_change FOR UPDATE SKIP LOCKED) AS free "
            "WHERE known.source = free.source AND known.key = free.key"
        )
        cursor.execute(
            "UPDATE syncapi_source SET barrier = pg_current_xact_id(), triggers = jsonb_set(triggers::jsonb, '{oid}', "
            "to_jsonb(coalesce(to_regclass(triggers::json ->> 'relation')::oid::text, '')))::text"
        )
        cursor.execute("DELETE FROM syncapi_clock")
        cursor.execute(f"INSERT INTO syncapi_clock (identity) VALUES ({IDENTITY})")  # noqa: S608
