"""P3: the rows of the demo, on which its speed is measured, are all rendered by the database."""

from syncapi.registry import registry
from tests.server.rendering import counting_python, outcome


def test_P3_the_database_renders_all_rows_of_the_demo(imported: None) -> None:
    with counting_python() as keys:
        rows = {
            local.name: len(outcome(local))
            for app in ("catalog", "sales")
            for local in registry.get(app).entities.values()
        }
    assert all(rows.values()), rows
    assert keys == []
