"""L5, W7: devices that hold changes while the server gets a newer version, whose models are others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import apply_update, download, open_app, part, sign_in
from tests.browser.test_writing import Row, create, one, outcome, pending, sync, update

BEFORE = "tests.browser.upgraded.before.settings"
AFTER = "tests.browser.upgraded.after.settings"
SYNC = "**/api/sync/orchard/"
MADE = """
from django.contrib.auth.models import User
from tests.browser.upgraded.before.models import *
User.objects.create_user("nancy", password="haversack")
for code in ("plain", "dropped", "emptied", "answered", "unheard", "refused", "disputed"):
    Orchard.objects.create(code=code, town="Kiel", colour="green", size=1, owner="Ann")
Bench.objects.create(name="By the lake")
"""


@pytest.fixture(scope="module")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with the first version; tests work on copies."""
    site = Site(tmp_path_factory.mktemp("orchards"))
    site.deploy(BEFORE)
    site.shell(MADE)
    site.sync_when_asked()
    return site


@pytest.fixture
def orchards(first_version: Site, tmp_path: Path) -> Iterator[Site]:
    """A site of the test's own where the first version is running."""
    site = first_version.copy_to(tmp_path / "site")
    site.settings = BEFORE
    site.start()
    yield site
    site.stop()


@pytest.fixture
def page(orchards: Site, browser: Browser) -> Page:
    """The app on a phone, with everything on it."""
    page = open_app(browser(reduced_motion="reduce"), orchards, "orchard")
    sign_in(page, "nancy")
    download(page)
    return page


def upgrade(site: Site) -> None:
    site.stop()
    site.deploy(AFTER)
    site.start()


def key_of(page: Page, code: str) -> Any:
    return one(page, "LocalOrchard", code=code)["id"]


def edit(page: Page, code: str, **values: Any) -> Any:
    key = key_of(page, code)
    update(page, "LocalOrchard", key, **values)
    return key


def plant(page: Page, code: str, *trees: str, **values: Any) -> Any:
    """A new orchard and its trees, saved together as the form does."""
    key = page.evaluate("window.offline.newKey()")
    edits = [{"entity": "LocalOrchard", "values": {"id": key, "code": code, **values}}]
    edits += [{"entity": "LocalTree", "values": {"orchard": key, "kind": kind, "height": 2}} for kind in trees]
    page.evaluate("(edits) => window.offline.saveTogether(edits)", edits)
    return key


def on_server(site: Site) -> dict[str, Row]:
    """Orchards of the second version by their codes, with the species of their trees."""
    found = site.sql("SELECT id, code, place, size, owner FROM orchard_orchard")
    trees = site.sql("SELECT orchard_id, species FROM orchard_tree ORDER BY species")
    return {
        str(code): {
            "place": place,
            "size": size,
            "owner": owner,
            "trees": [species for orchard, species in trees if orchard == key],
        }
        for key, code, place, size, owner in found
    }


def lost(page: Page, *, arrives: bool) -> None:
    """A sync whose request, or whose answer, does not get through."""

    def lose(route: Route) -> None:
        if arrives:
            route.fetch()
        route.abort()

    page.context.route(SYNC, lose)
    assert sync(page)["status"] == "error"
    page.context.unroute(SYNC)


def card(page: Page, title: str) -> Locator:
    return part(page, "change").filter(has_text=title)


def send(page: Page, *gone: str) -> None:
    """By the screen for changes; waits until these are not listed any more."""
    part(page, "nav-changes").click()
    part(page, "send-now").click()
    for title in gone:
        expect(card(page, title)).to_be_hidden()


