"""What all entities of one sync share of change tracking: the moment, its token, and every answer already read."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Collection, Iterable

from syncapi.conf import conf
from syncapi.errors import TrackingMissing
from syncapi.tracking import moments
from syncapi.tracking.changes import Change, barriers_after, changes, linked
from syncapi.tracking.moments import Known, Moment
from syncapi.tracking.needs import note
from syncapi.tracking.sources import Source, sources

CHANGES = 100_000  # keys; beyond that comparing is cheaper than telling, and memory stays bounded

logger = logging.getLogger("haversack.tracking")


class Tracker:
    """Reads under the snapshot it was opened in; `finish()` writes, after that snapshot was left.

    :raises ForeignPast, TrackingMissing: while opening.
    """

    def __init__(self, tokens: Collection[str]) -> None:
        found = sources()
        if found is None:
            raise TrackingMissing
        self.moment = moments.now()
        self._sources = found
        self._known: dict[str, Known | None] = dict.fromkeys(tokens) | moments.look_up(tokens)
        self._changes: dict[tuple[int, Moment], list[Change]] = {}
        self._barriers: dict[Moment, set[int]] = {}
        self._token: str | None = None
        self._needs: set[tuple[str, str]] = set()

    def source(self, name: str) -> Source | None:
        """None for a source without triggers, or with some of them missing."""
        source = self._sources.get(name)
        return source if source is not None and source.intact else None

    def known(self, token: str) -> Known | None:
        """None when the token is of another history, or so old that tombstones may be gone (T4, T5)."""
        if token not in self._known:  # of a snapshot that is kept here
            self._known[token] = moments.look_up([token]).get(token)
        return self._known[token]

    def token(self) -> str:
        """The token of this moment, one for all cursors of the sync."""
        self._token = self._token or moments.new_token()
        return self._token

    def is_old(self, known: Known) -> bool:
        """Whether a device without news had better get a new token before this one is purged."""
        return known.age > datetime.timedelta(days=conf().tracking_retention) / 4

    def changes(self, name: str, since: Moment) -> list[Change]:
        """Changed rows of a source, none for one that is not tracked: at most `CHANGES` + 1, meaning "too many"."""
        source = self.source(name)
        if source is None:
            return []
        key = (source.id, since)
        if key not in self._changes:
            read = linked if source.watched.target else changes
            self._changes[key] = read(source.id, since, CHANGES + 1)
        return self._changes[key]

    def passed_barrier(self, tables: Iterable[str], since: Moment) -> bool:
        """Whether for one of the tables not every change after `since` is known row by row."""
        if since not in self._barriers:
            self._barriers[since] = barriers_after(since)
        tracked = [source for table in tables if (source := self.source(table)) is not None]
        return any(source.id in self._barriers[since] for source in tracked)

    def need(self, table: str, columns: Iterable[str]) -> None:
        """Notes columns that a queryset was found to use and that no trigger watches."""
        self._needs |= {(table, column) for column in columns}

    def finish(self) -> None:
        """Makes the cursors of this sync valid. Call it before any of them is sent.

        :raises Busy:
        """
        if self._token is not None:
            moments.remember(self._token, self.moment)
        if self._needs:
            note(self._needs)
