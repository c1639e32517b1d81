"""`manage.py createsyncaction LocalProduct --pattern read-only`: writes the flow of a pattern out, to be edited."""

from __future__ import annotations

import posixpath
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError

from syncapi import patterns
from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity
from syncapi.registry import registry
from syncapi.scaffold.flow import Flow
from syncapi.scaffold.flow import patterns as written_patterns
from syncapi.scaffold.on_sync import new_on_sync, with_call

if TYPE_CHECKING:
    from syncapi.scaffold.writing import Files


class Command(BaseCommand):
    help = (
        "Writes out how an entity syncs, as Python for the server and JavaScript for the device, to be edited, and has "
        "the entity and its apps use it. As written it does what the pattern does. Edits are never replaced unasked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", help="for example LocalProduct, or shop.LocalProduct where two have that name")
        parser.add_argument("--pattern", choices=written_patterns(), help="default: the one that the entity has")
        parser.add_argument("--force", action="store_true", help="write files anew that were edited, without asking")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from syncapi.scaffold.source import CannotEdit
            from syncapi.scaffold.writing import Files
        except ModuleNotFoundError as error:
            raise CommandError(f"This command needs the package {error.name}: pip install {error.name}") from error
        self.asks = sys.stdin.isatty() and sys.stdout.isatty()
        cls = self._entity(options["entity"])
        flow = Flow(options["pattern"] or self._pattern(cls), cls.__name__)
        files = Files()
        try:
            by_hand = self._plan(cls, flow, files)
        except CannotEdit as error:
            raise CommandError(f"{error}") from error
        if options["dry_run"]:
            self.stdout.write("".join(files.diff(path) for path in files.changed) or "Nothing would change.")
            return
        self._settle(flow, files, force=options["force"])
        written = files.changed
        files.write()
        for path in written:
            self.stdout.write(f"{'wrote' if files.old[path] is None else 'changed'} {_shown(path)}")
        if not written and not by_hand:
            self.stdout.write(f"{flow.entity} is written out already; nothing to change.")
        elif written and getattr(patterns, cls.pattern.__name__, None) is cls.pattern:
            self.stdout.write("Next: manage.py migrate (it looks after change tracking), and change what you like.")
        if by_hand:
            raise CommandError("\n".join(by_hand))

    # -- what it is about

    def _entity(self, name: str) -> type[LocalEntity]:
        label, _, short = name.rpartition(".")
        known = {cls: None for app in registry.declared for cls in app.entity_classes}
        found = [cls for cls in known if cls.__name__ == short and label in ("", _label(cls))]
        if len(found) == 1:
            return found[0]
        names = sorted(f"{_label(cls)}.{cls.__name__}" for cls in (found or known))
        if found:
            raise CommandError(f"There are several {short}. Say which: {', '.join(names)}.")
        raise CommandError(
            f"No offline app carries an entity '{name}'. There are: {', '.join(names) or 'none'}. "
            "manage.py addlocalentity writes one."
        )

    def _pattern(self, cls: type[LocalEntity]) -> str:
        if cls.pattern.name not in written_patterns():
            known = ", ".join(written_patterns())
            raise CommandError(
                f"The pattern '{cls.pattern.name}' cannot be written out. Say another: --pattern {known}."
            )
        return cls.pattern.name

    # -- what is to be written

    def _plan(self, cls: type[LocalEntity], flow: Flow, files: Files) -> list[str]:
        """Returns what somebody has to do by hand."""
        from syncapi.scaffold.options import with_pattern

        config = _config(cls)
        script = f"{config.label}/{flow.file}.js"
        files.make(Path(config.path) / f"{flow.file}.py", flow.server)
        files.make(Path(config.path) / "static" / script, flow.client)
        module = f"{config.name}.{flow.file}"
        if (cls.pattern.__module__, cls.pattern.__name__) != (module, flow.action):
            declaration = _file(cls.__module__)
            files.change(declaration, with_pattern(files.read(declaration), flow.entity, module, flow.action))
        carrying = [app for app in registry.declared if cls in app.entity_classes]
        return [told for app in carrying if (told := self._place(app, flow, script, files))]

    def _place(self, app: OfflineApp, flow: Flow, script: str, files: Files) -> str | None:
        """Has an app call the function on the device. Returns what is to be done by hand where it cannot."""
        from syncapi.scaffold.options import with_on_sync

        path = app.on_sync
        if path:
            found = finders.find(path)
            if not isinstance(found, str):
                raise CommandError(
                    f"on_sync of '{app.name}' is not among the static files: {path}. Correct the path, or take it out."
                )
            file = Path(found)
        else:
            module, config = _declaring(app)
            path = f"{config.label}/on_sync_{app.name.replace('-', '_')}.js"
            file = Path(config.path) / "static" / path
            declaration = _file(module)
            files.change(declaration, with_on_sync(files.read(declaration), app.name, path))
        specifier = posixpath.relpath(script, posixpath.dirname(path))
        specifier = specifier if specifier.startswith("../") else f"./{specifier}"
        placed = with_call(files.read(file) or new_on_sync(app.name), flow, specifier)
        if placed is None:
            return (
                f"{_shown(file)} has no place for it that is known. Put there:\n"
                f'  import {{ {flow.action} }} from "{specifier}";\n'
                f"and where {flow.entity} is to be synced, with what onSync is given:\n"
                f"  await {flow.action}(sync);"
            )
        files.change(file, placed)
        return None

    def _settle(self, flow: Flow, files: Files, *, force: bool) -> None:
        """What becomes of files that were edited."""
        edited = [] if force else sorted(files.edited)
        for path in edited if self.asks else ():
            self.stdout.write(files.diff(path))
            question = f"Write {_shown(path)} anew? Its edits are lost then. (yes/no) [no]: "
            if input(question).strip().lower() in {"y", "yes"}:
                files.edited.discard(path)
        kept = [path for path in edited if path in files.edited]
        for path in kept:
            if path.suffix == ".py" and not flow.follows(files.old[path] or ""):
                raise CommandError(
                    f"{_shown(path)} does not follow the pattern {flow.pattern}. Nothing was written; --force writes "
                    "it anew, --dry-run shows how."
                )
        for path in kept:
            files.keep(path)
            self.stdout.write(f"kept {_shown(path)}, which was edited; --force writes it anew, --dry-run shows how")


def _label(cls: type[LocalEntity]) -> str:
    config = apps.get_containing_app_config(cls.__module__)
    return config.label if config is not None else cls.__module__


def _config(cls: type[LocalEntity]) -> AppConfig:
    """The installed app whose folder what is written goes to."""
    config = apps.get_containing_app_config(cls.__module__)
    if config is None:
        raise CommandError(f"{cls.__module__}.{cls.__name__} is in no installed app. Move it into one.")
    return config


def _declaring(app: OfflineApp) -> tuple[str, AppConfig]:
    """The `offline` module that assigns an app, and whose it is."""
    for config in apps.get_app_configs():
        module = sys.modules.get(f"{config.name}.offline")
        if module is not None and any(value is app for value in vars(module).values()):
            return module.__name__, config
    raise CommandError(f"The declaration of the app '{app.name}' was not found.")


def _file(module: str) -> Path:
    file = sys.modules[module].__file__
    if file is None:
        raise CommandError(f"{module} is no file.")
    return Path(file)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
