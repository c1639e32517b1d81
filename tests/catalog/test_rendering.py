"""P3: the rows of the demo, on which its speed is measured, are all rendered by the database."""

from django.core.management import call_command

from syncapi.registry import registry
from tests.server.rendering import counting_python, outcome


def test_P3_the_database_renders_all_rows_of_the_demo(imported: None) -> None:
    call_command("demousers", force=True, verbosity=0)  # stock counts are in no file
    with counting_python() as keys:
        rows = {
            local.name: len(outcome(local))
            for app in ("catalog", "sales")
            for local in registry.get(app).entities.values()
        }
    assert all(rows.values()), rows
    assert keys == []
