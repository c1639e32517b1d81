"""All that is marked for translation is in the catalogues, and the German ones are complete."""

import re
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from scripts import messages

GERMAN = [
    pytest.param(path, id=f"{path.parents[3].name}-{path.stem}")
    for path in sorted(messages.ROOT.glob("*/locale/de/LC_MESSAGES/*.po"))
]
PLACES = re.compile(r"\{\w+\}|%\(\w+\)[sd]|%[sd]|<[^>]+>")


def read(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=path.parent.parent.name)


def entries(path: Path) -> list[tuple[list[str], list[str], Message]]:
    """(English forms, translated forms, the message) of each."""
    return [(list(_forms(one.id)), list(_forms(one.string)), one) for one in read(path) if one.id]


def _forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_catalogues_hold_what_is_marked_in_the_sources() -> None:
    stale = [
        path.relative_to(messages.ROOT).as_posix()
        for app in messages.APPS
        for domain in messages.DOMAINS
        for path, content in messages.files(app, domain)
        if path.suffix == ".po" and (not path.exists() or path.read_bytes() != content)
    ]
    assert stale == [], "Run: python -m scripts.messages"


@pytest.mark.parametrize("path", GERMAN)
def test_compiled_catalogues_are_those_of_the_sources(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        there: Any = GNUTranslations(file)
    made: Any = GNUTranslations(BytesIO(messages.compiled(read(path))))
    assert there._catalog == made._catalog, "Run: python -m scripts.messages"


@pytest.mark.parametrize("path", GERMAN)
def test_german_is_complete(path: Path) -> None:
    open_ones = [one.id for _, translated, one in entries(path) if not all(translated) or one.fuzzy]
    assert open_ones == []


@pytest.mark.parametrize("path", GERMAN)
def test_translations_have_the_places_of_the_english_text(path: Path) -> None:
    for english, translated, one in entries(path):
        assert len(translated) == (2 if one.pluralizable else 1)
        assert [sorted(PLACES.findall(form)) for form in translated] == [
            sorted(PLACES.findall(form)) for form in english
        ], one.id


@pytest.mark.parametrize("path", GERMAN)
def test_german_is_formal_and_set_as_german_is(path: Path) -> None:
    for _, translated, one in entries(path):
        for form in translated:
            assert not re.search(r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich)\b", form), form
            assert not re.search(r"[\"“][^\"”„]*[\"”]", re.sub(r"<[^>]+>", "", form)), form
            ends = ".?!…:"
            english = _forms(one.id)[0]
            assert (form[-1] in ends) == (english[-1] in ends), form


def test_every_way_of_marking_a_text_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    (tmp_path / "shop").mkdir()
    for name, source in {
        "shop/a.py": 'x = _("plain"), ngettext("one", "many", n), pgettext("where", "plain")\n',
        "shop/b.html": '  {% load i18n %}<p title="{% translate "in a tag" %}">\n'
        '{% blocktranslate %}a {{ b }} (c){% endblocktranslate %}{% translate "last" context "where" %}'
        "{% blocktranslate count n=n %}one (x){% plural %}{{ n }} x{% endblocktranslate %}</p>",
        "shop/c.ts": 'const a: string = _("typed"), b = ngettext_lazy("a row", "rows"), c = pgettext("at", "x");\n',
        "shop/c.test.ts": '_("of a test");\n',
    }.items():
        (tmp_path / name).write_text(source)
    found = {
        domain.name: {(one.context, one.id) for one in messages.collect("shop", domain) if one.id}
        for domain in messages.DOMAINS
    }
    assert found == {
        "django": {
            *((None, text) for text in ["plain", "in a tag", "a %(b)s (c)", ("one", "many")]),
            *((None, text) for text in [("one (x)", "%(n)s x")]),
            *(("where", text) for text in ["plain", "last"]),
        },
        "djangojs": {(None, "typed"), (None, ("a row", "rows")), ("at", "x")},
    }
