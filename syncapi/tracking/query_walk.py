"""What the members of a queryset depend on, found by looking at its query. Nothing is run.

Members are decided by the conditions, and by joins that can lose rows. An annotation or an outer join that no condition
asks about can repeat rows, not add or remove any. What is not understood is never passed over: it is a *doubt*, and a
query with doubts counts as one whose members may change at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.expressions import (
    Col,
    Exists,
    Func,
    RawSQL,
    Star,
    Subquery,
    Value,
)
from django.db.models.functions import Now, Random
from django.db.models.sql import Query
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import BaseTable
from django.db.models.sql.where import NothingNode, WhereNode

from syncapi.tracking.dependencies import Dependencies, Model, Path

# Expressions from here depend on nothing but what is inside them. `functions` of django.contrib.postgres are the time
# of day and chance.
_UNDERSTOOD = ("django.db.models.", "django.contrib.postgres.")
_WANDERING = (Now, Random, RawSQL)
_OWN_SQL = {"function", "template", "arg_joiner"}


@dataclass
class _Source:
    """A table in a query, under an alias. `path`: foreign keys from the entity's row; None when other ways led here."""

    alias: str
    table: str
    path: Path | None
    join: Any  # sql.datastructures.Join, or None for the first table


@dataclass
class _Frame:
    """A query on the walk. `deciding`: aliases of tables that decide which rows it finds."""

    query: Query
    sources: dict[str, _Source]
    deciding: set[str] = field(default_factory=set)


