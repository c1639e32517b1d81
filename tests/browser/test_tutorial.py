"""The tutorial, followed to the letter by somebody who has the package and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browser
from tests.browser.steps import download, part, press_sync, ready_for_offline, sign_in
from tests.browser.tutorial import ADDRESS, TEXT, Project, install, lines_of_code, sections

ENOUGH = 15  # lines of a developer's code from a model to an installed app
HAVE = "The project you have"
DECLARE = "1. Declare what devices carry"
WRITE = "2. Write what a sync does"
ON_SYNC = "3. Place it in onSync, and start it by hand"
TRIGGER = "4. Let it start by itself"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path, install(tmp_path))
    yield project
    project.stop()


def test_the_tutorial_from_a_model_to_an_app_that_syncs_by_itself(project: Project, browser: Browser) -> None:
    steps = sections()
    assert [*steps] == ["", HAVE, DECLARE, WRITE, ON_SYNC, TRIGGER, "Where to go from here"]
    project.follow(steps[HAVE])
    project.by_hand = 0

    # 1. Fifteen lines, the written ones included.
    project.follow(steps[DECLARE])
    lines = project.by_hand + lines_of_code((project.folder / "lifts/offline.py").read_text())
    assert lines == ENOUGH
    assert "That is 15 lines in all, ten of them written for you." in TEXT.read_text()
    context = browser()
    page = context.pages[0]
    app = f"{ADDRESS}/apps/lifts/"
    assert f"<{app}>" in TEXT.read_text()
    page.goto(app.replace(ADDRESS, project.url))
    sign_in(page, "ann", "lighthouse")
    download(page)
    expect(part(page, "list-row")).to_have_count(2)
    devtools = context.new_cdp_session(page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert devtools.send("Page.getAppManifest")["errors"] == []
    project.stop()
    page.reload()
    expect(part(page, "list-row")).to_have_count(2)
    part(page, "search").fill("pier")
    expect(part(page, "list-row")).to_have_count(1)
    expect(part(page, "list-row")).to_contain_text("Harbour Street 4")
    part(page, "search").fill("")

    # 2 and 3. Both halves of a sync, and its start by hand.
    project.follow(steps[WRITE])
    *build, by_hand = steps[ON_SYNC]
    assert "SyncLocalVisit(sync)" in build[0].text
    project.follow(build)
    assert press_sync(page)["type"] == "synccomplete"
    expect(part(page, "list-row")).to_have_count(1)
    expect(part(page, "list-row")).to_contain_text("Pier 4")
    part(page, "nav-LocalVisit").click()
    expect(part(page, "list-row")).to_contain_text("Door is slow")
    part(page, "nav-LocalLift").click()
    calls = by_hand.text.strip().split("\n")
    assert page.evaluate(calls[0].removeprefix("await ").rstrip(";"))["status"] == "complete"
    assert [row["name"] for row in page.evaluate(calls[1].removeprefix("await ").rstrip(";"))] == ["Pier 4"]

    # 4. Off, nothing happens; set in the admin, with the next sync it does.
    admin = browser("administrator").pages[0]
    admin.goto(f"{project.url}/admin/")
    admin.get_by_label("Username").fill("ann")
    admin.get_by_label("Password").fill("lighthouse")
    admin.get_by_role("button", name="Log in").click()
    admin.get_by_role("main").get_by_role("link", name="App settings").click()
    admin.get_by_role("link", name="Lifts").click()
    for setting in ("Synchronize On Online", "Retry Synchronizations"):
        assert f"**{setting}**" in TEXT.read_text()
        box = admin.get_by_label(setting)
        expect(box).not_to_be_checked()
        box.check()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    assert press_sync(page)["type"] == "synccomplete"
    ready_for_offline(page)
    project.stop()
    assert press_sync(page)["error"]["code"] == "network"
    project.follow(steps[TRIGGER])
    expect(part(page, "list-row")).to_contain_text("Harbour Street 5")
