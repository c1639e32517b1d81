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


def test_T1_a_row_that_is_thrown_out_for_its_code_leaves_the_device(history: Histories) -> None:
    """Random histories met this too seldom, until devices began with rows."""
    thrown_out = history.devices[0].rows(APP, "RoamFarm")[1]
    assert thrown_out["code"] == "c0"
    history.write_over("replace", "farm", 5, 5, 0)  # a conflict in PostgreSQL, which keeps the row
    history.sync(0, ("RoamFarm",))
    kept = connection.vendor == "postgresql"
    assert (history.devices[0].get(APP, "RoamFarm", thrown_out["id"]) is not None) == kept
    history.teardown()


if connection.vendor == "postgresql":

    @pytest.mark.parametrize("commit", [True, False])
    def test_T4_seed_5_a_database_from_elsewhere_is_adopted_while_others_write(
        history: Histories, commit: bool
    ) -> None:
        """It waited for them, and then failed; and later it left the rows that they held with numbers to come, so that
        they were sent with each sync."""
        history.write(("increment", "farm", 0, 1, 0))
        history.go_back(elsewhere=False, commit=False)
        history.go_back(elsewhere=True, commit=True)
        history.write_elsewhere(0, ("increment", "farm", 0, 1, 0))
        history.sync(0, ("RoamFarm",))
        assert history.open
        history.end(0, commit=commit)
        history.sync(0, ("RoamFarm",))
        history.teardown()

    def test_T4_seed_5_who_has_to_wait_too_long_is_told_to_come_back(history: Histories) -> None:
        """It was an internal error."""
        history.go_back(elsewhere=False, commit=False)
        history.go_back(elsewhere=True, commit=True)
        history.site.writers[0].execute("LOCK TABLE syncapi_clock IN ROW EXCLUSIVE MODE")
        with pytest.raises(SyncRefused) as refused:
            history.devices[0].sync(APP)
        assert (refused.value.code, refused.value.retry) == ("busy", True)
        history.site.writers[0].rollback()
        history.teardown()
