"""Where `createsyncaction` puts the call and the options in files of somebody's own, and how it tells of mistakes."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from syncapi import offline
from syncapi.patterns import Pattern
from syncapi.registry import registry
from syncapi.scaffold.flow import Flow, patterns
from syncapi.scaffold.on_sync import new_on_sync, with_call
from syncapi.scaffold.options import with_on_sync, with_pattern
from syncapi.scaffold.source import CannotEdit
from tests.accelerators.conftest import PATTERNS

WRITTEN = Path(__file__).with_name("written")
THING = Flow("read-only", "LocalThing")


def test_there_is_a_flow_of_each_pattern() -> None:
    public = {name: getattr(offline, name) for name in offline.__all__}
    built_in = {one.name: name for name, one in public.items() if isinstance(one, type) and issubclass(one, Pattern)}
    assert built_in == PATTERNS
    assert patterns() == sorted(PATTERNS)


def test_rows_get_to_devices_in_one_way_whatever_else_a_tracked_pattern_does() -> None:
    """The flows are files of their own, to be read from top to bottom; they are not to drift apart."""
    pulls = {Flow(name, "LocalThing").server.partition("    def pull(")[2] for name in PATTERNS if name != "read-only"}
    assert len(pulls) == 1


def test_a_class_whose_line_a_formatter_broke_is_still_of_its_pattern() -> None:
    flow = Flow("read-write", "LocalThing")
    assert flow.follows(flow.server.replace("(offline.ReadWrite)", "(\n    offline.ReadWrite,\n)") + "# ours\n")
    assert not flow.follows(Flow("read-write-conflicts", "LocalThing").server)


@pytest.mark.parametrize(
    ("entity", "action", "file"),
    [
        ("LocalOrderLine", "SyncLocalOrderLine", "sync_local_order_line"),
        ("Product", "SyncLocalProduct", "sync_local_product"),
        ("LocalHTTPLog2", "SyncLocalHTTPLog2", "sync_local_http_log2"),
    ],
)
def test_names_follow_the_entity(entity: str, action: str, file: str) -> None:
    flow = Flow("read-only", entity)
    assert (flow.action, flow.file) == (action, file)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_client_tests_run_what_is_written(pattern: str, update_golden: bool) -> None:
    """Vitest runs these files; they are what the command writes for a shop. Anew: pytest --update-golden."""
    flows = [Flow(pattern, entity) for entity in ("LocalThing", "LocalKind")]
    module: str | None = new_on_sync("shop")
    for flow in flows:
        assert module is not None
        module = with_call(module, flow, f"./{flow.file}.js")
    texts = {f"{flow.file}.js": flow.client for flow in flows} | {"on_sync_shop.js": module or ""}
    for name, text in texts.items():
        path = WRITTEN / pattern / name
        if update_golden:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.read_text() == text, "renew it with pytest --update-golden tests/accelerators/test_places.py"


OWN = """// Ours.
import { quote } from "./quote.js";

