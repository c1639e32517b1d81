"""Collects what is marked for translation, brings the catalogues up to date with it, and compiles them.

    python -m scripts.messages            what the project's own languages are (pwa, syncapi, catalog)
    python -m scripts.messages --check    changes nothing; fails where something would be

What `makemessages` and `compilemessages` do, without GNU gettext, which few machines have. Files in another language
than those here are made by hand: `mkdir -p pwa/locale/fr/LC_MESSAGES`, then this command.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("pwa", "syncapi", "catalog")
HEADER = "# Translations of Haversack. `python -m scripts.messages` renews and compiles them.\n#"
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same texts compile to the same file
SKIPPED = {"node_modules", "migrations", "build", "dev", "testing"}


@dataclass(frozen=True)
class Domain:
    """The texts of one kind of source file, as Django divides them."""

    name: str
    suffixes: tuple[str, ...]


DOMAINS = (Domain("django", (".py", ".html", ".txt")), Domain("djangojs", (".ts",)))


def collect(app: str, domain: Domain) -> Catalog:
    """All messages of an app that are marked in its sources."""
    found = Catalog(domain=domain.name, project="Haversack", charset="utf-8", fuzzy=False)
    for path in _sources(ROOT / app, domain):
        for line, message, comments, context in _extract(path):
            found.add(
                message, None, [(path.relative_to(ROOT).as_posix(), line)], auto_comments=comments, context=context
            )
    return found


def _sources(folder: Path, domain: Domain) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix in domain.suffixes and not SKIPPED.intersection(parts) and ".test." not in path.name:
            yield path


def _extract(path: Path) -> list[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    source = path.read_text()
    method = {".py": "python", ".ts": "javascript"}.get(path.suffix)
    if method is None:  # a template: Django turns it into calls, among letters that stand for everything else
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
        calls = re.findall(r"\bn?p?gettext\(.*?\)(?= |$)|(?<![\w])_\(.*?\)(?= |$)", source, re.MULTILINE)
        source, method = "\n".join(calls), "python"
    options = {"parse_template_string": "false"} if method == "javascript" else {}
    return list(extract(method, BytesIO(source.encode()), KEYWORDS, comment_tags=["Translators:"], options=options))


def updated(path: Path, template: Catalog, language: str) -> Catalog:
    """The catalogue in `path` with the template's messages: those that are new empty, those that are gone removed."""
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain=template.domain)
    else:
        catalog = Catalog(locale=language, domain=template.domain)
    catalog.project, catalog.header_comment, catalog.fuzzy = "Haversack", HEADER, False
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    """As a `.po` file. Without dates and lines, which would change with every edit elsewhere."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, sort_by_file=False)
    plural = ""
    if catalog.locale is not None:
        plural = f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n'
    head = (
        f'{HEADER}\nmsgid ""\nmsgstr ""\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n{plural}\n'
    )
    return head.encode() + buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    catalog.project, catalog.version = "Haversack", ""
    catalog.creation_date = catalog.revision_date = NO_DATE
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def files(app: str, domain: Domain) -> Iterator[tuple[Path, bytes]]:
    """What the catalogues of an app should be: English as a template to translate from, all others also compiled."""
    template = collect(app, domain)
    if not len(template):
        return
    for folder in sorted((ROOT / app / "locale").glob("*/LC_MESSAGES")):
        language = folder.parent.name
        path = folder / f"{domain.name}.po"
        catalog = updated(path, template, language)
        text = written(catalog)
        yield path, text
        if language != "en":
            yield path.with_suffix(".mo"), compiled(read_po(BytesIO(text), locale=language))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    stale = [
        (path, content)
        for app in APPS
        for domain in DOMAINS
        for path, content in files(app, domain)
        if not path.exists() or path.read_bytes() != content
    ]
    for path, content in stale:
        print(path.relative_to(ROOT))
        if not check:
            path.write_bytes(content)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
