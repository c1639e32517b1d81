"""Setting an option in a declaration that is there; all else stays as it was written."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from syncapi.scaffold.source import CannotEdit, importing, is_app, is_class, quoted_text

AFTER = ("model", "attributes")  # a pattern that was not set before comes after the last of these


def with_pattern(source: str, entity: str, module: str, pattern: str) -> str:
    """`pattern = <pattern>` in the class `entity`, imported from `module`.

    :raises CannotEdit: there is no such class at the top of the file.
    """
    tree = cst.parse_module(source)
    body = list(tree.body)
    place = next((index for index, node in enumerate(body) if is_class(node, entity)), None)
    found = body[place] if place is not None else None
    if place is None or not isinstance(found, cst.ClassDef) or not isinstance(found.body, cst.IndentedBlock):
        raise CannotEdit(f"There is no class {entity} to set the pattern of. Set it by hand: pattern = {pattern}")
    body[place] = found.with_changes(body=found.body.with_changes(body=_set(found.body, pattern)))
    return importing(tree.with_changes(body=body), module, pattern).code


def _set(block: cst.IndentedBlock, pattern: str) -> list[cst.BaseStatement]:
    statements = list(block.body)
    last = -1
    for index, line in enumerate(statements):
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            continue
        statement = line.body[0]
        name = _assigned(statement)
        if name == "pattern" and isinstance(statement, cst.Assign | cst.AnnAssign):
            statements[index] = line.with_changes(body=[statement.with_changes(value=cst.Name(pattern))])
            return statements
        docstring = isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString)
        if name in AFTER or (docstring and index == 0):
            last = index
    statements.insert(last + 1, cst.parse_statement(f"pattern = {pattern}\n"))
    return statements


def _assigned(statement: cst.BaseSmallStatement) -> str:
    target: cst.BaseExpression | None = None
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        target = statement.targets[0].target
    elif isinstance(statement, cst.AnnAssign):
        target = statement.target
    return target.value if isinstance(target, cst.Name) else ""


class _OnSync(cst.CSTTransformer):
    def __init__(self, app: str, path: str) -> None:
        self.app, self.path, self.done = app, path, False

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802 (of libcst)
        if not is_app(original_node, self.app):
            return updated_node
        self.done = True
        value = cst.SimpleString(quoted_text(self.path))
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        arguments = [one for one in updated_node.args if one.keyword is None or one.keyword.value != "on_sync"]
        last = arguments[-1]
        between, end = _commas(arguments)
        new = cst.Arg(keyword=cst.Name("on_sync"), equal=equal, value=value, comma=end)
        return updated_node.with_changes(args=[*arguments[:-1], last.with_changes(comma=between), new])


def _commas(arguments: Sequence[cst.Arg]) -> tuple[cst.Comma, cst.Comma | cst.MaybeSentinel]:
    """After the last argument, when another one comes, and after that one: in lines of their own where the others are.

    A comment stays with its own.
    """
    end = arguments[-1].comma
    before = arguments[-2].comma if len(arguments) > 1 else None
    if not isinstance(before, cst.Comma) or not isinstance(before.whitespace_after, cst.ParenthesizedWhitespace):
        return cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")), end
    comment = cst.TrailingWhitespace()
    if isinstance(end, cst.Comma) and isinstance(end.whitespace_after, cst.ParenthesizedWhitespace):
        comment = end.whitespace_after.first_line
        end = end.with_changes(whitespace_after=end.whitespace_after.with_changes(first_line=cst.TrailingWhitespace()))
    plain = before.whitespace_after.with_changes(first_line=comment, empty_lines=[])
    return before.with_changes(whitespace_after=plain), end


def with_on_sync(source: str, app: str, path: str) -> str:
    """`on_sync="<path>"` in the declaration of an app.

    :raises CannotEdit: the app is declared in another way than by a call that names it.
    """
    setting = _OnSync(app, path)
    changed = cst.parse_module(source).visit(setting)
    if not setting.done:
        raise CannotEdit(f"The declaration of the app '{app}' was not found. Add to it by hand: on_sync=\"{path}\"")
    return changed.code
