"""`manage.py addlocalentity catalog.Product --app catalog`: writes the declaration of an entity."""

from __future__ import annotations

import difflib
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from syncapi.applications import OfflineApp
from syncapi.checks import check_entity
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.patterns import ReadOnly, ReadOnlyOptimized, ReadWrite, ReadWriteWithConflictDetection
from syncapi.registry import registry
from syncapi.scaffold.propose import Proposal, propose, proposed_inlines

if TYPE_CHECKING:
    from types import ModuleType

BUILT_IN = (ReadOnly, ReadOnlyOptimized, ReadWrite, ReadWriteWithConflictDetection)
PATTERNS = {pattern.name: pattern for pattern in BUILT_IN}


class Command(BaseCommand):
    help = (
        "Writes a local entity for a model into an offline.py, and lists it in an app. Proposes what is not said; in a "
        "terminal it asks. What is there is never replaced without asking."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", nargs="?", help="for example catalog.Product")
        parser.add_argument("--app", help="name of the offline app; one that does not exist is made")
        parser.add_argument("--attributes", nargs="+", default=[], metavar="NAME", help="default: a few, proposed")
        parser.add_argument("--pattern", choices=sorted(PATTERNS), help="default read-only-optimized")
        parser.add_argument("--name", default="", help="of the class; default Local<Model>")
        parser.add_argument("--force", action="store_true", help="replace a class of that name without asking")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from syncapi.scaffold import source
        except ModuleNotFoundError as error:
            raise CommandError(f"This command needs the package {error.name}: pip install {error.name}") from error
        self.asks = sys.stdin.isatty() and sys.stdout.isatty()
        model = self._model(options["model"])
        app_name = options["app"] or self._app_name(model)
        proposal = self._proposal(model, app_name, options)
        path = self._path(model, app_name)
        old = path.read_text() if path.exists() else ""
        there = source.existing_class(old, proposal.name)
        try:
            new = source.with_entity(
                old, proposal, app_name, str(apps.get_app_config(model._meta.app_label).verbose_name)
            )
        except source.CannotEdit as error:
            raise CommandError(f"{path}: {error}\n\n{source.class_text(proposal)}") from error
        new = source.tidied(new, old, path)
        if new == old:
            self.stdout.write(f"{path} has {proposal.name} as it would be written.")
            return
        diff = "".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), str(path), str(path)))
        if options["dry_run"]:
            self.stdout.write(diff)
            return
        if there is not None and source.existing_class(new, proposal.name) != there and not options["force"]:
            self._may_replace(path, proposal.name, diff)
        path.write_text(new)
        self.stdout.write(f"{path}: {proposal.name} in the app '{app_name}', with {', '.join(proposal.attributes)}.")
        for sentence in self.mind:
            self.stdout.write(sentence)
        self.stdout.write("Next: manage.py migrate (it looks after change tracking), and look at the app.")

    def _model(self, label: str | None) -> type[models.Model]:
        label = label or self._ask("Model, for example shop.Product", "")
        try:
            return apps.get_model(label)
        except (LookupError, ValueError):
            known = ", ".join(sorted(model._meta.label for model in apps.get_models()))
            raise CommandError(f"There is no model '{label}'. Known: {known}.") from None

    def _app_name(self, model: type[models.Model]) -> str:
        known = list(registry.apps)
        if len(known) == 1 and not self.asks:
            return known[0]
        if not self.asks and known:
            raise CommandError(f"Say which app carries it: --app with one of {', '.join(known)}, or a new name.")
        default = known[0] if known else model._meta.app_label.replace("_", "-")
        return self._ask(f"App (there are: {', '.join(known) or 'none'}; another name makes one)", default)

    def _proposal(self, model: type[models.Model], app_name: str, options: dict[str, Any]) -> Proposal:
        entities = self._others(app_name, options["name"] or f"Local{model.__name__}")
        pattern = PATTERNS[options["pattern"]] if options["pattern"] else None
        chosen: list[str] = options["attributes"]

        def proposed(attributes: list[str]) -> Proposal:
            carried = [entity.model for entity in entities]
            return propose(model, name=options["name"], attributes=attributes, carried=carried, pattern=pattern)

        try:
            proposal = proposed(chosen)
            if not chosen and self.asks:
                answer = self._ask("Attributes", " ".join(proposal.attributes))
                proposal = proposed(answer.replace(",", " ").split())
        except DeclarationError as error:
            raise CommandError(error.message) from error
        if proposal.pattern.writable:
            proposal.inlines = proposed_inlines(model, entities)
        self._check(proposal, app_name, entities)
        return proposal

    def _others(self, app_name: str, name: str) -> list[LocalEntity]:
        """What else the app carries."""
        app = registry.apps.get(app_name)
        return [entity for entity in app.entities.values() if entity.name != name] if app else []

    def _check(self, proposal: Proposal, app_name: str, others: list[LocalEntity]) -> None:
        """What the system checks would say of it, before anything is written."""
        if not proposal.name.isidentifier():
            raise CommandError(f"'{proposal.name}' cannot be the name of a class.")
        members = {
            "model": proposal.model,
            "attributes": proposal.attributes,
            "pattern": proposal.pattern,
            **proposal.lists,
        }
        cls: type[LocalEntity] = type(proposal.name, (LocalEntity,), members)
        app = OfflineApp(app_name, title=app_name, entities=[*(type(other) for other in others), cls])
        problems = list(check_entity(cls, app))
        if any(problem.is_serious() for problem in problems):
            raise CommandError("\n".join(f"{problem.msg} {problem.hint}" for problem in problems))
        self.mind = [f"{problem.msg} {problem.hint}" for problem in problems]
        made = app.entities[proposal.name]
        self.mind += [
            f"Records of {made.name} can be edited inside of those of {whole.name}: "
            f'add inlines = ["{made.name}"] to it.'
            for whole in others
            if whole.pattern.writable and made.name not in whole.inlines and proposed_inlines(whole.model, [made])
        ]

    def _path(self, model: type[models.Model], app_name: str) -> Path:
        """Where the app is declared; one that is not yet, beside the model."""
        declared = registry.apps.get(app_name)
        for config in apps.get_app_configs():
            module: ModuleType | None = sys.modules.get(f"{config.name}.offline")
            if module is not None and any(value is declared for value in vars(module).values()) and declared:
                assert module.__file__ is not None
                return Path(module.__file__)
        return Path(apps.get_app_config(model._meta.app_label).path) / "offline.py"

    def _may_replace(self, path: Path, name: str, diff: str) -> None:
        if not self.asks:
            raise CommandError(
                f"{path} has another {name}. Nothing was written; --force replaces it, --dry-run shows how."
            )
        self.stdout.write(diff)
        if self._ask(f"Replace {name}? (yes/no)", "no").lower() not in {"y", "yes"}:
            raise CommandError("Nothing was written.")

    def _ask(self, question: str, default: str) -> str:
        if not self.asks:
            raise CommandError(f"{question}: say it, or run this in a terminal.")
        return input(f"{question} [{default}]: ").strip() or default
