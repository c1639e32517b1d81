"""What several tests of the catalogue need."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

NORTHWIND = Path(__file__).parents[3] / "shared" / "data" / "northwind"


@pytest.fixture(scope="session")
def northwind() -> Path:
    """The folder with the sample data."""
    if not (NORTHWIND / "products.csv").is_file():
        pytest.fail(f"The sample data is missing: put the Northwind CSV files and their images into {NORTHWIND}")
    return NORTHWIND


@pytest.fixture
def folder(northwind: Path, tmp_path: Path) -> Path:
    """A copy of the sample data, to be spoilt."""
    copy = tmp_path / "folder"
    shutil.copytree(northwind, copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755)
    return copy


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A media folder of the test's own, made when the first file is stored."""
    media = tmp_path / "media"
    settings.MEDIA_ROOT = str(media)
    return media


@pytest.fixture
def stored(media: Path) -> Callable[[], dict[str, bytes]]:
    """Gives the files that are in storage now, by name."""

    def files() -> dict[str, bytes]:
        return {path.relative_to(media).as_posix(): path.read_bytes() for path in media.rglob("*") if path.is_file()}

    return files


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], None]:
    """Replaces a text that must be in a file of the copy."""

    def replace(file: str, old: str, new: str) -> None:
        text = (folder / file).read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        (folder / file).write_bytes(text.replace(old, new).encode())

    return replace


@pytest.fixture
def imported(db: None, northwind: Path) -> None:
    """The sample data is in the database."""
    call_command("importcatalog", str(northwind), verbosity=0)
