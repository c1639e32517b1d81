"""The reference is what the code says."""

from scripts import reference


def test_the_reference_is_up_to_date() -> None:
    assert reference.PAGE.read_text() == reference.text(), "Run: python -m scripts.reference"


def test_everything_public_is_explained() -> None:
    empty = [part for part in reference.text().split("\n### ") if len(part.strip().splitlines()) < 2]
    assert empty == []
