"""What the files do not say outright: user names of employees, territories of customers. Decisions only."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog.importing.problems import Problem
from catalog.importing.validate import Checked, Record

# Letters that Unicode does not take apart into a plain one and an accent.
_PLAIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def username(first_name: str, last_name: str) -> str:
    """The user name of a person: `nancy.davolio`, in lower-case ASCII; empty if no letter or digit remains."""
    return ".".join(part for part in map(_plain, (first_name, last_name)) if part)


def name_users(employees: Checked, max_length: int) -> None:
    """Give each employee a `username`, and note those who would get none, a long one, or somebody else's."""
    lines: dict[str, int] = {}
    for record in employees.records:
        name = username(record.values.get("first_name", ""), record.values.get("last_name", ""))
        record.values["username"] = name
        if "first_name" not in record.values or "last_name" not in record.values:
            continue  # noted when the row was checked
        if not name:
            _note(employees, record, "no user name can be made of FirstName and LastName")
        elif len(name) > max_length:
            _note(employees, record, f"the user name “{name}” would have more than {max_length} characters")
        elif lines.setdefault(name, record.line) != record.line:
            _note(employees, record, f"the user name “{name}” is already that of line {lines[name]}")


def derive_territories(tables: Mapping[str, Checked]) -> int:
    """Give every customer a territory when `customers.csv` does not name one; returns how many get none.

    A customer belongs to the employee who took most of their orders (of several, the one with the lowest
    EmployeeID). Each employee's customers, in the order of their codes, go round that employee's territories, in
    the order of theirs: so they are spread evenly, and the same files always give the same answer. Customers without
    orders, or of an employee without territories, get none.
    """
    territories: defaultdict[Any, list[Any]] = defaultdict(list)
    for employee, territory in sorted(record.key for record in tables["employee_territories"].records):
        territories[employee].append(territory)
    keepers = dict(_keepers(tables["orders"].records))
    dealt: Counter[Any] = Counter()
    without = 0
    for record in sorted(tables["customers"].records, key=lambda record: record.key):
        keeper = keepers.get(record.key[0])
        mine = territories.get(keeper, [])
        record.values["territory"] = mine[dealt[keeper] % len(mine)] if mine else None
        dealt[keeper] += 1
        without += not mine
    return without


def _keepers(orders: Iterable[Record]) -> Iterator[tuple[Any, Any]]:
    """Customer and the employee who took most of their orders."""
    taken: defaultdict[Any, Counter[Any]] = defaultdict(Counter)
    for record in orders:
        if record.values["taken_by"] is not None:
            taken[record.values["customer"]][record.values["taken_by"]] += 1
    for customer, counts in taken.items():
        yield customer, min(counts, key=lambda employee: (-counts[employee], _numerically(employee)))


def _numerically(identifier: str) -> tuple[int, str]:
    """Orders 9 before 10; identifiers that are no numbers come last."""
    return (int(identifier), "") if identifier.isdecimal() else (2**63, identifier)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded.replace("'", "")).strip("-")


def _note(checked: Checked, record: Record, reason: str) -> None:
    checked.problems.append(Problem(checked.table.file, record.line, "FirstName + LastName", reason))
