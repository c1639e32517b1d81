"""A made-up language: every text in Arabic letters, a third longer, with the places and marks of the English one."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog

from scripts import messages

KEPT = re.compile(r"(\{\w+\}|%\(\w+\)[sd]|%[sd]|<[^>]+>|&\w+;)")
LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه", strict=True))


def folder_of(databases: Mapping[str, Any]) -> Path:
    """Where the catalogues of a site are: beside its database."""
    return Path(databases["default"]["NAME"]).parent / "locale"


def lettered(text: str) -> str:
    parts = KEPT.split(text)
    parts[::2] = ["".join(LETTERS.get(letter, letter) for letter in part.lower()) for part in parts[::2]]
    return (
        "".join(parts)
        + " "
        + "".join(LETTERS.get(letter, "") for letter in KEPT.sub("", text).lower()[: len(text) // 3])
    )


def write(folder: Path) -> None:
    """Compiles the language from what is marked in the sources."""
    for domain in messages.DOMAINS:
        catalog = Catalog(locale="ar", domain=domain.name)
        for app in messages.APPS:
            for one in list(messages.collect(app, domain))[1:]:
                if isinstance(one.id, tuple):
                    catalog.add(one.id, [lettered(one.id[-1])] * catalog.num_plurals, context=one.context)
                else:
                    catalog.add(one.id, lettered(str(one.id)), context=one.context)
        path = folder / "ar" / "LC_MESSAGES" / f"{domain.name}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(messages.compiled(catalog))
