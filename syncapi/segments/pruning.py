"""Taking out of a snapshot the rows that left since: nobody is sent a row that is not in scope any more (S1, T5).

They are taken out of the stored text, so that no row is rendered for it.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from syncapi.entities import LocalEntity
from syncapi.keys import wire_order
from syncapi.segments.drafts import Draft, Rendered
from syncapi.segments.manifest import Manifest

Gap = tuple[Any, Any]


def prune(entity: LocalEntity, manifest: Manifest, gaps: Sequence[Gap], lines: Callable[[str], bytes]) -> Draft:
    """A draft of `manifest` without the rows that lie in `gaps`.

    :param gaps: as a delta tells them, in key order: between the two nothing remains.
    :param lines: gives the row lines of a part by its sum. Only those are asked for that a gap may concern.
    """
    order = wire_order(entity)
    closed = _Gaps([(_place(order, after), _place(order, before)) for after, before in gaps])
    draft = Draft(manifest)
    try:
        for part in manifest.parts:
            if not closed.touch(order(part.first), order(part.last)):
                draft.keep(part)
                continue
            left = [row for row in _rows(lines(part.sum)) if not closed.hold(order(row[0]))]
            if len(left) == part.rows:
                draft.keep(part)
                continue
            if left:
                draft.add(left)
    except BaseException:
        draft.close()
        raise
    return draft


def _rows(lines: bytes) -> list[Rendered]:
    return [(json.loads(text)[0], text) for text in lines.split(b"\n")[:-1]]


def _place(order: Callable[[Any], Any], key: Any) -> Any:
    return None if key is None else order(key)


class _Gaps:
    """Places between which nothing remains: apart from each other, and in order."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self._open = bool(gaps) and gaps[0][0] is None  # the first has no bound before
        self._afters = [after for after, _ in gaps if after is not None]
        self._befores = [before for _, before in gaps]

    def hold(self, place: Any) -> bool:
        """Whether `place` lies in one."""
        return self.touch(place, place)

    def touch(self, first: Any, last: Any) -> bool:
        """Whether one lies, or begins or ends, between two places or at them."""
        at = bisect_left(self._afters, last) + self._open - 1  # the last that begins before `last`
        return at >= 0 and (self._befores[at] is None or self._befores[at] > first)
