"""A sync, from what the device said to the lines it gets back. Reads top to bottom; the phases do the work."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from syncapi.applications import OfflineApp
from syncapi.cursors import PositionCursor
from syncapi.definition import app_definition, definition_version
from syncapi.entities import LocalEntity, User
from syncapi.errors import UnknownContext, UnknownEntity
from syncapi.pull import ContentPull, PositionPull, Pull, PulledEntity, Range
from syncapi.segments.snapshots import Snapshots
from syncapi.snapshot import read_snapshot
from syncapi.spool import Spool
from syncapi.tracking.moments import ForeignPast, adopt
from syncapi.tracking.tracker import Tracker
from syncapi.values import encode_datetime
from syncapi.wire import PROTOCOL, line


@dataclass(frozen=True)
class SyncRequest:
    """What a device asks for. `definition` is the version it works with; `cursors` and `ranges` by entity name.

    `noting`: whether a person asks, and not the background for them. `before`: does what comes before the
    pull, once the request is known to be in order, and returns the lines that tell of it.
    """

    app: OfflineApp
    user: User
    user_key: str
    definition: str
    context: str
    entities: list[str] | None
    cursors: Mapping[str, str]
    ranges: Mapping[str, Sequence[Range]] = field(default_factory=dict)
    noting: bool = True
    before: Callable[[], list[dict[str, Any]]] = list


class SyncAnswer:
    """The lines of the answer, ready to be sent. Close it when done, sent or not."""

    def __init__(self, head: list[dict[str, Any]], pulled: list[PulledEntity], spool: Spool) -> None:
        self._head = head
        self.pulled = pulled
        self._spool = spool

    @property
    def definition(self) -> str:
        """The version that the device has after this answer."""
        return str(self._head[0]["definition"])

    def __iter__(self) -> Iterator[bytes]:
        yield b"".join(line(message) for message in self._head)
        for entity in self.pulled:
            yield line(entity.message)
            if entity.parts is not None:
                yield b"".join(line(part.message(number)) for number, part in enumerate(entity.parts.parts))
            yield from self._spool.read(entity.start, entity.end)
        yield line({"type": "end"})

    def close(self) -> None:
        self._spool.close()


def sync(request: SyncRequest) -> SyncAnswer:
    """Serves one sync.

    :raises UnknownContext, UnknownEntity: the request names what the app does not declare.
    :raises InvalidRequest: ranges that cannot be compared.
    :raises Busy: the database is locked for too long.
    """
    entities = _entities(request)
    told = request.before()
    spool = Spool()
    try:
        pulled = _pull(request, entities, spool)
        return SyncAnswer([*_head(request, pulled), *told], pulled, spool)
    except BaseException:
        spool.close()
        raise


def _pull(request: SyncRequest, entities: list[LocalEntity], spool: Spool) -> list[PulledEntity]:
    snapshots = Snapshots(request.user, noting=request.noting)
    with closing(snapshots):
        while True:
            try:
                pulled = _pull_under_snapshot(request, entities, snapshots, spool)
            except ForeignPast:  # the first sync after the database was loaded from a dump
                adopt()
                pulled = _pull_under_snapshot(request, entities, snapshots, spool)
            if pulled is not None and snapshots.finish():
                return pulled
            if snapshots.wants:
                snapshots.take_turns()


def _pull_under_snapshot(
    request: SyncRequest, entities: list[LocalEntity], snapshots: Snapshots, spool: Spool
) -> list[PulledEntity] | None:
    """None when snapshots were wanted that are to be made first."""
    spool.truncate(0)
    tracked = [entity for entity in entities if entity.pattern.tracked]
    pulled: dict[str, PulledEntity | None] = {}
    with read_snapshot():
        tracker = Tracker(_tokens(request, tracked)) if tracked else None
        for entity in tracked:
            pulled[entity.name] = _pull_entity(request, entity, tracker, snapshots, spool)
        if snapshots.wants:
            return None
        for entity in entities:
            if entity not in tracked:
                pulled[entity.name] = _pull_entity(request, entity, None, snapshots, spool)
    if tracker is not None:
        tracker.finish()
    return [found for entity in entities if (found := pulled[entity.name]) is not None]


def _pull_entity(
    request: SyncRequest, entity: LocalEntity, tracker: Tracker | None, snapshots: Snapshots, spool: Spool
) -> PulledEntity | None:
    """What the entity's pattern answers."""
    scope = entity.get_scope(request.user)
    cursor = request.cursors.get(entity.name)
    pull: Pull
    if tracker is None:
        pull = ContentPull(entity, scope, cursor, snapshots, spool)
    else:
        pull = PositionPull(entity, scope, cursor, request.ranges.get(entity.name), tracker, snapshots, spool)
    with closing(pull):
        return pull.deliver(entity.pattern().pull(pull))


def _tokens(request: SyncRequest, entities: list[LocalEntity]) -> list[str]:
    """Of the cursors that the device sent for `entities`."""
    cursors = [PositionCursor.decode(request.cursors[e.name]) for e in entities if e.name in request.cursors]
    return [cursor.token for cursor in cursors if cursor is not None]


def _entities(request: SyncRequest) -> list[LocalEntity]:
    entities = request.app.entities_of(request.context, request.user)
    if entities is None:
        known = ", ".join(request.app.context_classes) or "none"
        raise UnknownContext(f"The app has no context {request.context!a}. Declared: {known}.")
    if request.entities is None:
        return entities
    by_name = {entity.name: entity for entity in entities}
    for name in request.entities:
        if name not in by_name:
            raise UnknownEntity(f"There is no entity {name!a} here. Known: {', '.join(by_name)}.")
    return [entity for entity in entities if entity.name in request.entities]


def _head(request: SyncRequest, pulled: list[PulledEntity]) -> list[dict[str, Any]]:
    definition = app_definition(request.app, request.user)
    version = definition_version(definition)
    head: list[dict[str, Any]] = [
        {
            "type": "start",
            "protocol": PROTOCOL,
            "definition": version,
            "user": request.user_key,
            "server_time": encode_datetime(datetime.datetime.now(datetime.UTC)),
            "rows": sum(entity.rows for entity in pulled),
            "bytes": sum(entity.bytes for entity in pulled),
        }
    ]
    if listed := [entity.parts for entity in pulled if entity.parts is not None]:
        head[0]["fetch"] = {"rows": sum(one.rows for one in listed), "bytes": sum(one.packed for one in listed)}
    if request.definition != version:
        head.append({"type": "definition", "version": version, "definition": definition})
    return head
