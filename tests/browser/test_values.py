"""Section 4 of the design, W4, W5: values of every type and keys of all kinds, from the server to a browser, changed
and made there without a network, and back: equal to what Django itself keeps and reads, or refused at the attribute."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from tests.browser import kept
from tests.browser.conftest import Browser
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import part, sign_in
from tests.push.values import MODELS, NASTY, Refused, as_django_keeps, pairs, values_app, wire

SITE = "site"
"""The site's database, as this process reads and writes it with Django."""

Json = Any


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with the tests' own apps and nothing in them; tests work on copies."""
    site = Site(tmp_path_factory.mktemp("blank"))
    site.manage(
        *("shell", "--settings", kept.__name__, "-v", "0", "-c"),
        "from django.core.management import call_command as call; call('migrate', run_syncdb=True, verbosity=0); "
        "from django.contrib.auth.models import User; "
        f"User.objects.create_user('nancy', password={PASSWORD!r}); "
        "from syncapi.models import AppSettings; from syncapi.offline import SyncSettings; "
        "AppSettings.first('values', SyncSettings()).save()",
    )
    return site


@pytest.fixture
def served(
    blank: Site, tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Served, and open under the alias `site`."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # what drives the browser runs a loop in this thread
    site = blank.copy_to(tmp_path / "values")
    site.start(kept.__name__)
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": site.database, "OPTIONS": {"timeout": 30}}
    connections.databases[SITE] = connections.configure_settings({"default": {}, SITE: options})[SITE]
    with django_db_blocker.unblock():
        yield site
        connections[SITE].close()
    del connections.databases[SITE]
    del connections[SITE]
    site.stop()


@pytest.fixture
def page(served: Site, browser: Browser) -> Page:
    """The app, signed in, after its first sync."""
    context = browser()
    page = context.pages[0]
    page.goto(f"{served.url}/apps/values/")
    sign_in(page, "nancy")
    expect(part(page, "download").or_(part(page, "list"))).to_be_visible()
    assert sync(page)["status"] == "complete"
    return page


def run(page: Page, code: str, argument: Json = None) -> Json:
    """What an async function of the page comes to. Its argument and result travel as JSON, halves of characters too."""
    text = page.evaluate(
        f"async (text) => JSON.stringify((await ({code})(JSON.parse(text))) ?? null)", json.dumps(argument)
    )
    return json.loads(text)


def sync(page: Page) -> Json:
    return run(page, "() => window.offline.onSync()")


WRITE = """async (edits) => {
    const told = [];
    for (const [entity, op, key, values] of edits) {
        const there = window.offline.entities[entity];
        try {
            if (op === "update") await there.update(key, values);
            told.push({ key: op === "update" ? key : await there.createOrUpdate(values) });
        } catch (error) {
            told.push({ code: error.code, fields: error.fields ?? null });
        }
    }
    return told;
}"""
READ = """async (wanted) => {
    const rows = [];
    for (const [entity, key] of wanted) rows.push(await window.offline.entities[entity].get(key));
    return rows;
}"""


def write(page: Page, edits: list[tuple[str, str, Json, Json]]) -> list[Json]:
    """The key of what was written, or how it was refused, of each edit: entity, `create` or `update`, key, values."""
    return list(run(page, WRITE, edits))


def rejected(page: Page) -> dict[Json, Json]:
    """What the server refused, by key."""
    return {one["key"]: one for one in run(page, "() => window.offline.pending()")}


def is_same(one: Json, other: Json) -> bool:
    """As a device sees it: all numbers are doubles, 1.0 is 1, and −0 equals 0."""
    return json.dumps(_plain(one), sort_keys=True) == json.dumps(_plain(other), sort_keys=True)


def _plain(value: Json) -> Json:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) + 0.0
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value


@given(st.lists(pairs, min_size=60, max_size=200), st.sampled_from(["ByInteger", "ByUUID", "ByText"]))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_W4_any_value_comes_back_as_django_keeps_it_or_is_refused_where_it_was_typed(
    page: Page, some: list[tuple[str, Any]], entity: str
) -> None:
    assert_kept(page, entity, some)


@pytest.mark.parametrize("entity", ["ByInteger", "ByUUID", "ByText"])
def test_W4_nasty_values_come_back_as_django_keeps_them_or_are_refused_where_they_were_typed(
    page: Page, entity: str
) -> None:
    assert_kept(page, entity, NASTY)


def assert_kept(page: Page, entity: str, some: list[tuple[str, Any]]) -> None:
    """Half of them are changes of records of the office, half are records that are made on the device."""
    model = MODELS[entity]
    made = [model(**({"key": uuid.uuid4().hex} if entity == "ByText" else {})) for _ in some]
    for one in made[::2]:
        one.save(using=SITE)
    sync(page)
    edits: list[tuple[str, str, Json, Json]] = []
    for at, (name, value) in enumerate(some):
        values = {name: wire(name, value)}
        key = made[at].pk if entity == "ByInteger" else str(made[at].pk)
        if at % 2 == 0:
            edits.append((entity, "update", key, values))
        else:
            edits.append((entity, "create", None, {"key": key, **values} if entity == "ByText" else values))
    told = write(page, edits)
    assert sync(page)["status"] == "complete"
    refused = rejected(page)
    rows = run(page, READ, [[entity, one.get("key", 0)] for one in told])
    wrong: list[Any] = []
    for (name, value), edit, answer, row in zip(some, edits, told, rows, strict=True):
        change = refused.get(answer.get("key"))
        fields = answer.get("fields") or ((change or {}).get("error") or {}).get("fields")
        try:
            kept_value = as_django_keeps(model, name, value, SITE)
        except Refused as error:
            if list(fields or {}) != [name] or (change is not None and change["state"] != "rejected"):
                wrong.append(("should be refused", name, value, error, answer, change))
            continue
        if fields is not None or change is not None or row is None:
            wrong.append(("should be taken", name, value, edit, answer, change))
            continue
        found = getattr(model.objects.using(SITE).get(pk=row[values_app.entities[entity].columns[0].name]), name)
        if (
            not is_same(wire(name, found), wire(name, kept_value))
            or not is_same(row[name], wire(name, found))
            or "_local" in row
        ):
            wrong.append(("kept otherwise", name, value, kept_value, found, row[name]))
    run(page, "async (ids) => void await window.offline.discard(ids)", [one["id"] for one in refused.values()])
    assert not wrong, "\n".join(repr(one)[:500] for one in wrong)
