"""From what is to be watched to the statements that watch it. Nothing here reads or writes the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from syncapi.tracking.relations import Relation, Unique
from syncapi.tracking.templates import digest, fill, sections
from syncapi.tracking.watched import Watched

PREFIX = "haversack_"
ROWID = ("rowid", "oid", "_rowid_")  # other names that an UPDATE can call SQLite's integer keys by

# Types whose text does not depend on settings of the session that writes.
_STEADY_TYPES = ("smallint", "integer", "bigint", "uuid", "text", "citext", "character", "numeric", "boolean", "inet")
_SAFE_PATH = "SET search_path = pg_catalog, pg_temp"
_STEADY_TEXT = (
    "SET DateStyle = 'ISO, YMD' SET TimeZone = 'UTC' SET IntervalStyle = 'postgres' SET bytea_output = 'hex' "
    "SET extra_float_digits = 1"
)


@dataclass(frozen=True)
class Trigger:
    """`statements` in order, functions first. `table`: quoted. The name ends in a hash of all that is in there."""

    name: str
    table: str
    statements: tuple[str, ...]


def render(source: int, watched: Watched, relation: Relation, home: str) -> list[Trigger]:
    """The triggers of one source. All columns of `watched` must be in `relation`.

    `home`: the schema of the tracker's tables, quoted; empty where there are no schemas.
    """
    if connection.vendor == "sqlite":
        return _sqlite_links(source, watched, relation) if watched.target else _sqlite(source, watched, relation)
    if watched.target:
        return _postgresql_links(source, watched, relation, home)
    return _postgresql(source, watched, relation, home)


def names_on_table(triggers: Iterable[Trigger], relation: Relation) -> set[str]:
    """Of those on the table itself; the extent of a relation tells of those on its partitions."""
    return {trigger.name for trigger in triggers if trigger.table == relation.qualified}


def name_of(source: int, event: str, text: str) -> str:
    return f"{PREFIX}{source}_{event}_{digest(text)}"


def _named(text: str, place: str, name: str) -> str:
    """The hash in a name is of the text without it. A table may itself be called like the place, further on."""
    return text.replace(f"{{{place}}}", name, 1)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


# -- SQLite


def _sqlite(source: int, watched: Watched, relation: Relation) -> list[Trigger]:
    key = _quote(watched.key)
    content, member = sorted(watched.content), sorted(watched.member)
    shared = sorted(watched.shared - watched.member)  # a member that differs counts as felt anyway
    beside_key = [unique for unique in relation.unique if [name for name, _ in unique.columns] != [watched.key]]
    in_unique = sorted({name for unique in beside_key for name, _ in unique.columns})
    of_key = next((unique for unique in relation.unique if unique not in beside_key), Unique(((watched.key, ""),)))
    uniques = [of_key, *beside_key]
    values = {
        "source": str(source),
        "table": relation.qualified,
        "key": key,
        "of_watched": _of([watched.key, *watched.columns], relation),
        "of_key": _of([watched.key], relation),
        "of_unique": _of([watched.key, *in_unique], relation),
        "differs": _differ(sorted(watched.columns), relation),
        "member_differs": _differ(member, relation),
        "of_shared": _of([watched.key, *shared], relation),
        "shared_differs": _differ(shared, relation),
        "edited": "1" if not set(member) - set(content) else f"({_differ(content, relation)})" if content else "0",
        "in_the_way_of_insert": _exists(uniques, relation),
        "conflicts_with_insert": _conflicts(uniques, relation),
        "in_the_way_of_update": _exists(beside_key, relation, f"other.{key} IS NOT OLD.{key} AND "),
        "conflicts_with_update": _conflicts(beside_key, relation),
    }
    chosen: list[tuple[str, dict[str, str]]] = [("inserting", {}), ("inserted", {}), ("deleted", {}), ("rekeyed", {})]
    if watched.columns:
        chosen.append(("updated_moved" if member else "updated", {}))
    if shared:
        chosen.append(("shared", {}))
    if beside_key:
        update = {"label": "displaced_update", "event": f"UPDATE {values['of_unique']}", "same_key": "0"}
        chosen += [("updating", {}), ("displaced", update)]
    insert = {"label": "displaced_insert", "event": "INSERT", "same_key": f"noted.key IS NEW.{key}"}
    chosen.append(("displaced", insert))
    return _sqlite_triggers(source, "triggers_v1", chosen, values, relation)


def _sqlite_links(source: int, watched: Watched, relation: Relation) -> list[Trigger]:
    key, target = _quote(watched.key), _quote(watched.target)
    link = sorted({watched.key, watched.target})
    uniques = list(relation.unique)
    if relation.key and not any([name for name, _ in unique.columns] == [relation.key] for unique in uniques):
        uniques.append(Unique(((relation.key, ""),)))
    in_unique = {name for unique in uniques for name, _ in unique.columns}

    def other_than(row: str) -> str:
        same = f"other.{key} COLLATE BINARY IS {row}.{key} AND other.{target} COLLATE BINARY IS {row}.{target}"
        return f"other.{key} IS NOT NULL AND NOT ({same}) AND "

    values = {
        "source": str(source),
        "table": relation.qualified,
        "key": key,
        "of_link": _of(link, relation),
        "of_unique": _of(in_unique, relation),
        "link_differs": _differ(link, relation),
        "other_than_new": other_than("NEW"),
        "other_than_old": other_than("OLD"),
        "in_the_way_of_insert": _exists(uniques, relation, other_than("NEW")),
        "conflicts_with_insert": _conflicts(uniques, relation),
        "in_the_way_of_update": _exists(uniques, relation, other_than("OLD")),
        "conflicts_with_update": _conflicts(uniques, relation),
    }
    names = ["linked", "relinked", "unlinked", *(["linking", "relinking"] if uniques else [])]
    return _sqlite_triggers(source, "links_v1", [(name, {}) for name in names], values, relation)


def _sqlite_triggers(
    source: int, file: str, chosen: Sequence[tuple[str, dict[str, str]]], values: dict[str, str], relation: Relation
) -> list[Trigger]:
    templates = sections("sqlite", file)
    made = []
    for name, more in chosen:
        text = fill(templates[name], values | more)
        trigger = name_of(source, more.get("label", name), text)
        made.append(Trigger(trigger, relation.qualified, (_named(text, "name", trigger),)))
    return made


def _of(columns: Iterable[str], relation: Relation) -> str:
    """Which columns an UPDATE must name for the trigger to look: all, where a generated column is among them."""
    if set(columns) & relation.generated:
        return ""
    return "OF " + ", ".join([*(_quote(name) for name in sorted(columns)), *ROWID])


def _differ(columns: Sequence[str], relation: Relation) -> str:
    """Whether any of the columns is stored otherwise than before. Its collation may take different texts for equal."""
    conditions = []
    for name in columns:
        column = _quote(name)
        conditions.append(f"OLD.{column} COLLATE BINARY IS NOT NEW.{column}")
        if _keeps_any_type(relation.columns[name]):
            conditions.append(f"typeof(OLD.{column}) IS NOT typeof(NEW.{column})")
    return " OR ".join(conditions) or "0"


def _keeps_any_type(type_: str) -> bool:
    """Columns without affinity, where 1 and 1.0 are equal and not the same (https://sqlite.org/datatype3.html)."""
    upper = type_.upper()
    return not any(part in upper for part in ("INT", "CHAR", "CLOB", "TEXT")) and (not upper or "BLOB" in upper)


def _conflicts(uniques: Sequence[Unique], relation: Relation) -> str:
    return " OR ".join(f"({_conflict(unique, relation)})" for unique in uniques)


def _exists(uniques: Sequence[Unique], relation: Relation, condition: str = "") -> str:
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {relation.qualified} AS other WHERE {condition}{_conflict(unique, relation)})"  # noqa: S608
        for unique in uniques
    )


