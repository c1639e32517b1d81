"""How far changes of the tables that an entity depends on are known: what triggers watch against what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from syncapi.tracking.plan import Plan
from syncapi.tracking.tracker import Tracker


@dataclass(frozen=True)
class Trust:
    """`content`: every change of a value that is carried is seen. `membership`: also everything that decides which
    rows are in scope."""

    content: bool
    membership: bool


def trust(plan: Plan, tracker: Tracker) -> Trust:
    """What can be relied on for `plan`; columns that no trigger watches are noted for the next installation."""
    content = membership = True
    own = plan.followed[0].table
    for table, needed in plan.watched.items():
        source = tracker.source(table)
        if source is None:
            content = content and table != own and not needed.content
            membership = False
            tracker.need(table, needed.columns)
            continue
        watched = source.watched
        content = content and needed.content <= watched.columns and needed.shared <= watched.felt
        membership = membership and needed.member <= watched.member
        missing = (needed.content - watched.columns) | (needed.member - watched.member) | (needed.shared - watched.felt)
        tracker.need(table, missing)
    return Trust(content, membership)
