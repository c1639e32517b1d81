"""From what a device has and what came, what it has then. Pure: the modes of `docs/protocol.md`, checked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from syncapi.testing.answer import EntityAnswer, Segment
from syncapi.testing.errors import ProtocolViolation, violated
from syncapi.testing.keys import KeyOrder, Sortable
from syncapi.testing.messages import Row
from syncapi.testing.store import READ_ONLY, Carried, Described, Part


@dataclass(frozen=True)
class Asked:
    """What the request said about an entity: `base` is what its cursor, or its ranges, stand for."""

    base: Carried | None
    ranges: bool


def apply(
    asked: Asked, answer: EntityAnswer, described: Described, parts: Mapping[str, Part] | None = None
) -> Carried | None:
    """What the device has after `answer`; None for a reset.

    :param parts: those that a snapshot lists, by sum.
    :raises ProtocolViolation: the answer does not fit the request, or what the device then has is not what was told.
    """
    _check_mode(asked, answer, described)
    try:
        match answer.mode:
            case "replace":
                after = _replaced(answer, described)
                _check_whole(after, answer.name, answer.message["rows"], answer.message["fingerprint"])
            case "unchanged":
                after = _unchanged(_base(asked), answer, described)
            case "delta":
                after = _changed(_base(asked), answer)
            case "snapshot":
                base = _listed(answer, described, parts or {})
                _check_whole(base, answer.name, answer.message["total"], answer.message["fingerprint"])
                after = _changed(base, answer)
            case "ranges":
                after = _compared(_base(asked), answer)
                _check_whole(after, answer.name, answer.message["total"], answer.message["fingerprint"])
            case _:
                return None
    except ProtocolViolation as violation:
        raise _named(answer, violation) from None
    return after


def stage(asked: Asked, answer: EntityAnswer, described: Described) -> Carried | None:
    """What the next request can go on from when an answer was cut: the segments that came whole (P2).

    None where there is nothing to go on from: a delta is asked for again, and other patterns have no ranges.

    :raises ProtocolViolation: what came does not fit the request.
    """
    _check_mode(asked, answer, described)
    if not described.comparable or not described.order.dependable or not answer.segments:
        return None
    if answer.complete and answer.mode in {"replace", "ranges"}:
        return apply(asked, answer, described)
    try:
        if answer.mode == "replace":
            return _replaced(answer, described)
        if answer.mode == "ranges":
            return _compared(_base(asked), answer)
    except ProtocolViolation as violation:
        raise _named(answer, violation) from None
    return None


def _check_mode(asked: Asked, answer: EntityAnswer, described: Described) -> None:
    mode, name = answer.mode, answer.name
    if described.pattern == READ_ONLY:
        allowed = {"unchanged"} if asked.base and not asked.ranges else set()
    elif asked.ranges:
        allowed = {"ranges"}
    elif asked.base:
        allowed = {"unchanged", "delta", "reset"}
    else:
        allowed = set()
    allowed |= {"replace", "snapshot"}
    if mode not in allowed:
        said = "ranges" if asked.ranges else "a cursor" if asked.base else "no cursor"
        violated(f"{name}: mode {mode!r}, where the pattern is {described.pattern!r} and the device sent {said}")
    columns = answer.message.get("columns")
    if columns is None:
        return
    if tuple(columns) != described.row_columns:
        wanted = list(described.row_columns)
        violated(f"{name}: columns {columns!r} are not the attributes of the definition, {wanted!r}")
    if mode in {"delta", "ranges"} and asked.base and tuple(columns) != asked.base.columns:
        violated(f"{name}: a {mode} with columns {columns!r}, where the device has {list(asked.base.columns)!r}")


def _base(asked: Asked) -> Carried:
    if asked.base is None:
        violated("an answer that builds on rows which the device has not")
    return asked.base


def _replaced(answer: EntityAnswer, described: Described) -> Carried:
    rows = dict(_in_order(answer.segments, described.order))
    columns = tuple(answer.message["columns"])
    return Carried(columns, described.order, answer.message["cursor"], rows, whole=answer.complete)


def _listed(answer: EntityAnswer, described: Described, parts: Mapping[str, Part]) -> Carried:
    """The rows of a snapshot, before what changed since."""
    segments = [Segment(message, list(parts[message["sum"]])) for message in answer.parts]
    rows = dict(_in_order(segments, described.order))
    return Carried(tuple(answer.message["columns"]), described.order, answer.message["cursor"], rows)


def _unchanged(base: Carried, answer: EntityAnswer, described: Described) -> Carried:
    if "rows" in answer.message:
        _check_whole(base, answer.name, answer.message["rows"], answer.message["fingerprint"])
    elif described.pattern == READ_ONLY:
        violated("'unchanged' without the rows and the fingerprint of the whole")
    return replace(base, cursor=answer.message["cursor"])


def _changed(base: Carried, answer: EntityAnswer) -> Carried:
    order, rows, keys = base.order, dict(base.rows), base.keys
    came = dict(_in_order(answer.segments, order, across=False))
    arrived = sorted(came)
    if answer.gaps and not order.dependable:
        violated(f"gaps, though keys of type {order.type} have no order that databases share")
    neighbours = []
    for gap in answer.gaps:
        after, before = (None if gap[name] is None else order.of(gap[name]) for name in ("after", "before"))
        if after is not None and before is not None and not after < before:
            violated(f"a gap after {gap['after']!r} and before {gap['before']!r}, which is no gap")
        for key in _between(keys, after, before):
            rows.pop(key, None)
        if inside := list(_between(arrived, after, before)):
            violated(f"nothing remains between {gap['after']!r} and {gap['before']!r}, but {inside[0]!r} comes")
        neighbours += [key for key in (after, before) if key is not None]
    rows |= came
    for key in neighbours:
        if base.sure and key not in rows:
            violated(f"a gap names {key!r}, which is not a key that the device has then")
    return replace(base, cursor=answer.message["cursor"], rows=rows)


def _compared(base: Carried, answer: EntityAnswer) -> Carried:
    order, rows, keys = base.order, dict(base.rows), base.keys
    reached: Sortable | None = None
    for segment in answer.segments:
        after, until = (
            None if segment.message[name] is None else order.of(segment.message[name]) for name in ("after", "until")
        )
        where = f"segment {segment.message['number']}"
        if not order.dependable and (after, until) != (None, None):
            violated(f"{where}: bounds, though keys of type {order.type} have no order that databases share")
        if segment.message["number"] and (reached is None or after is None or after < reached):
            violated(f"{where}: it covers keys that another one covered")
        if after is not None and until is not None and not after < until:
            violated(f"{where}: it ends at {segment.message['until']!r}, before it begins")
        stop = len(keys) if until is None else bisect_right(keys, until)
        for key in keys[0 if after is None else bisect_right(keys, after) : stop]:
            del rows[key]
        for key, row in _in_order([segment], order):
            if (after is not None and key <= after) or (until is not None and key > until):
                violated(f"{where}: it has the key {row.key!r}, which is outside of its bounds")
            rows[key] = row
        reached = until
    return Carried(base.columns, order, answer.message["cursor"], rows, whole=base.whole or answer.complete)


def _between(keys: list[Sortable], after: Sortable | None, before: Sortable | None) -> list[Sortable]:
    """The sorted keys strictly between two, of which None is no bound."""
    start = 0 if after is None else bisect_right(keys, after)
    return keys[start : len(keys) if before is None else bisect_left(keys, before)]


def _in_order(segments: Iterable[Segment], order: KeyOrder, *, across: bool = True) -> Iterator[tuple[Sortable, Row]]:
    """All rows, having made sure that no key comes twice, and that they rise: in each segment, or `across` all."""
    last: Sortable | None = None
    seen: set[Sortable] = set()
    for segment in segments:
        last = last if across else None
        for row in segment.rows:
            key = order.of(row.key)
            if key in seen:
                violated(f"segment {segment.message['number']}: the key {row.key!r} comes twice")
            if order.dependable and last is not None and key < last:
                violated(f"segment {segment.message['number']}: the key {row.key!r} is not in key order")
            seen.add(key)
            last = key
            yield key, row


def _check_whole(after: Carried, name: str, rows: int, fingerprint: int) -> None:
    if len(after.rows) != rows:
        violated(f"the device then has {len(after.rows)} rows where the server has {rows}")
    if after.fingerprint != fingerprint:
        violated(f"the fingerprint of what the device then has is {after.fingerprint}, not {fingerprint}")


def _named(answer: EntityAnswer, violation: ProtocolViolation) -> ProtocolViolation:
    return ProtocolViolation(f"{answer.name} ({answer.mode}): {violation}")
