"""Editing an `offline.py`: everything that is there stays as it was written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import libcst as cst
from libcst import matchers

from syncapi.scaffold.propose import Proposal

WIDTH = 88  # of a list in one line: formatters leave it, whatever their line length


class CannotEdit(Exception):
    """The file is written in a way that cannot be added to."""


def class_text(proposal: Proposal) -> str:
    """The class, as it is written."""
    lines = [
        f"class {proposal.name}(offline.LocalEntity):",
        f"    model = {proposal.model.__name__}",
        _list("attributes", proposal.attributes),
        f"    pattern = offline.{proposal.pattern.__name__}",
        *(_list(name, values) for name, values in proposal.lists.items()),
    ]
    return "\n".join(lines) + "\n"


def existing_class(source: str, name: str) -> str | None:
    """The text of the class of this name, if there is one."""
    module = cst.parse_module(source)
    found = next((node for node in module.body if is_class(node, name)), None)
    return None if found is None else cst.Module([found.with_changes(leading_lines=[])]).code


def with_entity(source: str, proposal: Proposal, app: str, title: str) -> str:
    """The source with the entity, in place of one of the same name, and listed in the app, which is made if missing.

    :raises CannotEdit: the app's entities are not a list that names can be added to.
    """
    module = cst.parse_module(source)
    new = cst.parse_module(class_text(proposal)).body[0]
    body: list[Any] = list(module.body)
    declared = _declaration(body, app)
    place = next((index for index, node in enumerate(body) if is_class(node, proposal.name)), None)
    if place is not None:
        body[place] = new.with_changes(leading_lines=body[place].leading_lines)
    else:
        body.insert(len(body) if declared is None else declared, _apart(new))
    declared = _declaration(body, app)
    if declared is None:
        call = f'offline.OfflineApp("{app}", title={quoted_text(title)}, entities=[{proposal.name}])'
        body.append(_apart(cst.parse_statement(f"{app.replace('-', '_')}_app = {call}")))
    else:
        body[declared] = _listed(body[declared], app, proposal.name)
    module = module.with_changes(body=body, has_trailing_newline=True)
    module = importing(module, "syncapi", "offline")
    return importing(module, proposal.model.__module__, proposal.model.__name__).code


def tidied(new: str, old: str, path: Path) -> str:
    """The source as the project's own ruff would have it, where it has one and followed it so far."""
    if find_spec("ruff") is None or (old and _ruff(old, path) != old):
        return new
    return _ruff(new, path)


def _ruff(source: str, path: Path) -> str:
    for arguments in (["check", "--select=I", "--fix-only", "--exit-zero"], ["format"]):
        done = subprocess.run(  # noqa: S603 (nothing in it is anybody's input)
            [sys.executable, "-m", "ruff", *arguments, "--quiet", "--stdin-filename", str(path), "-"],
            input=source,
            capture_output=True,
            text=True,
            check=False,
            cwd=path.parent,
        )
        source = done.stdout if done.returncode == 0 and done.stdout else source
    return source


def _list(name: str, values: list[str]) -> str:
    quoted = [quoted_text(value) for value in values]
    line = f"    {name} = [{', '.join(quoted)}]"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"    {name} = [", *(f"        {value}," for value in quoted), "    ]"])


def quoted_text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_class(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.ClassDef) and node.name.value == name


def _apart(node: cst.BaseStatement | cst.CSTNode) -> cst.BaseStatement:
    """Two blank lines before it."""
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)])  # type: ignore[return-value]


def is_app(call: cst.Call, app: str) -> bool:
    named = matchers.Name("OfflineApp") | matchers.Attribute(attr=matchers.Name("OfflineApp"))
    if not matchers.matches(call.func, named) or not call.args:
        return False
    first = next((arg for arg in call.args if arg.keyword is None or arg.keyword.value == "name"), None)
    value = first.value if first else None
    return isinstance(value, cst.SimpleString) and value.evaluated_value == app


