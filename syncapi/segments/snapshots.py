"""What one sync has to do with snapshots: those it finds, those it wants, those it makes."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from syncapi.brief import brief_transaction, short_waits
from syncapi.conf import conf
from syncapi.entities import User
from syncapi.models import Snapshot
from syncapi.segments.drafts import Draft
from syncapi.segments.keeping import Made, keep
from syncapi.segments.leases import give_back, take_turns
from syncapi.segments.manifest import Manifest
from syncapi.segments.places import Place, Stored

NOTED = datetime.timedelta(hours=1)  # between two notes that a snapshot is asked for

logger = logging.getLogger("haversack.segments")


class Snapshots:
    """Reads under the snapshot of the database that a pull is in. `finish()` writes, after that was left.

    A pull that finds no snapshot that serves says so with `want()`. Then the sync takes turns with others and pulls
    again, with leases; what could not be leased by then travels inside the answer. Close it when done.

    :param noting: whether a person asks, which keeps snapshots from being forgotten.
    """

    def __init__(self, user: User, *, noting: bool = True) -> None:
        self._user = user
        self._noting = noting
        self._leases: dict[Place, str] = {}
        self._wanted: dict[Place, int] = {}
        self._made: list[Made] = []
        self._served: list[Stored] = []
        self._last = False
        self._keeps = True

    @property
    def limit(self) -> int:
        """Rows of an entity beyond which a snapshot is made."""
        return max(0, conf().inline_rows)

    @property
    def keeps(self) -> bool:
        """Whether anything can be stored. If not, all rows travel inside the answer."""
        return self._keeps

    def may_make(self, place: Place) -> bool:
        """Whether this process holds the lease."""
        return self._keeps and place in self._leases

    def may_want(self) -> bool:
        """Whether another pull follows if something is wanted."""
        return self._keeps and not self._last

    def want(self, place: Place, stored: Stored | None) -> None:
        """`stored`: what is there, and does not serve."""
        self._wanted[place] = stored.revision if stored is not None else 0

    def serve(self, stored: Stored) -> None:
        """It is part of the answer."""
        self._served.append(stored)

    def make(self, place: Place, stored: Stored | None, draft: Draft, cursor: str, pruned: str = "") -> Manifest:
        """Takes `draft`, to be stored with `finish()`."""
        manifest = draft.pack()
        self._made.append(Made(place, stored, draft, manifest, cursor, pruned))
        return manifest

    @property
    def wants(self) -> bool:
        return bool(self._wanted)

    def take_turns(self) -> None:
        """Waits until what was wanted may be made, or somebody else made it. Outside of a transaction."""
        self._drop()
        self._leases |= take_turns(list(self._wanted.items()))
        self._wanted.clear()
        self._last = True

    def finish(self) -> bool:
        """Stores what was made. False when that failed: then pull once more, everything travels inside the answer."""
        try:
            for made in self._made:
                if keep(made, self._user.pk, asked=self._noting):
                    self._leases.pop(made.place, None)
        except (DatabaseError, Snapshot.DoesNotExist) as error:
            logger.warning("A snapshot was not stored: %s", str(error))
            self._drop()
            self._keeps = False
            return False
        self._note()
        return True

    def close(self) -> None:
        self._drop()
        if self._leases:
            give_back(list(self._leases.values()))

    def _drop(self) -> None:
        for made in self._made:
            made.draft.close()
        self._made.clear()
        self._served.clear()

    def _note(self) -> None:
        """That people ask for what was served, and who. Rather not at all than late."""
        now = timezone.now()
        stale = [one.pk for one in self._served if abs(now - one.asked) > NOTED]
        if not stale or not self._noting:
            return
        facts: dict[str, Any] = {"asked": now, "user": self._user.pk}
        try:
            with short_waits(), brief_transaction():
                Snapshot.objects.filter(pk__in=stale).update(**facts)
        except DatabaseError as error:
            logger.warning("That a snapshot was asked for was not noted: %s", str(error))
