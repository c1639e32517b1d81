"""What administrators are told about change tracking, and that it is true."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from syncapi.tracking import figures as reading
from syncapi.tracking import moments
from syncapi.tracking.drift import State
from syncapi.tracking.figures import Count, Figures, TableFigures, figures
from syncapi.tracking.install import install, remove
from syncapi.tracking.needs import note
from tests.server.staff import staff
from tests.tracking.writers import writers
from tests.wire.models import Jar

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "admin:syncapi_changetracking_changelist"


@pytest.fixture(autouse=True)
def installed() -> None:
    User.objects.create_superuser("root")  # before: what is needed follows from the scopes of those who are there
    install()
    with connection.cursor() as cursor:
        for table in ("syncapi_change", "syncapi_history", "syncapi_need"):
            cursor.execute(f"DELETE FROM {table}")


def told() -> Figures:
    found = figures()
    assert found is not None
    return found


def jars() -> TableFigures:
    return next(table for table in told().tables if table.table == "wire_jar")


def hand_out_a_cursor() -> None:
    moments.remember(moments.new_token(), moments.now())


def page(client: Client | None = None) -> str:
    if client is None:
        client = Client()
        client.force_login(User.objects.get_or_create(username="root", is_staff=True, is_superuser=True)[0])
    response = client.get(reverse(PAGE))
    assert response.status_code == 200
    return response.content.decode()


def test_a_tracked_table_says_who_needs_it() -> None:
    assert jars().state is State.TRACKED
    assert "tracked.TrackedJar" in jars().entities
    assert "Every table that needs it is tracked" in page()
    assert "tracked.TrackedJar" in page()


def test_rows_and_deletions_are_counted() -> None:
    made = [Jar.objects.create(name=str(number), price=1) for number in range(3)]
    made[0].delete()
    assert (jars().rows, jars().tombstones) == (Count(3), Count(1))


def test_what_waits_is_counted_since_the_newest_cursor() -> None:
    Jar.objects.create(name="early", price=1)
    assert jars().waiting is None
    hand_out_a_cursor()
    assert jars().waiting == Count(0)
    Jar.objects.create(name="late", price=1)
    assert jars().waiting == Count(1)
    hand_out_a_cursor()
    assert jars().waiting == Count(0)


def test_large_numbers_are_counted_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROWS", "LAG", "TOKENS"):
        monkeypatch.setattr(reading, name, 1000)
    hand_out_a_cursor()
    Jar.objects.bulk_create(Jar(name=str(number), price=1) for number in range(1500))
    assert jars().rows == jars().waiting == Count(1000, more=True)
    assert page().count("1,000+") == 2


def test_missing_triggers_are_told_with_the_command_that_mends_them() -> None:
    remove(["wire_jar"])
    try:
        assert jars().state is State.BROKEN
        text = page()
        assert "is not tracked as it should be" in text
        assert text.count("manage.py synctriggers install") == 2
    finally:
        install()
    assert "is not tracked as it should be" not in page()


def test_cursors_are_told_with_their_age() -> None:
    assert told().cursors.newest is None
    assert "No device has one yet" in page()
    hand_out_a_cursor()
    hand_out_a_cursor()
    cursors = told().cursors
    assert cursors.count == Count(2)
    assert cursors.oldest is not None
    assert cursors.newest is not None
    assert cursors.oldest <= cursors.newest
    assert "less than a minute ago" in page()


def test_columns_found_late_are_told_with_the_remedy() -> None:
    note([("wire_jar", "name"), ("wire_jar", "secret")])
    assert {need.column: need.watched for need in told().needs} == {"name": True, "secret": False}
    text = page()
    for words in ("Columns found late", "watched now", "not watched", "depends_on"):
        assert words in text
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_need")
    assert "Columns found late" not in page()


def test_a_database_without_the_tables_is_told_what_to_run() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE syncapi_need RENAME TO elsewhere")
    try:
        assert figures() is None
        assert "manage.py migrate" in page()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO syncapi_need")


def test_nothing_to_track_is_not_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "survey", lambda required: [])
    assert "Nothing is tracked, and nothing needs to be" in page()


if connection.vendor == "postgresql":

    def test_the_oldest_open_transaction_is_told() -> None:
        with writers(2) as (first, second):
            first.execute("SET application_name = 'nightly import'")
            first.connection.commit()
            first.take_number()
            second.take_number()
            transactions = told().transactions
            assert transactions is not None
            assert transactions.all_visible
            oldest = transactions.oldest
            assert oldest is not None
            assert (oldest.name, oldest.writes, oldest.prepared) == ("nightly import", True, False)
            text = page()
            assert "nightly import" in text
            assert f"pid {oldest.pid}" in text
            first.rollback()
            second.rollback()
        transactions = told().transactions
        assert transactions is not None
        assert transactions.oldest is None

    def test_a_database_from_elsewhere_is_told() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT identity FROM syncapi_clock")
            (identity,) = cursor.fetchone()
            cursor.execute("UPDATE syncapi_clock SET identity = 'another'")
            try:
                assert told().foreign
                assert "loaded from a dump" in page()
            finally:
                cursor.execute("UPDATE syncapi_clock SET identity = %s", [identity])

else:

    def test_the_page_says_why_no_transaction_is_told() -> None:
        assert told().transactions is None
        assert "None by design" in page()


# -- who may look


def test_the_page_has_a_permission_of_its_own() -> None:
    client = staff("view_replica", "view_pull")
    assert client.get(reverse(PAGE)).status_code == 403
    assert "Change tracking" not in client.get(reverse("admin:index")).content.decode()


def test_the_page_is_linked_for_those_who_may_see_it() -> None:
    client = staff("view_changetracking")
    for name, more in (("admin:index", {}), ("admin:app_list", {"app_label": "syncapi"})):
        assert f'href="{reverse(PAGE)}"' in client.get(reverse(name, kwargs=more)).content.decode()
    assert "Every table that needs it is tracked" in page(client)


def test_the_page_changes_nothing() -> None:
    client = staff("view_changetracking", "view_replica")
    assert client.post(reverse(PAGE), {"action": "delete_selected"}).status_code == 405
    for path in ("add/", "1/change/", "1/delete/"):
        assert client.get(f"{reverse(PAGE)}{path}").status_code in {302, 404}


def test_dumpdata_does_not_look_for_a_table_of_the_page() -> None:
    call_command("dumpdata", "syncapi", stdout=io.StringIO())


def test_strangers_see_nothing() -> None:
    response: Any = Client().get(reverse(PAGE))
    assert response.status_code == 302
