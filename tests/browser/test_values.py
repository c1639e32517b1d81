"""Section 4 of the design, W4, W5: values of every type and keys of all kinds, from the server to a browser, changed
and made there without a network, and back: equal to what Django itself keeps and reads, or refused at the attribute."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import DjangoDbBlocker

from syncapi.values import encode_integer
from tests.browser import kept
from tests.browser.conftest import Browser
from tests.browser.patience import PATIENCE
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import part, sign_in
from tests.push.values import KEYS, MODELS, NASTY, NUMBERS, Refused, as_django_keeps, pairs, values_app, wire
from tests.wire.kept import Counted, KeptByInteger, KeptByText, KeptByUUID, Leaf, Made

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
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": site.database, "OPTIONS": {"timeout": PATIENCE}}
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
    return opened(served, browser())


def opened(served: Site, context: BrowserContext) -> Page:
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


@given(st.lists(pairs, min_size=60, max_size=200), st.sampled_from(sorted(MODELS)))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_W4_any_value_comes_back_as_django_keeps_it_or_is_refused_where_it_was_typed(
    page: Page, some: list[tuple[str, Any]], entity: str
) -> None:
    assert_kept(page, entity, some)


def test_W4_nasty_values_come_back_as_django_keeps_them_or_are_refused_where_they_were_typed(page: Page) -> None:
    for entity in MODELS:
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


def changes(page: Page) -> list[Json]:
    return list(run(page, "() => window.offline.pending()"))


def get(page: Page, entity: str, key: Json) -> Json:
    (row,) = run(page, READ, [[entity, key]])
    return row


def test_W5_keys_that_people_type_stay_as_they_were_typed_in_relations_and_in_addresses(
    served: Site, browser: Browser
) -> None:
    page = opened(served, browser(viewport={"width": 1000, "height": 4000}))
    numbers = [encode_integer(number) for number in NUMBERS]
    edits: list[tuple[str, str, Json, Json]] = [
        *(("ValueLeaf", "create", None, {"key": key, "name": f"Leaf {at}"}) for at, key in enumerate(KEYS)),
        *(("ValueCounted", "create", None, {"key": number}) for number in numbers),
        *(("ByText", "create", None, {"key": key, "leaf": key, "only": key, "parent": key}) for key in KEYS),
        *(("ByInteger", "create", None, {"leaf": key, "leaves": [key]}) for key in KEYS),
        *(("ByInteger", "create", None, {"counted": number}) for number in numbers),
    ]
    told = write(page, edits)
    assert [one for one in told if "key" not in one] == []
    assert [get(page, "ValueLeaf", key)["name"] for key in KEYS] == [f"Leaf {at}" for at in range(len(KEYS))]
    assert sync(page)["status"] == "complete"
    assert changes(page) == []

    leaves = {leaf.pk: leaf.name for leaf in Leaf.objects.using(SITE).all()}
    assert leaves == {key: f"Leaf {at}" for at, key in enumerate(KEYS)}
    assert set(Counted.objects.using(SITE).values_list("pk", flat=True)) == set(NUMBERS)
    kept_rows = KeptByText.objects.using(SITE).values_list("pk", "leaf_id", "only_id", "parent_id")
    assert sorted(kept_rows) == sorted((key,) * 4 for key in KEYS)
    pointing = KeptByInteger.objects.using(SITE).filter(leaf__isnull=False)
    assert sorted(pointing.values_list("leaf_id", "leaves")) == sorted((key, key) for key in KEYS)
    for row, (_, _, _, values) in zip(
        run(page, READ, [[e, t["key"]] for (e, *_), t in zip(edits, told, strict=True)]), edits, strict=True
    ):
        assert {name: row[name] for name in values} == values

    # Changed after the server has them, also what the office made.
    assert write(page, [("ValueLeaf", "update", key, {"name": f"Leaf {at} again"}) for at, key in enumerate(KEYS)])
    assert sync(page)["status"] == "complete"
    assert changes(page) == []
    assert {leaf.pk: leaf.name for leaf in Leaf.objects.using(SITE).all()} == {
        key: f"Leaf {at} again" for at, key in enumerate(KEYS)
    }

    page.goto(f"{served.url}/apps/values/ValueLeaf/")
    links = page.locator('a[href*="/ValueLeaf/"]', has_text=re.compile(r"Leaf \d+ again"))
    expect(links).to_have_count(len(KEYS))
    found = links.evaluate_all("(all) => all.map((one) => [one.href, one.textContent.match(/Leaf \\d+ again/)[0]])")
    assert len({address for address, _ in found}) == len(KEYS)
    for address, name in found:
        page.goto(address)
        expect(page.locator("hv-detail h1")).to_have_text(name)
        assert page.request.get(address).status == 200, address


def test_W5_a_key_that_no_server_keeps_is_refused_where_it_is_typed(page: Page) -> None:
    keys = ["", "\0", "a\0b", "\ud83d", "x" * 201, None, 7, "local:00000000-0000-4000-8000-000000000001"]
    for told in write(page, [("ValueLeaf", "create", None, {"key": key, "name": "Bad"}) for key in keys]):
        assert list(told["fields"]) == ["key"]
    assert changes(page) == []


def test_W5_records_without_typed_keys_point_at_each_other_and_are_found_under_both_keys(
    served: Site, page: Page
) -> None:
    keys = run(
        page,
        """async () => {
            const { ValueMade, ByUUID } = window.offline.entities;
            const made = await ValueMade.createOrUpdate({});
            const [first, second] = [window.offline.newKey(), window.offline.newKey()];
            await ByUUID.createOrUpdate({ key: first, char: "first", made });
            await ByUUID.createOrUpdate({ key: second, char: "second", parent: first, made });
            await ByUUID.update(first, { parent: second });
            await ByUUID.createOrUpdate({ char: "itself" }).then((key) => ByUUID.update(key, { parent: key }));
            return [made, first, second];
        }""",
    )
    page.goto(f"{served.url}/apps/values/ByUUID/{keys[1]}/")
    expect(page.locator("hv-detail h1")).to_have_text("first")
    assert sync(page)["status"] == "complete"
    assert changes(page) == []
    rows: dict[str, Any] = {row.char: row for row in KeptByUUID.objects.using(SITE).all()}
    assert rows["first"].parent_id == rows["second"].pk
    assert rows["second"].parent_id == rows["first"].pk
    assert rows["itself"].parent_id == rows["itself"].pk
    assert rows["first"].made_id == rows["second"].made_id == Made.objects.using(SITE).get().pk
    for key in (keys[1], str(rows["first"].pk)):
        assert get(page, "ByUUID", key)["parent"] == str(rows["second"].pk)
        page.goto(f"{served.url}/apps/values/ByUUID/{key}/")
        expect(page.locator("hv-detail h1")).to_have_text("first")


NUMBER_CASES = """async () => {
    const { ByUUID } = window.offline.entities;
    const told = [];
    for (const value of [NaN, Infinity, -Infinity, undefined, 10n]) {
        try {
            await ByUUID.createOrUpdate({ char: "no", float: value });
            told.push(null);
        } catch (error) {
            told.push(Object.keys(error.fields ?? { [error.name]: 1 }));
        }
    }
    return told;
}"""


def test_W4_what_is_no_value_at_all_is_refused_at_its_attribute(page: Page) -> None:
    assert run(page, NUMBER_CASES) == [["float"]] * 5
    assert changes(page) == []
