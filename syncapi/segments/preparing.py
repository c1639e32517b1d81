"""Making snapshots when no device waits for them: after bulk changes, or before the first device comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import Sum

from syncapi.api.envelope import ANONYMOUS
from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity, User
from syncapi.models import Snapshot, UserKey
from syncapi.pull.tracked import TrackedPull
from syncapi.pull.whole import serves
from syncapi.registry import registry
from syncapi.segments.places import Place
from syncapi.snapshot import read_snapshot
from syncapi.spool import Spool
from syncapi.sync import SyncRequest, sync
from syncapi.tracking.moments import ForeignPast
from syncapi.tracking.tracker import Tracker

TIME = 240.0  # seconds of a run; what is left comes with the next

logger = logging.getLogger("haversack.segments")


@dataclass(frozen=True)
class Prepared:
    """Snapshots that were looked at, and those of them that were made or made anew."""

    seen: int
    made: int


def renew(seconds: float = TIME) -> Prepared:
    """Makes stored snapshots anew that changes made old, those asked for lately first.

    Those of read-only entities are not looked at: only rendering all rows would tell whether they are old.
    """
    deadline = time.monotonic() + seconds
    seen = made = 0
    for row in list(Snapshot.objects.exclude(cursor="").order_by("-asked").select_related("user").defer("parts")):
        if time.monotonic() > deadline:
            break
        entity = _entity(row)
        user = asking(row, entity.app) if entity is not None else None
        if entity is None or user is None or not entity.pattern.tracked or not entity.has_view_permission(user):
            continue
        try:
            if _is_old(row, entity, user):
                made += _ask(entity.app, user, [entity])
        except Exception:  # what a project's scope or queryset raises for this user
            logger.exception("%s: its snapshot could not be looked after", entity)
            continue
        seen += 1
    return Prepared(seen, made)


def prepare() -> Prepared:
    """Makes the snapshots that are old or missing, for everybody who is known to use an app: of anonymous apps, and of
    users who had a session with a device. Each scope once."""
    made = 0
    places: set[Place] = set()
    for app in registry.apps.values():
        for user in _users(app):
            try:
                wanted = []
                for entity in app.entities_of("", user) or ():
                    scope = entity.get_scope(user)
                    place = Place.of(entity, scope, entity.rows(scope))
                    if place not in places:
                        places.add(place)
                        wanted.append(entity)
                made += _ask(app, user, wanted)
            except Exception:
                logger.exception("%s: the snapshots of a user could not be made", app)
    return Prepared(len(places), made)


def asking(row: Snapshot, app: OfflineApp) -> User | None:
    """For whom a snapshot can be made again: who asked last. None when they are gone, or may not use the app now."""
    user: Any = AnonymousUser() if app.anonymous else row.user
    return user if user is not None and app.has_permission(user) else None


def _entity(row: Snapshot) -> LocalEntity | None:
    """None when it is declared no more."""
    app = registry.apps.get(row.app)
    return app.entities.get(row.entity) if app else None


def _is_old(row: Snapshot, entity: LocalEntity, user: User) -> bool:
    """Whether a device that asked now would have it made anew. False also when the user has another scope now."""
    spool = Spool()
    try:
        with read_snapshot():
            scope = entity.get_scope(user)
            place = Place.of(entity, scope, entity.rows(scope))
            if (place.scope, place.form) != (row.scope, row.form):
                return False
            stored = place.look()
            if stored is None:
                return False
            return not stored.cursor or serves(TrackedPull.of(entity, scope, Tracker(()), spool), stored) is None
    except ForeignPast:
        return True
    finally:
        spool.close()


def _ask(app: OfflineApp, user: User, entities: Iterable[LocalEntity]) -> int:
    """Asks as a device does that carries nothing. Returns how many snapshots that made."""
    names = [entity.name for entity in entities]
    if not names:
        return 0
    before = _revisions(app, names)
    key = ANONYMOUS if app.anonymous else ""
    sync(SyncRequest(app, user, key, "", "", names, {}, noting=False)).close()
    return _revisions(app, names) - before


def _revisions(app: OfflineApp, names: list[str]) -> int:
    found = Snapshot.objects.filter(app=app.name, entity__in=names).aggregate(sum=Sum("revision"))
    return int(found["sum"] or 0)


def _users(app: OfflineApp) -> Iterator[User]:
    if app.anonymous:
        yield AnonymousUser()
        return
    known = get_user_model()._default_manager.filter(pk__in=UserKey.objects.values("user")).order_by("pk")
    yield from (user for user in known.iterator(chunk_size=1000) if app.has_permission(user))
