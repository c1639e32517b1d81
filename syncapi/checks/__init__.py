"""System checks of declarations: one function per thing checked, stable ids, each with the way to mend it.

Ids are listed in `docs/checks.md`, and a test holds the two together. Importing this package registers them.
"""

from syncapi.checks.declarations import check_apps, check_declarations, check_entity
from syncapi.checks.requirements import check_requirements

__all__ = ["check_apps", "check_declarations", "check_entity", "check_requirements"]