def _conflict(unique: Unique, relation: Relation) -> str:
    conditions = []
    for name, collation in unique.columns:
        column = _quote(name)
        new = f"NEW.{column}"
        if name in relation.defaults:  # which REPLACE takes in the place of NULL
            new = f"coalesce({new}, ({relation.defaults[name]}))"
        collate = f" COLLATE {_quote(collation)}" if collation else ""
        conditions.append(f"other.{column}{collate} = {new}")
    return " AND ".join(conditions)


# -- PostgreSQL


def _postgresql(source: int, watched: Watched, relation: Relation, home: str) -> list[Trigger]:
    key = _quote(watched.key)
    shared = watched.shared - watched.member  # a member that differs counts as felt anyway
    comparable = "" if watched.key in relation.builtin else "::text"
    values = {
        "source": str(source),
        "change": f"{home}.syncapi_change",
        "sources": f"{home}.syncapi_source",
        "table": relation.qualified,
        "key": key,
        "comparable": comparable,
        "settings": _settings(relation, watched.key),
        "content_differs": _image_differs(watched.content),
        "member_differs": _image_differs(watched.member),
        "shared_differs": _image_differs(shared),
    }
    chosen = ["inserted", "deleted", "rekeyed", "truncated"]
    if watched.content - watched.member:
        chosen.append("updated")
    if watched.member:
        chosen += ["updated_moved"] if watched.content else []
        chosen += ["moved"] if watched.member - watched.content else []
    if shared:
        chosen.append("shared")
    return _postgresql_triggers(source, "triggers_v1", chosen, values, relation, home)


