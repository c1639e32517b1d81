"""What an import did."""

from dataclasses import dataclass, field


@dataclass
class Counts:
    """Rows of one table by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """What an import did, table by table, in the order the tables were written."""

    tables: dict[str, Counts] = field(default_factory=dict)
    pictures_written: int = 0
    pictures_kept: int = 0
    territories_derived: bool = False
    customers_without_territory: int = 0