def test_L5_W7_what_was_changed_under_an_old_model_is_understood_or_visibly_refused(orchards: Site, page: Page) -> None:
    site = orchards
    # A person's turn already: one that was refused, and one that somebody else changed meanwhile.
    edit(page, "refused", town="Atlantis")
    edit(page, "disputed", town="Mine", size=7)
    site.sql("UPDATE orchard_orchard SET town = 'Theirs' WHERE code = 'disputed'")
    assert sync(page)["pushed"] == {"applied": 0, "conflict": 1, "rejected": 1, "gone": 0}
    # Sent, and not answered: the server has one of them, and never heard of the other.
    edit(page, "answered", town="Reims")
    lost(page, arrives=True)
    unheard = edit(page, "unheard", town="Metz")
    lost(page, arrives=False)
    update(page, "LocalOrchard", unheard, size=3)
    # Not sent at all.
    edit(page, "plain", town="Aix", size=4)
    dropped = edit(page, "dropped", colour="red")
    emptied = edit(page, "emptied", owner="")
    whole = plant(page, "whole", "Apple", "Pear", town="Lyon", owner="Bob")
    missing = plant(page, "missing", "Plum", town="Nice")
    assert len(pending(page)) == 12

    upgrade(site)
    assert sync(page)["pushed"] == {"applied": 7, "conflict": 0, "rejected": 4, "gone": 0}

    # What has another name now went through under it, also what was sent under the old one.
    now = on_server(site)
    assert [now["plain"]["place"], now["answered"]["place"], now["unheard"]["place"]] == ["Aix", "Reims", "Metz"]
    assert (now["plain"]["size"], now["unheard"]["size"]) == (4, 3)
    assert now["whole"] == {"place": "Lyon", "size": 1, "owner": "Bob", "trees": ["Apple", "Pear"]}
    row = page.evaluate("(key) => window.offline.entities.LocalOrchard.get(key)", whole)
    assert row == one(page, "LocalOrchard", code="whole")
    assert (row["place"], row["shade"], "colour" in row, "_local" in row) == ("Lyon", "", False, False)
    # The rest says what is wrong with it, and has what was typed.
    assert outcome(page, dropped) == ("rejected", "invalid_values", ["colour"])
    assert outcome(page, emptied) == ("rejected", "invalid_values", ["owner"])
    assert outcome(page, missing) == ("rejected", "invalid_values", ["owner"])
    assert {change["title"] for change in pending(page)} == {
        *("refused", "disputed", "dropped", "emptied", "missing", "Plum"),
    }
    assert "missing" not in now

    part(page, "nav-changes").click()
    line = card(page, "dropped").locator('[data-test="line-colour"]')
    expect(line).to_contain_text("green")
    expect(line).to_contain_text("red")
    expect(line).to_contain_text("There is no such attribute any more.")
    expect(card(page, "refused")).to_contain_text("Place")
    expect(card(page, "refused")).to_contain_text("Atlantis")
    expect(card(page, "refused")).to_contain_text("Nobody has found it.")

    # What is required now is asked for in the form, and goes through with what waited for it.
    card(page, "missing").locator('[data-test="correct"]').click()
    owner = part(page, "field-owner")
    expect(owner).to_contain_text("This field cannot be blank.")
    expect(part(page, "inline-LocalTree")).to_contain_text("Plum")
    owner.get_by_role("textbox").fill("Cleo")
    part(page, "save").click()
    expect(part(page, "toast")).to_contain_text("Saved")
    send(page, "missing")
    assert on_server(site)["missing"] == {"place": "Nice", "size": 1, "owner": "Cleo", "trees": ["Plum"]}

    # What was dropped is said once more where it is given up, and saving gives it up.
    update(page, "LocalOrchard", emptied, owner="Dan")
    card(page, "dropped").locator('[data-test="correct"]').click()
    expect(part(page, "form-problems")).to_contain_text("The app does not have “Colour” any more.")
    expect(part(page, "form-problems")).to_contain_text("left out when you save: red")
    part(page, "field-size").get_by_role("textbox").fill("9")
    part(page, "save").click()
    expect(part(page, "toast")).to_contain_text("Saved")
    send(page, "dropped", "emptied")
    now = on_server(site)
    assert (now["dropped"]["size"], now["emptied"]["owner"]) == (9, "Dan")

    # A conflict has both sides under the names of now.
    card(page, "disputed").locator('[data-test="compare"]').click()
    choice = part(page, "choice-place")
    for text in ("Place", "Kiel", "Mine", "Theirs"):
        expect(choice).to_contain_text(text)
    part(page, "pick-place-mine").click()
    part(page, "keep").click()
    send(page, "disputed")
    assert on_server(site)["disputed"]["place"] == "Mine"
    (last,) = pending(page)
    assert (last["title"], last["values"]) == ("refused", {"place": "Atlantis"})


