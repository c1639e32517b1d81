"""What a queryset depends on, by name for each kind of query (decision 0012)."""

from __future__ import annotations

import timeit
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import (
    QuerySet,
)  # fmt: skip
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from catalog.models import Customer, Order
from syncapi import offline
from syncapi.errors import DeclarationError
from syncapi.tracking.plan import Followed, plan
from syncapi.tracking.watched import Watched
from tests.tracking.kinds import (
    KINDS,
    Kind,
    O,
    OfChildren,
    OfLines,
    OfNotes,
    OfOrders,
    declared,
    planned,
)
from tests.wire.models import Tariff

pytestmark = pytest.mark.django_db

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def full(name: str) -> str:
    if name.startswith("auth_"):
        return name
    return (
        f"wire_{name}"
        if name.split(".")[0] in ("child", "shelf", "jar", "pointer", "note", "profile")
        else f"catalog_{name}"
    )


@every_kind
def test_T5_a_query_tells_what_its_members_depend_on(kind: Kind) -> None:
    found = planned(kind.cls, kind.rows())
    assert found.volatile == kind.volatile
    follows = {"__".join(followed.path) for followed in found.followed if followed.member and followed.path}
    assert follows == set(kind.follows.split())
    assert found.unfollowed == {full(name) for name in kind.unfollowed.split()}
    member = {f"{table}.{column}" for table, watched in found.watched.items() for column in watched.member}
    assert member == {full(name) for name in kind.member.split()}
    assert found.followed[0] == Followed(kind.cls.model._meta.db_table, (), member=True)
    assert {followed.table for followed in found.followed} | found.unfollowed == set(found.watched)


@every_kind
def test_T5_looking_at_a_query_runs_nothing_and_changes_nothing(kind: Kind) -> None:
    entity = declared(kind.cls, kind.rows())
    rows = entity.rows(None)
    text = _text(rows)
    with CaptureQueriesContext(connection) as queries:
        first = plan(entity, rows)
    assert len(queries) == 0
    assert _text(rows) == text
    assert plan(entity, rows) == first == plan(entity, entity.rows(None))


def _text(rows: QuerySet[Any]) -> str:
    try:
        return str(rows.query)
    except EmptyResultSet:
        return "nothing"


def test_T3_attributes_are_content_where_they_live() -> None:
    found = planned(OfLines)
    assert {table: watched.content for table, watched in found.watched.items()} == {
        "catalog_orderline": {"quantity", "order_id", "product_id"},
        "catalog_order": {"customer_id"},
        "catalog_product": {"category_id"},
        "catalog_category": {"parent_id", "name"},
    }
    assert not any(watched.member for watched in found.watched.values())
    assert [followed.path for followed in found.followed] == [
        (), ("order",), ("product",), ("product", "category"), ("product", "category", "parent"),
    ]  # fmt: skip
    assert [followed.path for followed in found.followed if followed.member] == [()]


def test_T3_inherited_attributes_live_in_the_table_of_the_parent() -> None:
    found = planned(OfChildren)
    assert found.followed == (
        Followed("wire_child", (), member=True), Followed("wire_shelf", ("shelf_ptr",), member=False),
    )  # fmt: skip
    assert found.watched == {
        "wire_child": Watched("wire_child", "shelf_ptr_id", frozenset({"width"})),
        "wire_shelf": Watched("wire_shelf", "id", frozenset({"name"}), shared=frozenset({"name"})),
    }


def test_T3_a_relation_by_another_column_watches_that_column() -> None:
    found = planned(OfNotes)
    assert found.watched["wire_note"].content == {"profile_id"}
    assert found.watched["wire_profile"].content == {"person_id", "name"}
    assert found.watched["auth_user"].content == {"username"}


def test_T3_a_generated_value_watches_what_it_is_made_of() -> None:
    entity = declared(type("OfTariffs", (offline.LocalEntity,), {"model": Tariff, "attributes": ["doubled"]}))
    assert plan(entity, entity.rows(None)).watched["wire_tariff"].content == {"doubled", "rate"}


def test_T3_a_proxy_stands_for_its_table() -> None:
    class Proxy(Order):
        class Meta:
            app_label = "catalog"
            proxy = True

    found = planned(type("OfProxies", (OfOrders,), {"model": Proxy}), Proxy._default_manager.filter(number=1))
    assert not found.volatile
    assert found.followed == planned(OfOrders).followed
    assert found.watched["catalog_order"].member == {"number"}


def test_T5_rows_of_another_model_are_not_trusted() -> None:
    entity = declared(OfOrders)
    assert plan(entity, Customer.objects.all()).volatile


def test_T5_a_query_class_of_others_is_not_trusted() -> None:
    class OwnQuery(models.sql.Query):
        pass

    entity = declared(OfOrders)
    rows: QuerySet[Any] = QuerySet(Order, query=OwnQuery(Order))
    assert plan(entity, rows).volatile


def test_T5_an_error_while_looking_is_no_error_of_the_pull(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Lower):
        def get_source_expressions(self) -> Any:
            raise ZeroDivisionError

    Broken.__module__ = "django.db.models.functions"
    entity = declared(type("OfBroken", (OfOrders,), {}))
    rows = Order.objects.filter(number=1)
    rows.query.where.children += [Broken("ship_city")]  # type: ignore[list-item]
    for _ in range(2):
        found = plan(entity, rows)
        assert found.volatile
        assert found.query == ""
        assert found.watched["catalog_customer"].content == {"company_name", "territory_id"}
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "OfBroken" in caplog.text


def test_T5_a_declaration_that_cannot_be_resolved_is_said() -> None:
    entity = declared(type("OfWrong", (OfOrders,), {"attributes": ["nothing"]}))
    with pytest.raises(DeclarationError):
        plan(entity, Order.objects.all())


def test_T5_a_plan_costs_well_under_a_millisecond() -> None:
    entity = declared(OfOrders)
    rows = O.filter(customer__territory__in=frozenset(range(10)))
    plan(entity, rows)
    assert min(timeit.repeat(lambda: plan(entity, rows), number=50, repeat=5)) / 50 < 0.001
