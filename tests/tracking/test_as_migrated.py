"""Tests that commit end by putting back what `migrate` made: rows, triggers, and what the tracker knows."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from catalog.models import Category
from syncapi.tracking import tables
from syncapi.tracking.drift import Finding, survey
from syncapi.tracking.install import required
from tests.tracking.field import declared, field_app, query

pytestmark = pytest.mark.django_db(transaction=True)


def contents() -> dict[str, list[Any]]:
    models = [*connection.introspection.django_table_names(only_existing=True), *tables.NAMES[connection.vendor]]
    return {table: sorted(query(f'SELECT * FROM "{table}"'), key=repr) for table in models}


def states() -> dict[str, tuple[str, str]]:
    def state(finding: Finding) -> tuple[str, str]:
        return finding.state, finding.detail

    return {finding.name: state(finding) for finding in survey(required())}


def end_of_test() -> None:
    TransactionTestCase("__init__")._fixture_teardown()  # type: ignore[attr-defined]


SPOILT = [
    "DELETE FROM syncapi_source",
    "UPDATE syncapi_source SET barrier = '7'",
    "DELETE FROM django_q_schedule",
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_test_that_commits_ends_with_the_database_as_it_was_migrated(spoil: str) -> None:
    before = contents(), states()
    with declared(field_app):
        Category.objects.create(code="new", name="New")
    Permission.objects.all().delete()
    query(spoil)
    assert (contents(), states()) != before

    end_of_test()

    assert (contents(), states()) == before


def test_rows_can_be_added_after_a_test_that_set_numbers_back() -> None:
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)

    end_of_test()

    added = ContentType.objects.create(app_label="catalog", model="number")
    assert added.pk == max(ContentType.objects.values_list("pk", flat=True))
