"""The OpenAPI document: complete, and what `docs/openapi.yaml` says."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"


@pytest.fixture
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def test_the_document_is_valid_and_up_to_date(schema: Any, update_golden: bool) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]
    content = OpenApiYamlRenderer().render(schema, renderer_context={})  # type: ignore[no-untyped-call]
    if update_golden:
        DOCUMENT.write_bytes(content)
    assert DOCUMENT.read_bytes() == content, "Run: pytest tests/server/test_openapi.py --update-golden"


def test_the_document_has_every_operation(schema: Any) -> None:
    found = {(path, method) for path, operations in schema["paths"].items() for method in operations}
    assert found == {
        ("/api/sync/{app}/", "post"),
        ("/api/sync/catalog/actions/stock_now/", "post"),
        ("/api/sync/sales/actions/stock_now/", "post"),
        ("/api/sync/{app}/session/", "get"),
        ("/api/sync/{app}/session/", "post"),
        ("/api/sync/{app}/session/", "delete"),
        ("/api/sync/{app}/files/{entity}/{attribute}/", "get"),
        ("/api/sync/{app}/segments/{entity}/{sum}/", "get"),
    }


def test_the_document_is_served(db: Any) -> None:
    assert Client().get("/api/schema/").status_code == 200