class QueryWalk:
    """One look at one query: `QueryWalk(found).walk(query)` adds to `found`, and leaves the `doubts`."""

    def __init__(self, found: Dependencies) -> None:
        self.doubts: list[str] = []
        self._found = found
        self._frames: list[_Frame] = []  # innermost last

    def walk(self, query: Query, model: Model) -> None:
        """The query of a queryset of `model`."""
        if query.model is None or query.model._meta.concrete_model is not model._meta.concrete_model:
            self.doubts.append("rows of another model")
        if query.is_sliced or query.combinator or query.distinct_fields:
            self._subquery(query)  # which rows are picked depends on rows that are not
            return
        if query.group_by not in (None, True):
            self.doubts.append("GROUP BY of other columns")
        frame = self._enter(query, Path())
        self._expression(query.where)
        frame.deciding |= {source.alias for source in self._live(frame) if self._may_lose_rows(source, query)}
        self._joins(frame)
        if query.where.contains_over_clause:  # a window looks at other rows, whichever they are
            self._found.unfollowed |= {frame.sources[alias].table for alias in frame.deciding}
            self._found.unfollowed.add(self._found.table(model))
        self._frames.pop()

    def _may_lose_rows(self, source: _Source, query: Query) -> bool:
        """Aggregates count also what joins repeat, so then every join decides."""
        if query.where.contains_aggregate or query.where.contains_over_clause:
            return True
        return source.join is not None and source.join.join_type == INNER

    def _subquery(self, query: Query, exists: bool = False, only_key: bool = False) -> None:
        """A query whose rows cannot be followed. `exists`: it matters only whether there are rows. `only_key`: whatever
        it selects by itself, it will be the key."""
        frame = self._enter(query, None)
        if (query.is_sliced or query.distinct_fields) and not exists:
            self.doubts.append("the first rows of some order")
        live = list(self._live(frame))
        frame.deciding |= {source.alias for source in live}
        self._found.unfollowed |= {source.table for source in live}
        if query.model is not None and (not live or query.model._meta.db_table in {source.table for source in live}):
            self._found.unfollowed.add(self._found.table(query.model))
        self._expression(query.where)
        only_key = only_key or self._selects_key(query)
        if not exists and not only_key:
            self._selected(query)
        for part in query.combined_queries:
            self._subquery(part, exists and query.combinator == "union", only_key)
        self._joins(frame)
        self._frames.pop()

    def _selected(self, query: Query) -> None:
        if query.default_cols and not query.select:
            self.doubts.append("all columns of a subquery")
        for selected in (*query.select, *query.annotation_select.values()):
            self._expression(selected)
        for grouped in query.group_by if isinstance(query.group_by, tuple) else ():
            self._expression(grouped)

    def _selects_key(self, query: Query) -> bool:
        if query.model is None or query.group_by not in (None, True):
            return False
        return query.values_select in (("pk",), (query.model._meta.pk.name,))

    # -- tables

    def _enter(self, query: Query, path: Path | None) -> _Frame:
        if not type(query).__module__.startswith("django.db.models."):
            self.doubts.append(f"a {type(query).__name__}")
        if query.extra_tables:
            self.doubts.append("extra(tables=…)")
        sources: dict[str, _Source] = {}
        for alias, one in query.alias_map.items():
            sources[alias] = self._source(alias, one, sources, path)
        frame = _Frame(query, sources)
        self._frames.append(frame)
        return frame

    def _source(self, alias: str, one: Any, sources: dict[str, _Source], path: Path | None) -> _Source:
        if isinstance(one, BaseTable):
            return _Source(alias, one.table_name, path, None)
        parent = sources[one.parent_alias].path
        forward = isinstance(one.join_field, models.ForeignKey)
        way = (*parent, one.join_field.name) if parent is not None and forward else None
        return _Source(alias, one.table_name, way, one)

    def _live(self, frame: _Frame) -> Iterator[_Source]:
        return (source for alias, source in frame.sources.items() if frame.query.alias_refcount.get(alias))

    def _joins(self, frame: _Frame) -> None:
        """The joins that lead to the deciding tables. Their conditions may ask about further ones."""
        done: set[str] = set()
        while todo := frame.deciding - done:
            for alias in [alias for alias in frame.sources if alias in todo]:
                done.add(alias)
                self._join(frame, frame.sources[alias])
        for alias in done:
            if frame.sources[alias].table not in self._found.keys:
                self.doubts.append(f"table {frame.sources[alias].table}")

    def _join(self, frame: _Frame, source: _Source) -> None:
        if source.join is None:
            return
        frame.deciding.add(source.join.parent_alias)
        for left, right in source.join.join_fields:
            self._found.decide(left)
            self._found.decide(right)
        if source.path is None:
            self._found.unfollowed.add(source.table)
        else:
            self._found.follow(source.path, source.table, member=True)
        self._expression(source.join.join_field.get_extra_restriction(source.alias, source.join.parent_alias))
        if source.join.filtered_relation is not None:
            self._expression(source.join.filtered_relation.resolved_condition)

    # -- expressions

    def _expression(self, one: Any) -> None:
        if one is None or isinstance(one, NothingNode):
            return
        if isinstance(one, WhereNode):
            self._all(one.children)
        elif isinstance(one, Col):
            self._column(one)
        elif isinstance(one, Query):
            self._subquery(one)
        elif not self._is_understood(one):
            self.doubts.append(f"a {type(one).__name__}")
            self._all(one.get_source_expressions() if hasattr(one, "get_source_expressions") else ())
        elif isinstance(one, Subquery):
            self._subquery(one.query, exists=isinstance(one, Exists))
        elif not isinstance(one, Value | Star):
            self._all(one.get_source_expressions())

    def _all(self, many: Iterable[Any]) -> None:
        for one in many:
            self._expression(one)

    def _is_understood(self, one: Any) -> bool:
        """Whether the expression's class is known to depend on what is in it, and on nothing else."""
        module = type(one).__module__
        if not module.startswith(_UNDERSTOOD) or module == "django.contrib.postgres.functions":
            return False
        if isinstance(one, _WANDERING) or not hasattr(one, "get_source_expressions"):
            return False
        if getattr(one, "set_returning", False):
            return False
        return not (isinstance(one, Func) and _OWN_SQL & one.extra.keys())

    def _column(self, column: Col) -> None:
        """Decides in the query whose alias it has, which may be one further out."""
        self._found.decide(column.target)
        for frame in reversed(self._frames):
            if (source := frame.sources.get(column.alias)) is not None:
                frame.deciding.add(source.alias)
                if source.path is None:
                    self._found.unfollowed.add(source.table)
                return
        self.doubts.append(f"column {column.target} of another query")
