"""A server in a few lines, by the protocol's text alone: the other side of the fake device's property tests."""

import bisect
from collections.abc import Callable
from typing import Any

from tests.fakedevice.scripted import ENTITY, Message, Part, answer, definition, fingerprint, part, segment


class Model:
    """Remembers all its states, tells what changed since any of them, and compares what it is asked to."""

    def __init__(self, key_type: str, sort: Callable[[Any], Any], segment_rows: int) -> None:
        self.key_type = key_type
        self.sort = sort
        self.segment_rows = segment_rows
        self.rows: dict[Any, str] = {}
        self._states: dict[str, dict[Any, str]] = {}
        self.resetting = False

    def serve(self, body: Message, version: str) -> bytes:
        cursor = f"c{len(self._states)}"
        self._states[cursor] = dict(self.rows)
        old = self._states.get(body["cursors"].get(ENTITY, ""))
        ranges = body.get("ranges", {}).get(ENTITY)
        if ranges and any(rows for _, rows, _ in ranges):
            made = self._ranges(ranges)
        elif ranges or ENTITY not in body["cursors"]:
            made = part("replace", self._segments(self._sorted()))
        elif self.resetting or old is None:
            made = part("reset", reason="history", cursor=None)
            cursor = ""
        elif old == self.rows:
            made = part("unchanged")
        else:
            made = self._delta(old)
        if cursor:
            made[0]["cursor"] = cursor
        return answer(made, definition=definition(self.key_type) if version != "v1" else None)

    def _sorted(self) -> list[list[Any]]:
        return [[key, self.rows[key]] for key in sorted(self.rows, key=self.sort)]

    def _segments(self, rows: list[list[Any]]) -> list[tuple[Message, list[list[Any]]]]:
        pieces = [rows[at : at + self.segment_rows] for at in range(0, len(rows), self.segment_rows)]
        return [segment(number, piece) for number, piece in enumerate(pieces)]

    def _delta(self, old: dict[Any, str]) -> Part:
        keys = sorted(self.rows, key=self.sort)
        places = [self.sort(key) for key in keys]
        gaps = []
        for key in sorted(set(old) - set(self.rows), key=self.sort):
            at = bisect.bisect(places, self.sort(key))
            gap = (keys[at - 1] if at else None, keys[at] if at < len(keys) else None)
            if gap not in gaps:
                gaps.append(gap)
        changed = [[key, self.rows[key]] for key in keys if old.get(key) != self.rows[key]]
        return part("delta", self._segments(changed), gaps)

    def _ranges(self, ranges: list[list[Any]]) -> Part:
        segments: list[tuple[Message, list[list[Any]]]] = []
        rows, after = self._sorted(), None
        assert ranges[-1][0] is None
        assert [r[0] for r in ranges[:-1]] == sorted({r[0] for r in ranges[:-1]}, key=self.sort)
        for last, count, told in ranges:
            inside = rows if last is None else [row for row in rows if self.sort(row[0]) <= self.sort(last)]
            rows = rows[len(inside) :]
            if (len(inside), fingerprint(inside)) != (count, told):
                pieces = [inside[at : at + self.segment_rows] for at in range(0, len(inside), self.segment_rows)]
                for piece in pieces or [[]]:
                    until = last if piece is (pieces or [piece])[-1] else piece[-1][0]
                    segments.append(segment(len(segments), piece, after=after, until=until))
                    after = until
            after = last
        everything = self._sorted()
        return part("ranges", segments, total=len(everything), fingerprint=fingerprint(everything))
