"""T1 to T5: whatever happens to the server and its devices, each device ends equal to a fresh query."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.tracking.stateful.site import machine

pytestmark = pytest.mark.django_db(transaction=True)


def test_T1_T2_T3_T4_T5_whatever_happens_each_device_ends_equal_to_a_fresh_query() -> None:
    """A failure prints its steps, and how to run it again: keep it in `test_kept_histories.py`."""
    with machine() as histories:
        run_state_machine_as_test(
            histories,
            settings=settings(
                max_examples=200,
                stateful_step_count=50,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