export default async function onSync(GIVEN) {
  if (context === "prices") await actions.SyncLocalThing();
}
"""


@pytest.mark.parametrize(
    ("given", "now", "argument"),
    [
        ("{ context, actions }", "{ context, actions, phases }", "{ phases }"),
        ("{ context, phases, actions }", "{ context, phases, actions }", "{ phases }"),
        ("{\n  context,\n  actions,\n}", "{\n  context,\n  actions, phases\n}", "{ phases }"),
    ],
)
def test_in_a_module_of_ones_own_it_takes_the_place_of_the_built_in_action(given: str, now: str, argument: str) -> None:
    placed = with_call(OWN.replace("GIVEN", given), THING, "./sync_local_thing.js")
    expected = OWN.replace("GIVEN", now).replace("actions.SyncLocalThing()", f"SyncLocalThing({argument})")
    line = 'import { SyncLocalThing } from "./sync_local_thing.js";\n'
    assert placed == expected.replace('quote.js";\n', f'quote.js";\n{line}')
    assert with_call(placed, THING, "./sync_local_thing.js") == placed


def test_what_is_given_under_one_name_is_passed_on() -> None:
    source = OWN.replace("GIVEN", "sync").replace("actions.", "sync.actions.")
    assert "await SyncLocalThing(sync);" in (with_call(source, THING, "./x.js") or "")


@pytest.mark.parametrize(
    "source", ["export default () => {};\n", OWN.replace("GIVEN", "sync").replace("Thing", "Kind")]
)
def test_where_there_is_no_place_it_does_not_guess(source: str) -> None:
    assert with_call(source, THING, "./x.js") is None


DECLARED = '''"""Ours."""
from syncapi import offline  # as in the docs


class LocalThing(offline.LocalEntity):  # with care
    """Things."""

    model = Thing
    attributes = ["name"]  # few
    PATTERN
    ordering = ["name"]


shop_app = offline.OfflineApp(
    "shop",  # for ever
    title="Shop",
    entities=[LocalThing],  # all
)
other_app = offline.OfflineApp("other", title="Other")
# the end
'''


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    pattern = offline.ReadOnly  # for now\n", "    pattern = SyncLocalThing  # for now\n"),
        ("    pattern: ClassVar = offline.ReadOnly\n", "    pattern: ClassVar = SyncLocalThing\n"),
        ("", "    pattern = SyncLocalThing\n"),
    ],
)
def test_the_pattern_is_set_and_the_rest_stays(before: str, after: str) -> None:
    source = with_pattern(DECLARED.replace("    PATTERN\n", before), "LocalThing", "shop.flow", "SyncLocalThing")
    expected = DECLARED.replace("    PATTERN\n", after)
    assert source == expected.replace("docs\n", "docs\nfrom shop.flow import SyncLocalThing\n")


def test_the_module_is_named_in_the_declaration_of_the_app_and_the_rest_stays() -> None:
    source = with_on_sync(with_on_sync(DECLARED, "shop", "shop/on_sync.js"), "other", "shop/other.js")
    expected = DECLARED.replace("# all\n", '# all\n    on_sync="shop/on_sync.js",\n')
    assert source == expected.replace('title="Other"', 'title="Other", on_sync="shop/other.js"')


def test_what_is_not_there_is_told_with_what_to_do() -> None:
    with pytest.raises(CannotEdit, match="Set it by hand: pattern = Flow"):
        with_pattern(DECLARED, "LocalNothing", "shop.flow", "Flow")
    with pytest.raises(CannotEdit, match=re.escape('Add to it by hand: on_sync="x.js"')):
        with_on_sync(DECLARED, "nothing", "x.js")


# -- the command


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> offline.OfflineApp:
    """The app `wire`, with an `onSync` module of its own; writing goes to a copy of its files."""
    found = registry.get("wire")
    copy = tmp_path / "offline.py"
    copy.write_text((Path(__file__).parents[1] / "wire" / "offline.py").read_text())
    script = tmp_path / "static" / "own.js"
    script.parent.mkdir()
    script.write_text("export default () => {};\n")
    monkeypatch.setattr(found, "on_sync", "wire/own.js")
    command = "syncapi.management.commands.createsyncaction"
    monkeypatch.setattr(f"{command}.finders.find", lambda path: str(script) if path == "wire/own.js" else None)
    monkeypatch.setattr(f"{command}._file", lambda module: copy)
    monkeypatch.setattr(
        f"{command}._config", lambda cls: type("Config", (), {"name": "w", "label": "w", "path": str(tmp_path)})
    )
    return found


def test_what_is_left_to_do_by_hand_is_said_until_it_is_done(app: offline.OfflineApp, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(CommandError) as raised:
            call_command("createsyncaction", "LocalShelf")
        assert '  import { SyncLocalShelf } from "../w/sync_local_shelf.js";' in str(raised.value)
        assert "  await SyncLocalShelf(sync);" in str(raised.value)
    assert (tmp_path / "sync_local_shelf.py").exists()
    script = tmp_path / "static" / "own.js"
    script.write_text('import { SyncLocalShelf } from "../w/sync_local_shelf.js";\n')
    call_command("createsyncaction", "LocalShelf")


def test_in_a_terminal_it_asks_and_shows_what_would_be_lost(
    app: offline.OfflineApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "static" / "own.js").write_text('import { SyncLocalShelf } from "./x.js";\n')
    call_command("createsyncaction", "LocalShelf")
    file = tmp_path / "sync_local_shelf.py"
    written = file.read_text()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for answer, kept in (("", True), ("no", True), ("yes", False)):
        file.write_text(written + "# ours\n")
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        call_command("createsyncaction", "LocalShelf")
        assert "-# ours" in capsys.readouterr().out
        assert (file.read_text() == written + "# ours\n") is kept


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LocalNothing", "No offline app carries an entity 'LocalNothing'. There are: "),
        ("elsewhere.LocalShelf", "manage.py addlocalentity writes one."),
    ],
)
def test_mistakes_are_said_with_what_to_do(name: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("createsyncaction", name)


def test_a_name_that_two_have_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = type("LocalShelf", (offline.LocalEntity,), {"__module__": "catalog.offline"})
    other = offline.OfflineApp("other", title="Other", entities=[twin])
    monkeypatch.setattr(registry, "declared", [*registry.declared, other])
    with pytest.raises(CommandError, match=r"several LocalShelf. Say which: catalog.LocalShelf, wire.LocalShelf"):
        call_command("createsyncaction", "LocalShelf")


def test_a_module_that_is_not_there_is_told(app: offline.OfflineApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "on_sync", "wire/gone.js")
    with pytest.raises(CommandError, match=r"on_sync of 'wire' is not among the static files: wire/gone\.js\. Correct"):
        call_command("createsyncaction", "LocalShelf")
