"""Placing a written-out sync in an app's `onSync` module. JavaScript is read by the few forms that are known."""

from __future__ import annotations

import re

from syncapi.scaffold.flow import Flow, filled

MARK = "(createsyncaction adds to them):\n"
CALLS = re.compile(r"(?:  if \(rest\.delete\(.*\n)*")
IMPORT = re.compile(r"^import\b[^;]*;[ \t]*\n", re.MULTILINE)
HEAD = re.compile(r"(?:\s*(?:/\*.*?\*/|//[^\n]*))*\s*", re.DOTALL)  # comments before anything else
FUNCTION = re.compile(r"(export\s+default\s+(?:async\s+)?function\s*\w*\s*\(\s*)(\{[^{}]*\}|\w+)(\s*\))")


def new_on_sync(app: str) -> str:
    """A module that syncs what there is."""
    return filled("on_sync.js-tpl", app=app)


def with_call(source: str, flow: Flow, specifier: str) -> str | None:
    """The module with the call of the flow, imported from `specifier`; None where there is no place for it.

    Its place is beside those that were written before, or that of the framework's own action of this name.
    """
    if re.search(rf"import\s*\{{[^}}]*\b{flow.action}\b", source):
        return source
    called = _beside_others(source, flow) if MARK in source else _in_place(source, flow)
    return None if called is None else _importing(called, f'import {{ {flow.action} }} from "{specifier}";\n')


def _beside_others(source: str, flow: Flow) -> str:
    start = source.index(MARK) + len(MARK)
    calls = CALLS.match(source, start)
    at = calls.end() if calls else start
    call = f'  if (rest.delete("{flow.entity}")) await {flow.action}(sync);\n'
    return source[:at] + call + source[at:]


def _in_place(source: str, flow: Flow) -> str | None:
    function = FUNCTION.search(source)
    if function is None:
        return None
    given = function[2]
    argument = given if not given.startswith("{") else "{ phases }"
    old = re.compile(rf"(?:\b\w+\.)?\bactions\.{flow.action}(?:\?\.)?\(\)")
    called, count = old.subn(f"{flow.action}({argument})", source)
    if count == 0:
        return None
    if given.startswith("{") and not re.search(r"\bphases\b", given):
        names = given.removesuffix("}").rstrip().rstrip(",")
        ending = given[len(given.removesuffix("}").rstrip()) :]
        called = FUNCTION.sub(lambda found: f"{found[1]}{names}, phases{ending}{found[3]}", called, count=1)
    return called


def _importing(source: str, line: str) -> str:
    imports = list(IMPORT.finditer(source))
    if not imports:
        head = HEAD.match(source)
        at = head.end() if head else 0
        return f"{source[:at]}{line}\n{source[at:]}"
    # Where they are one below the other, in the order of their addresses, as formatters have it.
    block = source[imports[0].start() : imports[-1].end()]
    lines = block.splitlines(keepends=True)
    if len(lines) == len(imports) and lines == sorted(lines, key=_address):
        new = "".join(sorted([*lines, line], key=_address))
    else:
        new = block + line
    return source[: imports[0].start()] + new + source[imports[-1].end() :]


def _address(line: str) -> str:
    found = re.search(r"""["']([^"']+)["']""", line)
    return found[1] if found else line
