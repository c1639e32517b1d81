"""Texts of the generated screens, from Django's own catalogues (decision 0026).

The client holds the English texts. What differs from them in the language of a page travels with the page, and so is
there without a network. Catalogues of the domain `djangojs` are looked for where Django does: in `LOCALE_PATHS`, then
in the folder `locale` of every installed app, an earlier app's text before a later one's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import GNUTranslations
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

SOURCE = "en"  # what the client's own texts are written in
COMPLETE = Path(__file__).parent / "locale" / "de"  # has all of them: a test sees to that
COUNTS = (*range(121), 1_000_000)  # among them, numbers of every plural category of every language

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponse)
Message = str | list[str]


class Catalog:
    """One compiled catalogue. A message is a text, or the forms of a plural; its id is the English (singular) text."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            read: Any = GNUTranslations(file)
        self.form: Callable[[int], int] = read.plural
        self.messages: dict[str, Message] = {}
        for key, text in read._catalog.items():
            if isinstance(key, tuple):
                forms = self.messages.setdefault(key[0], [])
                assert isinstance(forms, list)
                forms.append(text)  # a file lists them in their order
            elif key:
                self.messages[key] = text

    @property
    def forms(self) -> int:
        return len({self.form(count) for count in COUNTS})


def texts(language: str) -> dict[str, Any] | None:
    """What the client's texts are in this language, as its `Catalogue`; None where they are the English ones.

    :param language: as in `LANGUAGES`.
    """
    return _texts(tuple(_files(language)))


def screen_language() -> str:
    """The language that a generated page is in.

    The active one, if at least half of the screens' texts are translated to it; else that of the project
    (`LANGUAGE_CODE`), as Django falls back; else English. A page that says that it is French has French texts.
    """
    for language in (translation.get_language(), settings.LANGUAGE_CODE):
        if language and (language.split("-")[0] == SOURCE or _share(language) >= 0.5):
            return language
    return SOURCE


@contextmanager
def speaking() -> Iterator[str]:
    """Everything inside is in the language of the screens."""
    language = screen_language()
    with translation.override(language):
        yield language


def in_language_of_screens(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
    """For views whose answer is in the language of the screens, and says so."""

    @functools.wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with speaking() as language:
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return inner


def _share(language: str) -> float:
    """How many of the texts are translated, of all."""
    known = _known()
    found = set[str]().union(*(_read(*file).messages for file in _files(language)))
    return len(found & known) / len(known)


@functools.lru_cache(maxsize=32)
def _texts(files: tuple[tuple[Path, int], ...]) -> dict[str, Any] | None:
    catalogs = [_read(*file) for file in files]
    found: dict[str, Message] = {}
    # Forms are counted by one formula for all: that of the catalogue which has most of them.
    finest = max(catalogs, key=lambda catalog: catalog.forms, default=None)
    for name in _known():
        catalog = next((catalog for catalog in catalogs if name in catalog.messages), None)
        if catalog is None or finest is None:
            continue
        message = catalog.messages[name]
        if isinstance(message, list):
            found[name] = [message[min(catalog.form(count), len(message) - 1)] for count in _examples(finest)]
        elif message != name:
            found[name] = message
    if finest is None or not found:
        return None
    return {"plurals": [[count, finest.form(count)] for count in COUNTS], "messages": dict(sorted(found.items()))}


def _examples(catalog: Catalog) -> list[int]:
    """A number for each of its forms."""
    first: dict[int, int] = {}
    for count in COUNTS:
        first.setdefault(catalog.form(count), count)
    return [first.get(form, 0) for form in range(max(first) + 1)]


def _known() -> frozenset[str]:
    """Ids of all texts of the client; other JavaScript of the project may have texts of this domain too."""
    return frozenset(_read(*_stamped(COMPLETE / "LC_MESSAGES" / "djangojs.mo")).messages)


def _files(language: str) -> Iterator[tuple[Path, int]]:
    """Compiled catalogues, those whose texts win first, with the time that each was written."""
    locale = translation.to_locale(language)
    names = dict.fromkeys([locale, locale.split("_")[0]])
    for name in names:
        for folder in _folders():
            path = folder / name / "LC_MESSAGES" / "djangojs.mo"
            if path.is_file():
                yield _stamped(path)


def _folders() -> Iterator[Path]:
    yield from map(Path, settings.LOCALE_PATHS)
    for config in apps.get_app_configs():
        if not config.name.startswith("django."):  # the admin's "Close" stands elsewhere
            yield Path(config.path) / "locale"


def _stamped(path: Path) -> tuple[Path, int]:
    return path, path.stat().st_mtime_ns


@functools.lru_cache(maxsize=256)
def _read(path: Path, written: int) -> Catalog:
    return Catalog(path)
