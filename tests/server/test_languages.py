"""Which language the pages of an app, its definition and the answers to its requests are in."""

import json
import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from django.test import Client

from pwa import texts as screen_texts
from scripts import messages
from syncapi.registry import registry
from tests.server.test_pwa import built, precached, web

__all__ = ["built", "web"]

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
FRENCH = {"Accept-Language": "fr"}


def config(response: Any) -> dict[str, Any]:
    (text,) = re.findall(r'id="haversack-config" type="application/json">(.*?)</script>', response.content.decode())
    found: dict[str, Any] = json.loads(text)
    return found


def add(folder: Path, language: str, translate: Any, *, only: int | None = None) -> None:
    """A project's own catalogue of the screens' texts."""
    catalog = Catalog(locale=language, domain="djangojs")
    for one in list(messages.collect("pwa", messages.DOMAINS[1]))[1:][:only]:
        forms = one.id if isinstance(one.id, tuple) else (one.id,)
        translated = [translate(forms[-1], form) for form in range(catalog.num_plurals if len(forms) > 1 else 1)]
        catalog.add(one.id, translated[0] if len(forms) == 1 else translated, context=one.context)
    path = folder / language / "LC_MESSAGES" / "djangojs.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(messages.compiled(catalog))


def test_a_german_browser_gets_german_screens_with_the_page(web: Client) -> None:
    response = web.get("/apps/wire/", headers=GERMAN)
    assert response["Content-Language"] == "de"
    assert "Accept-Language" in response["Vary"]
    assert '<html lang="de" dir="ltr">' in response.content.decode()
    told = config(response)
    assert told["language"] == "de"
    assert told["texts"]["messages"]["Sync now"] == "Jetzt synchronisieren"
    assert told["texts"]["messages"]["{number} row"] == ["{number} Datensatz", "{number} Datensätze"]
    assert told["texts"]["messages"]["do it\u0004Update"] == "Aktualisieren"
    assert dict(map(tuple, told["texts"]["plurals"])) == {n: int(n != 1) for n in screen_texts.COUNTS}


def test_english_pages_carry_no_texts(web: Client) -> None:
    told = config(web.get("/apps/wire/", headers={"Accept-Language": "en-GB"}))
    assert (told["language"], told["texts"]) == ("en", None)


def test_the_manifest_and_the_home_page_are_german_too(web: Client) -> None:
    assert web.get("/apps/wire/manifest.webmanifest", headers=GERMAN).json()["lang"] == "de"
    home = web.get("/", headers=GERMAN).content.decode()
    assert '<html lang="de" dir="ltr">' in home
    assert "Für alle" in home


def test_the_service_worker_of_another_language_is_another_one(web: Client) -> None:
    english, german = (precached(web.get("/apps/wire/sw.js", headers=h))["precache"][0] for h in ({}, GERMAN))
    assert english["url"] == german["url"]
    assert english["revision"] != german["revision"]


def test_a_page_is_in_a_language_that_its_screens_have(web: Client, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "German"), ("fr", "French")]
    assert '<html lang="en"' in web.get("/apps/wire/", headers=FRENCH).content.decode()
    settings.LANGUAGE_CODE = "de"
    response = web.get("/apps/wire/", headers=FRENCH)
    assert response["Content-Language"] == config(response)["language"] == "de"


def test_a_project_adds_a_language(web: Client, settings: Any, tmp_path: Path) -> None:
    settings.LANGUAGES = [("en", "English"), ("pl", "Polish"), ("ar", "Arabic")]
    settings.LOCALE_PATHS = [tmp_path]
    add(tmp_path, "pl", lambda text, form: f"{form}:{text}")
    told = config(web.get("/apps/wire/", headers={"Accept-Language": "pl"}))
    assert told["language"] == "pl"
    assert told["texts"]["messages"]["{number} row"] == [f"{form}:{{number}} rows" for form in range(3)]
    forms = dict(map(tuple, told["texts"]["plurals"]))
    assert [forms[count] for count in (1, 2, 5, 12, 22)] == [0, 1, 2, 2, 1]


def test_a_page_is_from_right_to_left_where_its_language_is(web: Client, settings: Any, tmp_path: Path) -> None:
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    settings.LOCALE_PATHS = [tmp_path]
    headers = {"Accept-Language": "ar"}
    assert 'dir="ltr"' in web.get("/apps/wire/", headers=headers).content.decode()
    add(tmp_path, "ar", lambda text, form: f"{form}:{text}")
    assert '<html lang="ar" dir="rtl">' in web.get("/apps/wire/", headers=headers).content.decode()
    assert web.get("/apps/wire/manifest.webmanifest", headers=headers).json()["dir"] == "rtl"


def test_a_few_texts_do_not_make_a_language(web: Client, settings: Any, tmp_path: Path) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.LOCALE_PATHS = [tmp_path]
    add(tmp_path, "fr", lambda text, form: "…", only=40)
    assert config(web.get("/apps/wire/", headers=FRENCH))["language"] == "en"


def test_a_project_changes_texts_of_any_language(web: Client, settings: Any, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    for language in ("en", "de"):
        add(tmp_path, language, lambda text, form: text.upper(), only=1)
    first = next(iter(list(messages.collect("pwa", messages.DOMAINS[1]))[1:])).id
    assert isinstance(first, str)
    english = config(web.get("/apps/wire/"))["texts"]["messages"]
    assert english == {first: first.upper()}
    german = config(web.get("/apps/wire/", headers=GERMAN))["texts"]["messages"]
    assert german[first] == first.upper()
    assert german["Sync now"] == "Jetzt synchronisieren"


def test_a_changed_catalogue_is_read_again(web: Client, settings: Any, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    add(tmp_path, "de", lambda text, form: "eins", only=1)
    assert "eins" in config(web.get("/apps/wire/", headers=GERMAN))["texts"]["messages"].values()
    add(tmp_path, "de", lambda text, form: "zwei", only=1)
    assert "zwei" in config(web.get("/apps/wire/", headers=GERMAN))["texts"]["messages"].values()


def test_refusals_are_in_the_language_of_the_request(web: Client) -> None:
    refused = web.get("/api/sync/nowhere/session/", headers=GERMAN).json()["error"]
    assert refused == {
        "code": "unknown_app",
        "message": "Es gibt keine Offline-App mit diesem Namen.",
        "retry": False,
    }
    assert web.get("/api/sync/nowhere/session/").json()["error"]["message"] == "There is no offline app of this name."


def test_texts_of_titles_are_translated_when_they_are_asked_for(web: Client) -> None:
    assert "catalog" in registry.apps
    assert config(web.get("/apps/catalog/", headers=GERMAN))["title"] == "Artikelkatalog"
    assert config(web.get("/apps/catalog/"))["title"] == "Product catalogue"
