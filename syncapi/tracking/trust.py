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
    for name, needed in plan.watched.items():
        source = tracker.source(name)
        if source is None:
            content = content and name != own and not needed.content
            if not needed.target:  # links decide no membership, and are watched by declaration alone
                membership = False
                tracker.need(name, needed.columns)
            continue
        watched = source.watched
        content = content and needed.content <= watched.columns and needed.shared <= watched.felt
        membership = membership and needed.member <= watched.member
        missing = (needed.content - watched.columns) | (needed.member - watched.member) | (needed.shared - watched.felt)
        tracker.need(name, missing)
    return Trust(content, membership)