def _declaration(body: Sequence[cst.CSTNode], app: str) -> int | None:
    """Which statement declares the app."""
    for index, node in enumerate(body):
        if any(is_app(call, app) for call in matchers.findall(node, matchers.Call()) if isinstance(call, cst.Call)):
            return index
    return None


class _Lister(cst.CSTTransformer):
    """Adds a name to the entities of an app."""

    def __init__(self, app: str, name: str) -> None:
        self.app, self.name, self.done = app, name, False

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802 (of libcst)
        if not is_app(original_node, self.app):
            return updated_node
        arguments = list(updated_node.args)
        for index, argument in enumerate(arguments):
            if argument.keyword is not None and argument.keyword.value == "entities":
                arguments[index] = argument.with_changes(value=self._added(argument.value))
        return updated_node.with_changes(args=arguments)

    def _added(self, value: cst.BaseExpression) -> cst.BaseExpression:
        if not isinstance(value, cst.List | cst.Tuple):
            return value
        self.done = True
        names = [element.value.value for element in value.elements if isinstance(element.value, cst.Name)]
        if self.name in names:
            return value
        last = value.elements[-1:] if value.elements else ()
        # As the one before it: in lines of their own, or in one.
        comma = last[0].comma if last and isinstance(last[0].comma, cst.Comma) else cst.MaybeSentinel.DEFAULT
        new = cst.Element(cst.Name(self.name), comma=comma)
        before = [element.with_changes(comma=self._between(value)) for element in last]
        return value.with_changes(elements=[*value.elements[:-1], *before, new])

    def _between(self, value: cst.List | cst.Tuple) -> cst.Comma:
        bracket = value.lbracket if isinstance(value, cst.List) else next(iter(value.lpar), None)
        opened = bracket.whitespace_after if bracket is not None else None
        if isinstance(opened, cst.ParenthesizedWhitespace):  # each in a line of its own; a comment stays with its own
            return cst.Comma(whitespace_after=opened.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[]))
        return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _listed(node: cst.CSTNode, app: str, name: str) -> cst.CSTNode:
    lister = _Lister(app, name)
    changed = node.visit(lister)
    if not lister.done or not isinstance(changed, cst.CSTNode):
        raise CannotEdit(f"The entities of the app '{app}' are not a list in its declaration: add {name} by hand.")
    return changed


def importing(module: cst.Module, origin: str, name: str) -> cst.Module:
    """With `from origin import name`, beside what is imported from there already, else after the other imports."""
    body: list[Any] = list(module.body)
    last = -1
    for index, node in enumerate(body):
        if not isinstance(node, cst.SimpleStatementLine):
            continue
        statement = node.body[0]
        docstring = index == 0 and isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString)
        if docstring or isinstance(statement, cst.Import | cst.ImportFrom):
            last = index
        if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
            continue
        if statement.relative or statement.module is None or module.code_for_node(statement.module) != origin:
            continue
        if name in {alias.evaluated_name for alias in statement.names}:
            return module
        if len(node.body) > 1 or "#" in module.code_for_node(statement):
            continue  # it cannot be written anew without losing something: a line of its own, then
        imported = [
            module.code_for_node(alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for alias in statement.names
        ]
        names = sorted([*imported, name])
        line = f"from {origin} import {', '.join(names)}" if statement.lpar is None else _in_lines(origin, names)
        kept = {"leading_lines": node.leading_lines, "trailing_whitespace": node.trailing_whitespace}
        body[index] = cst.parse_statement(line).with_changes(**kept)
        return module.with_changes(body=body)
    new = cst.parse_statement(f"from {origin} import {name}")
    if last == 0 and not isinstance(body[0].body[0], cst.Import | cst.ImportFrom):
        new = new.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[: last + 1], new, *body[last + 1 :]])


def _in_lines(origin: str, names: list[str]) -> str:
    return "\n".join([f"from {origin} import (", *(f"    {name}," for name in names), ")"])
