"""Gaps: where rows are no more, told by the neighbours that remain (T5, decision 0013).

Two ways lead to neighbours. From each key one can look at the rows of the table around it, which is cheap in a dense
scope; or go once through the keys in scope, which is cheap when they are few. How dense a scope is differs from place
to place and is not known beforehand. So the search begins with narrow windows, and when these find nothing it takes
turns: wider windows, and more of the scope, until one of both is done. Neither costs many times what the other would.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from syncapi.entities import LocalEntity
from syncapi.keys.fields import column_type
from syncapi.keys.lookup import only_keys, raw_key_rows
from syncapi.keys.order import raw_order
from syncapi.keys.raw import CHUNK, Rows, filterable, raw_text, with_raw_key
from syncapi.keys.windows import Windows, windows

STEPS = 16  # rows of the table on each side of a key; a scope that has one in them is dense
FEW = 1000  # rows in scope that are read without much ado
WIDER = 8  # times as wide a window, as many keys at once, as much of the scope as of windows

Gap = tuple[Any, Any]


def gaps(entity: LocalEntity, queryset: Rows, raw_keys: Sequence[Any]) -> list[Gap]:
    """Where the keys of `raw_keys` that are not in `queryset` would be: pairs of neighbours that are in it.

    Each pair is the keys before and after as they travel, None at the ends; each pair once, in key order. The entity's
    keys must be ordered (`is_ordered`).
    """
    keys = list(dict.fromkeys(raw_keys))
    queryset = queryset.order_by()
    queryset.query.distinct = False
    order = raw_order(entity, queryset)
    absent = sorted(set(_as_read(queryset, keys)) - _keys_among(queryset, keys).keys(), key=order)
    if not absent:
        return []
    try:
        found = _Search(queryset, order).gaps(absent)
    except EmptyResultSet:
        return [(None, None)]
    values = _keys_among(queryset, [key for gap in found for key in gap if key is not None])
    encode = entity.columns[0].type.encode or (lambda value: value)
    wire = {None: None} | {raw: encode(value) for raw, value in values.items()}
    in_order = sorted(found, key=lambda gap: () if gap[0] is None else (order(gap[0]),))
    return [(wire[before], wire[after]) for before, after in in_order]


def _keys_among(queryset: Rows, raw_keys: Sequence[Any]) -> dict[Any, Any]:
    """Those of `raw_keys` that are in `queryset`, with their values."""
    found: dict[Any, Any] = {}
    for start in range(0, len(raw_keys), CHUNK):
        rows = with_raw_key(only_keys(queryset, (), raw_keys[start : start + CHUNK]))
        found.update(rows.values_list("_raw_key", "pk"))
    return found


def _as_read(queryset: Rows, raw_keys: Sequence[Any]) -> Sequence[Any]:
    """`raw_keys` in the form in which rows' keys are read, so that they compare."""
    connection = connections[queryset.db]
    if connection.vendor == "sqlite" or not raw_keys:
        return raw_keys
    field = queryset.model._meta.pk
    table, parameters = raw_key_rows(connection, field, raw_keys)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {raw_text('raw.key', column_type(field, connection))} FROM {table}", parameters)  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


class _Search:
    def __init__(self, queryset: Rows, order: Callable[[Any], Any]) -> None:
        self._order = order
        self._windows: Windows | None = windows(queryset)
        self._queryset = with_raw_key(filterable(queryset)).order_by().values_list("_raw_key")

    def gaps(self, keys: Sequence[Any]) -> set[Gap]:
        """Pairs of raw keys around `keys`, which are in order and not in scope."""
        if self._windows is None:
            return self._in_scope(keys, None) or set()
        gaps: set[Gap] = set()
        now, later = keys, list[Any]()  # to be looked for at this width, and at the next
        width, many = STEPS, 1
        looked_at = read = 0
        while now or later:
            if not now:
                now, later, width, many = later, [], width * WIDER, 1
            batch = now[:: -(-len(now) // many)]
            around = self._windows.around(batch, width)
            found = set(around.values())
            gaps |= found
            now = self._outside(found, set(now).difference(batch))
            later = self._outside(found, {*later, *batch}.difference(around))
            # What is found close by is the price of a change. All else is reckoned against reading the scope.
            looked_at += width * 2 * (len(batch) if width > STEPS else len(batch) - len(around))
            if looked_at > read and (now or later):
                read = max(FEW, looked_at * WIDER)
                rest = self._in_scope(sorted({*now, *later}, key=self._order), read)
                if rest is not None:
                    return gaps | rest
            many *= WIDER
        return gaps

    def _outside(self, gaps: Iterable[Gap], keys: Iterable[Any]) -> list[Any]:
        """Those of `keys` that are in none of `gaps`, in order."""
        starts = sorted((() if before is None else (self._order(before),), after) for before, after in gaps)
        return [key for key in sorted(keys, key=self._order) if not self._covered(key, starts)]

    def _covered(self, key: Any, starts: list[Any]) -> bool:
        at = bisect_left(starts, (self._order(key),), key=lambda gap: gap[0])
        if not at:
            return False
        after = starts[at - 1][1]
        return after is None or bool(self._order(key) < self._order(after))

    def _in_scope(self, keys: Sequence[Any], most: int | None) -> set[Gap] | None:
        """The gaps around `keys`, from the keys in scope; None when these are more than `most`.

        Reads them in any order, so that whatever index finds the scope serves, and keeps two for each of `keys`.
        """
        places = [self._order(key) for key in keys]
        first: list[Any] = [None] * (len(keys) + 1)  # in the space before each of the keys, and after the last
        last: list[Any] = [None] * (len(keys) + 1)
        for count, raw in enumerate(self._read(most), 1):
            if most is not None and count > most:
                return None
            place = self._order(raw)
            at = bisect_left(places, place)
            if first[at] is None or place < first[at][0]:
                first[at] = place, raw
            if last[at] is None or place > last[at][0]:
                last[at] = place, raw
        before = _filled(last[:-1])
        after = _filled(first[:0:-1])[::-1]
        return set(zip(before, after, strict=True))

    def _read(self, most: int | None) -> Iterator[Any]:
        sql, parameters = self._queryset.query.get_compiler(using=self._queryset.db).as_sql()
        connection = connections[self._queryset.db]
        if most is not None:
            if connection.vendor == "postgresql":
                # Told that few rows are wanted it would trust to meet them soon in the table, and read all of it.
                sql = f"WITH scope AS MATERIALIZED ({sql}) SELECT * FROM scope"  # noqa: S608
            sql = f"{sql} LIMIT {most + 1}"
        with _streaming(connection) as cursor:
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(CHUNK):
                for (key,) in rows:
                    yield key


def _streaming(connection: BaseDatabaseWrapper) -> Any:
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return connection.cursor()
    return connection.chunked_cursor()


def _filled(ends: Iterable[Any]) -> list[Any]:
    """The raw key of each of `ends`, or of the last one before it that there is."""
    filled, last = [], None
    for end in ends:
        last = last if end is None else end[1]
        filled.append(last)
    return filled
