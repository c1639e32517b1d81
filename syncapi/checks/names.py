"""Names in declarations."""

from collections.abc import Iterable
from difflib import get_close_matches

WRITING_OPTIONS = ("readonly_attributes", "inlines", "merge", "serializer_class", "renamed")
"""Options of entities that devices may change."""


def is_list_of_names(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str) and all(isinstance(name, str) for name in value)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that proposes the closest of `known`, with a space before it; empty where none is close."""
    close = get_close_matches(name, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
