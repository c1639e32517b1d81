"""Histories that once failed, step by step, and what was wrong then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from syncapi.testing import SyncRefused
from tests.tracking.stateful.machine import APP, Histories
from tests.tracking.stateful.site import machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def history() -> Iterator[Histories]:
    with machine() as histories:
        yield histories()


def test_T4_each_kind_of_restore_is_survived(history: Histories) -> None:
    history.go_back(elsewhere=False, commit=False)
    history.write(("update_all", "farm", 0, 0, 1))
    history.sync(0, ("RoamFarm",))
    for elsewhere in (False, True):
        history.go_back(elsewhere=elsewhere, commit=True)
        history.write(("update_all", "farm", 0, 0, 2))
        history.sync(0, ("RoamFarm",))
    history.teardown()


if connection.vendor == "postgresql":

    def test_T4_seed_5_adopting_a_database_waits_for_open_transactions_and_says_so(history: Histories) -> None:
        """It was an internal error when the wait was too long."""
        history.write(("increment", "farm", 0, 1, 0))
        history.go_back(elsewhere=False, commit=False)
        history.go_back(elsewhere=True, commit=True)
        history.write_elsewhere(0, ("increment", "farm", 0, 1, 0))
        with pytest.raises(SyncRefused) as refused:
            history.devices[0].sync(APP)
        assert (refused.value.code, refused.value.retry) == ("busy", True)
        history.sync(0, ("RoamFarm",))  # ends the other's transaction first
        history.teardown()