def test_W7_L5_a_device_that_was_away_for_longer_than_anything_is_kept_sends_what_it_has(
    orchards: Site, page: Page
) -> None:
    """Its cursors are forgotten and the models are others: it compares, and asks only about what really changed."""
    site = orchards
    edit(page, "answered", town="Reims")
    lost(page, arrives=True)
    edit(page, "plain", town="Aix")
    edit(page, "disputed", town="Mine")
    edit(page, "refused", town="Rome")
    plant(page, "whole", "Apple", "Pear", town="Lyon", owner="Bob")
    site.sql("UPDATE orchard_orchard SET town = 'Theirs' WHERE code = 'disputed'")
    site.sql("DELETE FROM orchard_orchard WHERE code = 'refused'")
    site.shell(
        "import datetime; from syncapi.tracking.retention import purge; "
        "gone = purge(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=400)); assert gone.tokens, gone"
    )
    upgrade(site)

    first = sync(page)
    print(first, pending(page))
    now = on_server(site)
    states = {change["title"]: change["state"] for change in pending(page)}
    assert states == {"disputed": "conflict", "refused": "gone"}, first
    assert (now["answered"]["place"], now["plain"]["place"], now["disputed"]["place"]) == ("Reims", "Aix", "Theirs")
    assert now["whole"] == {"place": "Lyon", "size": 1, "owner": "Bob", "trees": ["Apple", "Pear"]}
    part(page, "nav-changes").click()
    card(page, "refused").locator('[data-test="send-again"]').click()
    send(page, "refused")
    assert on_server(site)["refused"] == {"place": "Rome", "size": 1, "owner": "Ann", "trees": []}


def test_L5_W6_changes_of_what_the_app_does_not_have_any_more_are_kept_shown_and_can_be_saved_as_a_file(
    orchards: Site, page: Page, tmp_path: Path
) -> None:
    site = orchards
    bench = one(page, "LocalBench", name="By the lake")["id"]
    update(page, "LocalBench", bench, name="By the sea")
    lost(page, arrives=False)
    create(page, "LocalBench", name="In the wood")
    upgrade(site)
    assert sync(page)["pushed"] == {"applied": 0, "conflict": 0, "rejected": 2, "gone": 0}
    assert [(change["entity"], change["state"], change["error"]["code"]) for change in pending(page)] == [
        ("LocalBench", "rejected", "unknown_entity"),
        ("LocalBench", "rejected", "unknown_entity"),
    ]
    sync(page)
    page.reload()
    expect(part(page, "changes-badge")).to_have_text("2")
    part(page, "nav-changes").click()
    attention = part(page, "section-attention")
    for text in ("By the lake", "By the sea", "In the wood"):
        expect(attention).to_contain_text(text)
    expect(attention.locator('[data-test="correct"]')).to_have_count(0)
    with page.expect_download() as downloading:
        part(page, "export").click()
    file = tmp_path / "changes.json"
    downloading.value.save_as(file)
    saved = json.loads(file.read_text())["changes"]
    assert [(one["values"]["name"], (one["base"] or {}).get("name")) for one in saved] == [
        ("By the sea", "By the lake"),
        ("In the wood", None),
    ]
    assert [one["readable"]["name"] for one in saved] == [{"was": "By the lake", "now": "By the sea"}, "In the wood"]
    card(page, "By the sea").locator('[data-test="discard"]').click()
    part(page, "discard-confirm").click()
    expect(card(page, "By the sea")).to_be_hidden()
    assert [change["values"]["name"] for change in pending(page)] == ["In the wood"]


def test_L5_W7_the_app_itself_is_updated_while_changes_wait(orchards: Site, page: Page) -> None:
    """New files first, which know the rows of before; then a sync, which brings the rows of now."""
    site = orchards
    edit(page, "plain", town="Aix")
    plant(page, "whole", "Apple", town="Lyon", owner="Bob")
    site.stop()
    site.deploy(AFTER)
    site.start("tests.browser.upgraded.newer")
    page.reload()
    apply_update(page)
    expect(part(page, "changes-badge")).to_have_text("3")
    expect(part(page, "list-row").filter(has_text="plain")).to_contain_text("Aix")
    edit(page, "plain", size=5)
    send(page, "plain", "whole")
    now = on_server(site)
    assert (now["plain"]["place"], now["plain"]["size"], now["whole"]["trees"]) == ("Aix", 5, ["Apple"])
    assert pending(page) == []
