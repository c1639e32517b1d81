"""System checks: each mistake in a declaration is said with an id and a remedy."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db.models import F

from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.checks import check_apps, check_requirements
from syncapi.registry import registry
from tests.wire.models import Blob, Contact, Jar, Pair, Shelf, Specimen

ROOT = Path(__file__).parents[2]


def entity(name: str = "LocalThing", **options: Any) -> type[offline.LocalEntity]:
    defaults: dict[str, Any] = {"model": Jar, "attributes": ["name", "price", "shelf"]}
    return type(name, (offline.LocalEntity,), defaults | options)


def app(*entities: Any, name: str = "thing", **options: Any) -> OfflineApp:
    return OfflineApp(name, title="Thing", entities=entities or [entity()], **options)


CASES: dict[str, Callable[[], Sequence[OfflineApp]]] = {
    "E001 has no model": lambda: [app(entity(model=None))],
    "E001 The model of LocalThing is 'wire.Jar', which is no model class": lambda: [app(entity(model="wire.Jar"))],
    "E001 is abstract": lambda: [app(entity(model=Contact))],
    "E002 not a sync pattern": lambda: [app(entity(pattern="read-only"))],
    "E003 carries no attributes": lambda: [app(entity(attributes=[]))],
    "E003 is not a list of names": lambda: [app(entity(attributes="name"))],
    "E004 Did you mean 'price'": lambda: [app(entity(attributes=["prize"]))],
    "E004 'name' of wire.Jar is not a relation": lambda: [app(entity(attributes=["name__upper"]))],
    "E004 wire.Shelf has no field 'nam'": lambda: [app(entity(attributes=["shelf__nam"]))],
    "E005 leads to other rows": lambda: [app(entity(model=Shelf, attributes=["jar"]))],
    "E006 BinaryField cannot be carried": lambda: [app(entity(model=Blob, attributes=["data"]))],
    "E007 primary key of wire.Pair": lambda: [app(entity(model=Pair, attributes=["left"]))],
    "E009 cannot be the name": lambda: [app(name="Not a slug")],
    "E010 Two offline apps": lambda: [app(), app()],
    "E012 carries nothing": lambda: [OfflineApp("thing", title="Thing", entities=[])],
    "E013 SyncLocalThing": lambda: [app(entity("LocalThing"), entity("Thing"))],
    "E014 cannot be the name of a context": lambda: [app(contexts={"a b": []})],
    "E015 which the app does not carry": lambda: [app(contexts={"a": [entity()]})],
    "E016 theme_color": lambda: [app(theme_color="green")],
    "E017 screenshots for square": lambda: [app(screenshots={"square": "x.png"})],
    "E018 list_display of LocalThing names 'secret'": lambda: [app(entity(list_display=["secret"]))],
    "E029 LocalThing names the icon 'spaceship'": lambda: [app(entity(icon="spaceship"))],
    "E018 ordering of LocalThing names 'secret'": lambda: [app(entity(ordering=["-secret"]))],
    "E018 search_fields of LocalThing is not a list of names": lambda: [app(entity(search_fields="name"))],
    "E003 is not a list of names ": lambda: [app(entity(attributes=[1, None]))],
    "E003 carries no attributes ": lambda: [app(entity(attributes=None))],
    "E018 list_display of LocalThing is not a list": lambda: [app(entity(list_display=None))],
    "E018 ordering of LocalThing is not a list": lambda: [app(entity(ordering=[F("name").desc()]))],
    "E022 has no attribute 'Thing'": lambda: [app(entity(get_attributes=lambda self: self.Thing))],
    "E016 theme_color of 'thing' is None": lambda: [app(theme_color=None)],
    "E022 The offline app 'thing' cannot be read": lambda: [app(contexts={1: []})],
    "E025 retry_interval is 2": lambda: [app(sync_defaults=offline.SyncSettings(retry_interval=2))],
    "E025 on_online is 'yes'": lambda: [app(sync_defaults=offline.SyncSettings(on_online="yes"))],  # type: ignore[arg-type]
    "E025 it is {'on_online': True}": lambda: [app(sync_defaults={"on_online": True})],
    "E019 has no text to search": lambda: [app(entity(model=Specimen, attributes=["date"], search_fields=["date"]))],
    "E019 not a picture": lambda: [app(entity(pictures=["name"]))],
    "W009 'search_field', which is no option or hook of entities. Did you mean 'search_fields'": lambda: [
        app(entity(search_field=["name"]))
    ],
    "W009 LocalThing has 'has_changed_permission', which is no option or hook": lambda: [
        app(entity(has_changed_permission=lambda self, user: False))
    ],
    "E019 has no order": lambda: [app(entity(model=Specimen, attributes=["json"], ordering=["json"]))],
}


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_has_its_check(case: str) -> None:
    number, text = case.split(" ", 1)
    messages = list(check_apps(CASES[case]()))
    assert [message.id for message in messages] == [f"syncapi.{number}"], messages
    assert text.strip() in messages[0].msg
    assert messages[0].hint


def test_E008_a_model_of_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.router.db_for_read", lambda model: "archive")
    assert [message.id for message in check_apps([app()])] == ["syncapi.E008"]


def test_a_model_among_the_entities_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="LocalEntity"):
        app(Jar)


def test_E020_what_is_needed_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(check_requirements())
    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: name != "django.contrib.sessions")
    assert [message.id for message in check_requirements()] == ["syncapi.E020"]


def test_E021_what_is_needed_is_in_the_middleware(settings: Any) -> None:
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if "csrf" not in path]
    assert [message.id for message in check_requirements()] == ["syncapi.E021"]


def test_one_bad_name_does_not_hide_the_next() -> None:
    found: list[CheckMessage] = list(check_apps([app(entity(attributes=["nam", "prize"], list_display=["nam", "x"]))]))
    assert [message.id for message in found] == ["syncapi.E004", "syncapi.E004", "syncapi.E018"]


def test_the_declarations_of_the_project_are_in_order() -> None:
    assert [message for message in run_checks(tags=["haversack"]) if message.id != "pwa.W001"] == []
    assert {"catalog", "sales", "wire"} <= set(registry.apps)


def test_every_check_is_documented() -> None:
    places = [*(ROOT / "syncapi/checks").glob("*.py"), ROOT / "syncapi/tracking/checks.py", ROOT / "pwa/checks.py"]
    sources = "".join(path.read_text() for path in places)
    raised = set(re.findall(r'id="((?:syncapi|pwa)\.[EW]\d{3})"', sources))
    documented = set(re.findall(r"^\| `((?:syncapi|pwa)\.[EW]\d{3})`", (ROOT / "docs/checks.md").read_text(), re.M))
    assert raised == documented