def _postgresql_links(source: int, watched: Watched, relation: Relation, home: str) -> list[Trigger]:
    values = {
        "source": str(source),
        "change": f"{home}.syncapi_change",
        "sources": f"{home}.syncapi_source",
        "key": _quote(watched.key),
        "target": _quote(watched.target),
        "settings": _settings(relation, watched.key, watched.target),
        "link_differs": _image_differs({watched.key, watched.target}),
    }
    chosen = ["linked", "relinked", "left", "unlinked", "truncated"]
    return _postgresql_triggers(source, "links_v1", chosen, values, relation, home)


def _settings(relation: Relation, *written: str) -> str:
    steady = all(relation.columns[column].startswith(_STEADY_TYPES) for column in written)
    return _SAFE_PATH if steady else f"{_SAFE_PATH} {_STEADY_TEXT}"


def _postgresql_triggers(
    source: int, file: str, chosen: Sequence[str], values: dict[str, str], relation: Relation, home: str
) -> list[Trigger]:
    templates = sections("postgresql", file)
    made = []
    for name in chosen:
        function = _FUNCTIONS[name]
        text = fill(templates[function], values)
        qualified = f"{home}.{name_of(source, function, text)}"
        statements = (
            _named(text, "function", qualified),
            f"REVOKE ALL ON FUNCTION {qualified}() FROM PUBLIC",
        )
        for table in [relation.qualified, *(relation.partitions if name == "truncated" else ())]:
            made.append(
                _always(
                    source,
                    name,
                    table,
                    fill(templates[name], values | {"table": table, function: qualified}),
                    statements,
                )
            )
    return made


_FUNCTIONS = {
    "inserted": "insert",
    "updated": "update",
    "updated_moved": "move",
    "moved": "move",
    "shared": "feel",
    "rekeyed": "rekey",
    "deleted": "delete",
    "truncated": "truncate",
    "linked": "link",
    "relinked": "link",
    "left": "unlink",
    "unlinked": "unlink",
}


def _always(source: int, name: str, table: str, text: str, function: tuple[str, ...]) -> Trigger:
    """Fires in sessions that replicate or restore, too."""
    trigger = name_of(source, name, text)
    enabled = f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
    return Trigger(trigger, table, (*function, _named(text, "name", trigger), enabled))


def _image_differs(columns: Iterable[str]) -> str:
    """Whether any of the columns is stored otherwise than before; equality may depend on collation and type."""
    names = [_quote(name) for name in sorted(columns)]
    if not names:
        return "false"
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return f"record_image_ne(ROW({old}), ROW({new}))"
