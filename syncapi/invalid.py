"""What DRF says of invalid data, as the protocol says it: sentences by name of the input."""

from typing import Any


def fields_of(detail: Any) -> dict[str, list[str]]:
    """The errors of a serializer. DRF nests those of lists and dictionaries; people want the sentences."""
    by_field = detail if isinstance(detail, dict) else {"non_field_errors": detail}
    return {str(name): [str(item) for item in _flat(items)] for name, items in by_field.items()}


def _flat(items: Any) -> list[Any]:
    if isinstance(items, dict):
        return [f"{name}: {text}" for name, inner in items.items() for text in _flat(inner)]
    if isinstance(items, list | tuple):
        return [text for item in items for text in _flat(item)]
    return [items]
