"""What should be watched against what is: read by the checks, by `synctriggers`, and by the installation itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from syncapi.tracking.relations import Relation, relation
from syncapi.tracking.sources import Installed, installed
from syncapi.tracking.triggers import names_on_table, render
from syncapi.tracking.watched import Watched


class State(StrEnum):
    """How the triggers of one table stand to what is needed of them."""

    TRACKED = "tracked"
    MISSING = "missing"  # never installed
    BROKEN = "broken"  # triggers are gone or disabled, or there is something that they cannot see
    OUTDATED = "outdated"  # they watch other columns than are needed now
    ABSENT = "absent"  # there is no such table, perhaps not yet
    REFUSED = "refused"  # of a kind that triggers cannot watch
    SUPERFLUOUS = "superfluous"  # nobody needs it any more


@dataclass(frozen=True)
class Finding:
    """`name`: of the source. `detail`: why, in words. `watched`: what triggers can watch of what is needed; `relation`:
    where they go."""

    name: str
    state: State
    detail: str = ""
    watched: Watched | None = None
    relation: Relation | None = None
    source: Installed | None = None


def survey(required: Mapping[str, Watched]) -> list[Finding]:
    """One finding per source that is needed or tracked, in the order of names. Reads only."""
    known = installed() or {}
    schema = home()
    found = [examine(watched, known.get(name), schema) for name, watched in required.items()]
    found += [
        Finding(name, State.SUPERFLUOUS, "nothing declared needs it", source=known[name])
        for name in known.keys() - required.keys()
    ]
    return sorted(found, key=lambda finding: finding.name)


def examine(watched: Watched, source: Installed | None, schema: str) -> Finding:
    """How things are with one source."""
    there = relation(watched.table)
    if there is None:
        return Finding(watched.name, State.ABSENT, "there is no such table", source=source)
    present, refusal = _present(watched, there)
    if present is None:
        return Finding(watched.name, State.REFUSED, refusal, source=source)

    def finding(state: State, detail: str = "") -> Finding:
        return Finding(watched.name, state, detail, present, there, source)

    if source is None:
        return finding(State.MISSING, "no triggers were installed")
    if gone := source.names - source.found:
        return finding(State.BROKEN, f"{len(gone)} of {len(source.names)} triggers are gone or disabled")
    if source.remade:
        return finding(State.BROKEN, "the table was made anew since triggers were installed")
    if not source.intact:
        what = "its unique indexes" if connection.vendor == "sqlite" else "its partitions"
        return finding(State.BROKEN, f"{what} are others than when triggers were installed")
    right = names_on_table(render(source.id, present, there, schema), there)
    if source.watched != present or source.names != right or source.key_type != there.columns[present.key]:
        return finding(State.OUTDATED, _difference(source.watched, present))
    return finding(State.TRACKED, ", ".join(sorted(present.columns)))


def _present(watched: Watched, there: Relation) -> tuple[Watched | None, str]:
    """What the table has of it, as the database spells it; or why nothing of it can be watched."""
    key, target = there.column(watched.key), there.column(watched.target) if watched.target else ""
    if there.refusal:
        return None, there.refusal
    if key is None:
        return None, f"it has no column '{watched.key}', which is the key"
    if target is None:
        return None, f"it has no column '{watched.target}'"
    if watched.target and there.partitions:
        return None, "it is partitioned"  # what is on the partitions tells nobody of which source it is
    content, member, shared = (
        frozenset(own for name in names if (own := there.column(name)) is not None) - {key}
        for names in (watched.content, watched.member, watched.shared)
    )
    return Watched(watched.table, key, content, member, shared, target), ""


def _difference(old: Watched, new: Watched) -> str:
    more, less = sorted(new.columns - old.columns), sorted(old.columns - new.columns)
    words = [f"not watched yet: {', '.join(more)}"] if more else []
    words += [f"no longer needed: {', '.join(less)}"] if less else []
    return "; ".join(words) or "the table or the triggers' text changed"


def home() -> str:
    """The schema of the tracker's tables, quoted. Empty where there are no schemas, and before the tables are made."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(n.nspname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.oid = to_regclass('syncapi_change')"
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""
