"""What a table is in the database: its columns, and whether triggers can see everything that happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection


@dataclass(frozen=True)
class Unique:
    """A unique index of SQLite: its columns with their collations. Partial ones count by their columns."""

    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Relation:
    """A table as it is. Names are quoted for SQL where said so.

    `columns`: their types by name. `refusal`: why it cannot be tracked. `extent`: what else must stay as it is for the
    triggers to see everything: names of unique indexes on SQLite, partitions on PostgreSQL. `qualified`: quoted, with
    its schema. `oid`: what PostgreSQL itself knows the table by; another, if it was made anew. `partitions`: of all
    levels, quoted. `builtin`: columns whose type PostgreSQL itself brings. `on_expressions`: unique
    indexes of SQLite that are not on columns alone. `key`: of SQLite, the primary key where it is one column.
    """

    name: str
    qualified: str
    columns: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    oid: str = ""
    extent: str = ""
    generated: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[Unique, ...] = ()
    on_expressions: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    builtin: frozenset[str] = frozenset()
    key: str = ""

    def column(self, name: str) -> str | None:
        """The column as the database spells it, or None when the table does not have it."""
        if name in self.columns:
            return name
        if connection.vendor == "sqlite":
            return next((own for own in self.columns if own.lower() == name.lower()), None)
        return None


def relation(table: str) -> Relation | None:
    """`table`: as in `Meta.db_table`. None when there is no such table."""
    return _sqlite(table) if connection.vendor == "sqlite" else _postgresql(table)


# -- SQLite


def _sqlite(table: str) -> Relation | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, type, sql FROM sqlite_master WHERE lower(name) = lower(%s)", [table])
        row = next((row for row in cursor.fetchall() if row[1] in ("table", "view")), None)
        if row is None:
            return None
        name, kind, sql = row
        quoted = connection.ops.quote_name(name)
        if kind == "view":
            return Relation(name, quoted, refusal="it is a view")
        if str(sql).upper().startswith("CREATE VIRTUAL"):
            return Relation(name, quoted, refusal="it is a virtual table")
        cursor.execute('SELECT name, type, hidden, dflt_value, "notnull", pk FROM pragma_table_xinfo(%s)', [name])
        fields = cursor.fetchall()
        key = [field for field, *_, place in fields if place]
        cursor.execute(
            """
            SELECT i.name, x.cid, x.name, x.coll, i.origin FROM pragma_index_list(%s) AS i,
                pragma_index_xinfo(i.name) AS x
            WHERE i."unique" AND x.key ORDER BY i.name, x.seqno
            """,
            [name],
        )
        indexes: dict[str, list[tuple[int, str, str, str]]] = {}
        for index, *column in cursor.fetchall():
            indexes.setdefault(index, []).append(tuple(column))
    on_expressions = tuple(index for index, columns in indexes.items() if any(cid < 0 for cid, *_ in columns))
    named = [index for index, columns in indexes.items() if columns[0][3] == "c"]
    return Relation(
        name,
        quoted,
        columns={field: type_ for field, type_, *_ in fields},
        generated=frozenset(field for field, _, hidden, *_ in fields if hidden in (2, 3)),
        defaults={field: default for field, _, _, default, notnull, _ in fields if notnull and default is not None},
        unique=tuple(
            Unique(tuple((field, collation) for _, field, collation, _ in columns))
            for index, columns in indexes.items()
            if index not in on_expressions
        ),
        on_expressions=on_expressions,
        extent=" ".join(sorted(named)),
        key=key[0] if len(key) == 1 else "",
    )


# -- PostgreSQL

_KINDS = {
    "v": "it is a view",
    "m": "it is a materialized view",
    "f": "it is a foreign table",
    "S": "it is a sequence",
    "c": "it is a type",
}
_PERSISTENCE = {
    "u": "it is unlogged, and emptied after a crash without a trace",
    "t": "it is temporary",
}

PARTITIONS = """
    coalesce((
        SELECT string_agg(t.oid::text || t.tgenabled::text, ' ' ORDER BY t.oid) FROM pg_partition_tree(c.oid) AS p
        JOIN pg_trigger AS t ON t.tgrelid = p.relid
        WHERE c.relkind = 'p' AND p.relid <> c.oid AND t.tgname LIKE 'haversack\\_%%'
    ), '') || coalesce((
        SELECT '/' || string_agg(p.relid::oid::text, ' ' ORDER BY p.relid::oid) FROM pg_partition_tree(c.oid) AS p
        WHERE c.relkind = 'p' AND p.relid <> c.oid
    ), '')
"""
"""Partitions and the triggers on them: another one joins, leaves, or was away for a while."""


def _postgresql(table: str) -> Relation | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.oid, c.relkind, c.relpersistence, {PARTITIONS},
                quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                EXISTS (
                    SELECT FROM pg_inherits AS i JOIN pg_class AS k ON k.oid = i.inhrelid
                    WHERE i.inhparent = c.oid AND NOT k.relispartition
                ),
                array(
                    SELECT quote_ident(m.nspname) || '.' || quote_ident(k.relname)
                    FROM pg_partition_tree(c.oid) AS p JOIN pg_class AS k ON k.oid = p.relid
                    JOIN pg_namespace AS m ON m.oid = k.relnamespace
                    WHERE c.relkind = 'p' AND p.relid <> c.oid ORDER BY 1
                ),
                array(
                    SELECT k.relkind::text FROM pg_partition_tree(c.oid) AS p JOIN pg_class AS k ON k.oid = p.relid
                    WHERE c.relkind = 'p'
                )
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(%s)
            """,  # noqa: S608
            [connection.ops.quote_name(table)],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        oid, kind, persistence, extent, qualified, inherited, partitions, kinds = row
        cursor.execute(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), b.typnamespace = 'pg_catalog'::regnamespace
                OR b.typtype = 'e'
            FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            JOIN pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
            WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            [oid],
        )
        fields = cursor.fetchall()
    refusal = _KINDS.get(kind) or _PERSISTENCE.get(persistence, "")
    if not refusal and inherited:
        refusal = "other tables inherit from it, and triggers do not"
    if not refusal and "f" in kinds:
        refusal = "one of its partitions is a foreign table"
    return Relation(
        table,
        qualified,
        columns={name: type_ for name, type_, _ in fields},
        refusal=refusal,
        oid=str(oid),
        extent=extent,
        partitions=tuple(partitions),
        builtin=frozenset(name for name, _, builtin in fields if builtin),
    )
