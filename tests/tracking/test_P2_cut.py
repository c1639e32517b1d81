"""P2: a pull may be cut at any byte; the next one goes on, and what came whole does not travel again.

Here all rows travel inside the answer; what comes in parts is in `tests/segments/test_P2_cut.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalog.models import Customer, Territory, TerritoryAssignment
from syncapi.testing import FakeDevice, SyncCut
from syncapi.testing.answer import read_answer
from tests.tracking.field import check_equal, declared, field_app, user

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 3500
WHOLE = 1000  # rows of a segment
relaxed = hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def app(settings: Any) -> Iterator[None]:
    settings.HAVERSACK = {"INLINE_ROWS": ROWS}
    with declared(field_app):
        yield


@pytest.fixture
def nancy(app: None) -> User:
    wide = Territory.objects.create(code="W", name="Wide")
    other = Territory.objects.create(code="O", name="Other")
    Customer.objects.bulk_create(
        Customer(pk=n * 10, code=f"c{n}", company_name=f"Company {n}", territory=wide) for n in range(1, ROWS + 1)
    )
    Customer.objects.create(pk=5, code="before", company_name="Before", territory=other)
    return user("nancy", wide)


@pytest.fixture
def size(nancy: User) -> int:
    """Of the answer to a first sync, in bytes."""
    return FakeDevice(nancy).sync("field").bytes


def came_whole(content: bytes) -> int:
    """Rows of customers in segments that are complete."""
    answer = read_answer(content, cut=True)
    customers = answer.entities.get("FieldCustomer")
    return sum(len(segment.rows) for segment in customers.segments) if customers else 0


@relaxed
@given(share=st.floats(0, 0.9999))
def test_P2_a_first_download_cut_anywhere_goes_on(nancy: User, size: int, share: float) -> None:
    device = FakeDevice(nancy)
    device.cut_after(bytes=int(size * share))
    with pytest.raises(SyncCut):
        device.sync("field")
    assert device.rows("field", "FieldCustomer") == []
    had = came_whole(device.recording[-1])
    assert had % WHOLE in (0, ROWS % WHOLE)
    result = device.sync("field").entities["FieldCustomer"]
    assert result.rows_received == ROWS - had
    assert result.mode == ("ranges" if had else "replace")
    check_equal(device, "field")
    assert device.sync("field").rows_received == 0


@relaxed
@given(shares=st.lists(st.floats(0.05, 0.95), min_size=2, max_size=6))
def test_P2_cut_again_and_again(nancy: User, size: int, shares: list[float]) -> None:
    device = FakeDevice(nancy)
    had = 0
    for share in shares:
        device.cut_after(bytes=int(size * share))
        try:
            device.sync("field")
        except SyncCut:
            had += came_whole(device.recording[-1])
            assert had <= ROWS
        else:
            break
    else:
        result = device.sync("field").entities["FieldCustomer"]
        assert result.rows_received == ROWS - had
    check_equal(device, "field")


def _nothing() -> None:
    pass


def _first_changed() -> None:
    Customer.objects.filter(pk=20).update(company_name="Other")


def _first_deleted() -> None:
    Customer.objects.filter(pk=20).delete()


def _one_before_the_first() -> None:
    Customer.objects.filter(pk=5).update(territory=Territory.objects.get(code="W"))


def _all_deleted() -> None:
    Customer.objects.all().delete()


def _rest_deleted() -> None:
    Customer.objects.filter(pk__gt=20_000).delete()


MEANWHILE = {  # segments that travel again, of the two that had come
    _nothing: 0,
    _first_changed: 1,
    _first_deleted: 1,
    _one_before_the_first: 1,
    _rest_deleted: 0,
}


@pytest.mark.parametrize("change", MEANWHILE, ids=lambda change: change.__name__)
def test_P2_only_segments_that_changed_meanwhile_travel_again(nancy: User, change: object) -> None:
    device = FakeDevice(nancy)
    device.cut_after(rows=2500)
    with pytest.raises(SyncCut):
        device.sync("field")
    assert callable(change)
    change()
    result = device.sync("field").entities["FieldCustomer"]
    rest = len([row for row in device.rows("field", "FieldCustomer") if row["id"] > 20_000])
    again = result.rows_received - rest
    assert abs(again - WHOLE * MEANWHILE[change]) <= 1
    check_equal(device, "field")


def test_P2_nothing_is_left_of_what_had_come(nancy: User) -> None:
    device = FakeDevice(nancy)
    device.cut_after(rows=2500)
    with pytest.raises(SyncCut):
        device.sync("field")
    _all_deleted()
    assert device.sync("field").entities["FieldCustomer"].rows_received == 0
    assert device.rows("field", "FieldCustomer") == []


def test_P2_the_scope_is_another_when_it_goes_on(nancy: User) -> None:
    device = FakeDevice(nancy)
    device.cut_after(rows=2500)
    with pytest.raises(SyncCut):
        device.sync("field")
    TerritoryAssignment.objects.filter(user=nancy).update(territory=Territory.objects.get(code="O"))
    device.sync("field")
    assert [row["code"] for row in device.rows("field", "FieldCustomer")] == ["before"]
    check_equal(device, "field")


@relaxed
@given(share=st.floats(0, 0.9999))
def test_P2_a_comparison_cut_anywhere_goes_on(nancy: User, share: float) -> None:
    device = FakeDevice(nancy)
    device.sync("field")
    before = device.rows("field", "FieldCustomer")
    device.forget("field", "FieldCustomer", keys=[key * 10 for key in range(1, ROWS, 3)])
    whole = device.copy()
    size = whole.sync("field", compare=True).bytes
    assert whole.rows("field", "FieldCustomer") == before
    device.cut_after(bytes=int(size * share))
    with pytest.raises(SyncCut):
        device.sync("field", compare=True)
    had = came_whole(device.recording[-1])
    result = device.sync("field", compare=True).entities["FieldCustomer"]
    assert result.rows_received <= ROWS - had + WHOLE  # ranges are others now: the one at the seam differs
    assert device.rows("field", "FieldCustomer") == before


@relaxed
@given(share=st.floats(0, 0.9999))
def test_P2_a_delta_cut_anywhere_is_told_again(nancy: User, share: float) -> None:
    device = FakeDevice(nancy)
    device.sync("field")
    Customer.objects.filter(pk__lte=300, pk__gt=10).update(company_name=f"Changed {share}")
    Customer.objects.filter(pk=310).delete()
    size = device.copy().sync("field").bytes
    before = device.rows("field", "FieldCustomer")
    device.cut_after(bytes=int(size * share))
    with pytest.raises(SyncCut):
        device.sync("field")
    assert device.rows("field", "FieldCustomer") == before
    assert len(device.sync("field").entities["FieldCustomer"].changed) == 29
    check_equal(device, "field")
    Customer.objects.create(pk=310, code="c31", company_name="Company 31", territory=Territory.objects.get(code="W"))
