"""Whether the past that a device knows is this database's (T4): if not, what it wants may be about other records."""

from __future__ import annotations

from collections.abc import Iterable

from syncapi.cursors import ContentCursor, PositionCursor
from syncapi.tracking import moments


def is_doubtful(cursors: Iterable[str]) -> bool:
    """Whether any of a device's cursors is of another history, or cannot be read. Two queries, none without cursors."""
    tokens: set[str] = set()
    for text in cursors:
        position = PositionCursor.decode(text)
        if position is not None:
            tokens.add(position.token)
        elif ContentCursor.decode(text) is None:
            return True
    if not tokens:
        return False
    try:
        moments.now()
    except moments.ForeignPast:  # the tokens came along with the data of another database
        moments.adopt()
        return True
    return tokens - set(moments.look_up(tokens)) != set()
