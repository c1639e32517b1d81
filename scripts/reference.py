"""`docs/reference.md`, from docstrings, commands and the client's types.

python -m scripts.reference
"""

import argparse
import dataclasses
import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.processes import ROOT

PAGE = ROOT / "docs" / "reference.md"
CLIENT = ROOT / "pwa" / "client" / "src" / "api"
HEAD = (
    "# Reference\n\n"
    "Everything that is public, in the words of the code itself. Made by `python -m scripts.reference`, and held to "
    "the code by a test: change the docstring, not this page. To learn, begin with the [tutorial](tutorial.md); ids of "
    "checks are in [checks](checks.md), codes of errors in the [protocol](protocol.md#errors).\n"
)
# Files of the client's types, in the order in which one reads of them.
TYPES = ("offline", "entities", "values", "changes", "sync", "state", "on-sync", "definition", "config")
# What a project itself calls; all else is handed to it, or subclassed.
CALLED = {"OfflineApp", "Refused", "SyncSettings", "action", "attribute", "Call", "FakeDevice"}
# Methods that the framework calls on these objects.
INTERNAL = {
    *("LocalEntity.rows", "LocalEntity.resolve", "LocalEntity.is_on_device_only"),
    *("OfflineApp.entities_of", "OfflineApp.entity_for", "Pull.deliver", "Pull.close"),
    *("SyncSettings.problems", "SyncSettings.on_the_wire"),
}


def text() -> str:
    """The whole page."""
    parts = [HEAD, *_declarations(), *_settings(), *_app_settings(), *_commands(), *_client()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _declarations() -> Iterator[str]:
    from syncapi import offline

    yield "## Declaring: `from syncapi import offline`"
    for name in offline.__all__:
        yield from _named(f"offline.{name}", getattr(offline, name))
    yield "## Testing: `from syncapi import testing`"
    from syncapi import testing

    for name in testing.__all__:
        yield from _named(f"testing.{name}", getattr(testing, name))


def _named(name: str, thing: Any) -> Iterator[str]:
    yield f"### `{name}`"
    if thing.__name__ in CALLED:
        yield f"```python\n{name}{_signature(thing)}\n```"
    yield _docstring(thing)
    if inspect.isclass(thing):
        for method, function in vars(thing).items():
            if not inspect.isfunction(function) or method.startswith("_") or not function.__doc__:
                continue
            if f"{thing.__name__}.{method}" not in INTERNAL:
                yield f"**`{method}{_signature(function)}`** {_docstring(function)}"


def _signature(thing: Any) -> str:
    """Names and defaults; types are in the source."""
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(thing).parameters.values()
        if parameter.name != "self"
    ]
    shown = str(inspect.Signature(parameters))
    return re.sub(r"<class '([\w.]+)'>|<factory>", lambda found: (found[1] or "…").rpartition(".")[2], shown)


def _docstring(thing: Any) -> str:
    """Its words, with parameters and errors as a list."""
    lines: list[str] = []
    for line in (inspect.getdoc(thing) or "").splitlines():
        if found := re.match(r":param ([\w, ]+): (.*)", line):
            names = ", ".join(f"`{name}`" for name in found[1].split(", "))
            lines += [f"- {names}: {found[2]}"]
        elif found := re.match(r":(raises|returns?) ?([\w, ]*):(.*)", line):
            names = ", ".join(f"`{name}`" for name in found[2].split(", ") if name)
            lines += [f"- {found[1]} {names}{':' if names and found[3] else ''}{found[3]}"]
        elif lines and line and lines[-1].startswith("- ") and line.startswith(" "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _settings() -> Iterator[str]:
    from syncapi.conf import Conf

    yield "## Settings: `HAVERSACK` in the project's settings"
    told = dict(re.findall(r":param (\w+): (.*?)(?=\n:param|\Z)", inspect.getdoc(Conf) or "", re.DOTALL))
    rows = [
        f"| `{field.name.upper()}` | `{field.default!r}` | {' '.join(told[field.name].split())} |"
        for field in dataclasses.fields(Conf)
    ]
    yield "\n".join(["| key | default | |", "|---|---|---|", *rows])


def _app_settings() -> Iterator[str]:
    from syncapi.appsettings.sync_settings import SyncSettings
    from syncapi.models import AppSettings

    yield "## Settings of an app: in the admin"
    yield "What they do: [what administrators set and see](administration.md#app-settings)."
    declared = AppSettings.SYNC
    rows = [
        f"| {field.verbose_name} | {f'`{declared[field.name]}`' if field.name in declared else ''} |"
        for field in AppSettings._meta.fields
        if field.editable and not field.primary_key
    ]
    assert {*declared.values()} == {field.name for field in dataclasses.fields(SyncSettings)}
    yield "\n".join(["| setting | in `sync_defaults` |", "|---|---|", *rows])


def _commands() -> Iterator[str]:
    from syncapi.management import commands

    yield "## Commands: `manage.py …`"
    for found in pkgutil.iter_modules(commands.__path__):
        command = importlib.import_module(f"syncapi.management.commands.{found.name}").Command()
        parser = argparse.ArgumentParser(add_help=False)
        command.add_arguments(parser)
        yield f"### `{found.name}`"
        yield str(command.help)
        rows = [f"| {_argument(action)} | {_said(action)} |" for action in parser._actions]
        if rows:
            yield "\n".join(["| | |", "|---|---|", *rows])


def _argument(action: argparse.Action) -> str:
    value = action.metavar or (" \\| ".join(action.choices) if action.choices else action.dest.upper())
    if not action.option_strings:
        return f"`{value if action.choices else action.dest}`"
    return f"`{action.option_strings[-1]}{'' if action.nargs == 0 else f' {value}'}`"


def _said(action: argparse.Action) -> str:
    default = action.default
    shown = "" if default in (None, False, "", []) or "default" in (action.help or "") else f"default {default}"
    return "; ".join(part for part in (action.help or "", shown) if part)


def _client() -> Iterator[str]:
    """The client's types as they are: what they do not say themselves is said beside them."""
    yield "## The client: `window.offline`"
    yield (
        "`OfflineApi` is `window.offline`, `OfflineEvents` what its events carry as `detail`, `OnSyncInput` what an "
        "`onSync` of your own is given. [The client](client.md) tells when to use what."
    )
    assert {*TYPES} == {file.stem for file in CLIENT.glob("*.ts")} - {"index"}, "each file has its place"
    for name in TYPES:
        source = (CLIENT / f"{name}.ts").read_text()
        found = re.fullmatch(r"/\*\* (?P<about>.*?) \*/\n(import [^;]*;\n)*\n(?P<types>.*)\n", source, re.S)
        assert found, f"api/{name}.ts begins with what it is about"
        yield f"### {name.replace('-', ' ').capitalize()}"
        yield found["about"]
        yield f"```ts\n{found['types']}\n```"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
    import django

    django.setup()
    Path(PAGE).write_text(text())


if __name__ == "__main__":
    main()
