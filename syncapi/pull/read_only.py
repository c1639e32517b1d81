"""Pull phase, read-only pattern (P4): renders the rows of an entity into the spool and tells whether they changed."""

from collections.abc import Hashable

from syncapi.cursors import ContentCursor, query_hash
from syncapi.entities import LocalEntity
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.rendering import rendered, segments, write_segment
from syncapi.rows import RowSet
from syncapi.scopes import canonical_scope
from syncapi.spool import Spool


def pull_read_only(entity: LocalEntity, scope: Hashable, cursor: str | None, spool: Spool) -> PulledEntity:
    """Renders `entity` in `scope`. When the content is what `cursor` names, nothing stays in the spool.

    :raises ScopeError: the scope has no canonical form.
    """
    columns = entity.columns
    query = query_hash(
        entity.name,
        [column.name for column in columns],
        [column.type.name for column in columns],
        canonical_scope(scope, entity.name),
    )
    start = spool.position
    content = RowSet()
    count = 0
    for segment in segments(rendered(entity, entity.rows(scope).order_by("pk"))):
        write_segment(segment, count, spool)
        count += 1
        for _, text in segment:
            content.add(text)
    current = ContentCursor(query, content.digest)
    message = {
        "type": "entity",
        "entity": entity.name,
        "mode": "replace",
        "rows": content.rows,
        "fingerprint": content.fingerprint,
        "cursor": current.encode(),
    }
    if cursor is not None and ContentCursor.decode(cursor) == current:
        spool.truncate(start)
        return PulledEntity(message | {"mode": "unchanged"}, start, start, rows=0, bytes=0)
    message |= {"columns": [column.name for column in columns], "bytes": content.bytes, "segments": count}
    return PulledEntity(message, start, spool.position, rows=content.rows, bytes=content.bytes)
