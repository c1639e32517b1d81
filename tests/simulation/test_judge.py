"""The simulation's judge finds what is lost, there twice, or other than it was made to be."""

import json
import uuid
from typing import Any

import pytest
from django.utils import timezone

from catalog.demo import make_demo_users
from catalog.models import Customer, StockCount
from syncapi.models import PushedChange
from tests.simulation.judge import Judge
from tests.simulation.table import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge() -> Judge:
    make_demo_users()
    judge = Judge()
    judge.begin()
    return judge


def noted(op: str, key: int, values: dict[str, Any], item: uuid.UUID | None = None) -> PushedChange:
    return PushedChange.objects.create(
        replica=uuid.UUID(int=1),
        app="sales",
        item=item or uuid.uuid4(),
        entity="LocalStockCount",
        op=op,
        key=json.dumps(key),
        status="applied",
        values=json.dumps(values),
        after=json.dumps(values),
        at=timezone.now(),
    )


def one() -> StockCount:
    count = StockCount.objects.order_by("pk").first()
    assert count is not None
    return count


def test_E_what_was_noted_and_done_is_right(judge: Judge) -> None:
    with judge.watched():
        Customer.objects.update(city="Kiel")
    StockCount.objects.filter(pk=one().pk).update(note="seen")
    change = noted("update", one().pk, {"note": "seen"})
    assert judge.verdict({str(change.item): "applied"}) == []


def test_E_what_was_acknowledged_and_is_not_there_is_lost(judge: Judge) -> None:
    key = one().pk
    noted("update", key, {"note": "never written"})
    (wrong,) = judge.verdict({})
    assert wrong.startswith(f"E: note of ('LocalStockCount', {key}) is ''")
    unknown = str(uuid.uuid4())
    assert f"E: mutation {unknown} was told to be applied, and nobody knows of it" in judge.verdict(
        {unknown: "applied"}
    )


def test_T4_what_a_restore_took_away_is_told_by_its_place_and_what_came_after_counts(judge: Judge) -> None:
    key = one().pk
    judge.keep()
    StockCount.objects.filter(pk=key).update(note="after the backup")
    before = look()
    StockCount.objects.filter(pk=key).update(note="")  # as the backup has it
    told = judge.restored(before)
    assert "after the backup" in told["there"]
    assert told["lost"]["after the backup"] == ("LocalStockCount", key, "note")
    assert judge.touched() == []
    with judge.watched():
        StockCount.objects.filter(pk=key).update(note="newer")
    noted("update", key, {"place": "there"})
    assert judge.touched() == [("LocalStockCount", key, "note"), ("LocalStockCount", key, "place")]


def test_E_what_nobody_made_is_found(judge: Judge) -> None:
    StockCount.objects.create(product=one().product, counted=1, place="twice")
    (wrong,) = judge.verdict({})
    assert "is there, and nobody made it" in wrong


def test_E_a_mutation_that_was_decided_twice_is_found(judge: Judge) -> None:
    change = noted("update", one().pk, {"note": ""})
    noted("update", one().pk, {"note": ""}, change.item)
    assert judge.verdict({}) == [f"E: mutation {change.item} was decided 2 times"]
