"""The ledger for many ids at once: a few statements, however many there are (W1).

As with `once`, the entry is written before anything is done, and its unique constraint is what parallel requests wait
at; so on SQLite, too, a transaction begins by writing, and may wait for another.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.utils import timezone

from syncapi.bulk import insert_many
from syncapi.ledger.model import LedgerEntry
from syncapi.ledger.once import Origin, Outcome

CLAIMED = ""  # the outcome of an entry whose transaction is under way: nobody else sees it


@dataclass(frozen=True)
class Known:
    """What an id stands for, by its digest, and what came of it."""

    digest: str
    outcome: Outcome


def known(origin: Origin, items: Iterable[uuid.UUID]) -> dict[uuid.UUID, Known]:
    """The ids among `items` that have an outcome. One query, none without ids."""
    wanted = list(items)
    if not wanted:
        return {}
    entries = LedgerEntry.objects.filter(**asdict(origin), item__in=wanted).exclude(outcome=CLAIMED)
    return {
        item: Known(digest, json.loads(outcome))
        for item, digest, outcome in entries.values_list("item", "digest", "outcome")
    }


def claim(origin: Origin, digests: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, Known]:
    """Claims ids for the transaction that this is called in; returns those that have an outcome, and so are not ours.

    Waits for transactions that have claimed any of them. Two statements.

    :param digests: by id, of what it stands for.
    """
    # In one order, so that two requests cannot wait for each other.
    rows = sorted(digests.items())
    same = {**asdict(origin), "outcome": CLAIMED, "made": timezone.now()}
    insert_many(LedgerEntry, same, ["item", "digest"], rows, ignore_conflicts=True)
    return known(origin, digests)


def settle(origin: Origin, digests: Mapping[uuid.UUID, str], outcomes: Mapping[uuid.UUID, Outcome]) -> None:
    """Writes what became of claimed ids; those without an outcome are given up. Two statements.

    :param digests: of all that were claimed, and were not known.
    """
    LedgerEntry.objects.filter(**asdict(origin), item__in=list(digests), outcome=CLAIMED).delete()
    rows = [(item, digests[item], json.dumps(outcome)) for item, outcome in outcomes.items()]
    insert_many(LedgerEntry, {**asdict(origin), "made": timezone.now()}, ["item", "digest", "outcome"], rows)
