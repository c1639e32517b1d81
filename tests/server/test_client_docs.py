"""The worked examples of the docs are those that the browser tests run, and `docs/client.md` tells of what there is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "client.md").read_text()
API = "\n".join(file.read_text() for file in (ROOT / "pwa" / "client" / "src" / "api").glob("*.ts"))


def interface(name: str) -> set[str]:
    """Names of the members of one of the client's public interfaces."""
    body = re.search(rf"^export interface {name} \{{\n(.*?)^\}}", API, re.M | re.S)
    assert body
    return set(re.findall(r"^  (?:readonly )?(\w+)\??[(:<]", body[1], re.M))


def test_the_example_is_the_one_that_runs() -> None:
    (shown,) = [one for one in re.findall(r"```js\n(.*?)```", PAGE, re.S) if "export default" in one]
    assert shown == (ROOT / "tests/browser/ownsync/static/ownsync/onsync.js").read_text()


def test_every_event_and_every_member_is_told() -> None:
    events, members = interface("OfflineEvents"), interface("OfflineApi")
    assert len(events) >= 7
    assert len(members) >= 15
    # What only apps with writable entities will have is told with them.
    later = {"config", "pending", "conflicts", "resolve"}
    for name in events | members - later:
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE), f"docs/client.md does not tell of {name}"


def test_what_an_own_sync_is_given_is_told() -> None:
    for name in interface("OnSyncInput"):
        assert f"`{name}" in PAGE, f"docs/client.md does not tell of {name}"


def test_the_own_screens_shown_are_those_that_run() -> None:
    shown = re.findall(r"```js\n(.*?)```", (ROOT / "docs" / "screens.md").read_text(), re.S)
    scripts = ROOT / "tests/browser/ownscreens/static/ownscreens"
    assert shown == [(scripts / name).read_text() for name in ("price-board.js", "price-tag.js")]
