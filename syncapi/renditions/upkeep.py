"""Renditions that are made before anybody asks for them, and those that nobody will ask for again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.files.storage import FileSystemStorage, Storage

from syncapi.renditions.keeping import FAILURES, PREFIX, Original, is_kept, rendition
from syncapi.renditions.making import SIZES
from syncapi.renditions.sources import Source, by_storage, picture_sources

BATCH = 500  # names of a query

logger = logging.getLogger("haversack.renditions")


@dataclass
class Prepared:
    """`pictures` that rows name; of their renditions, how many were `made`, and `waiting` are not."""

    pictures: int = 0
    made: int = 0
    waiting: int = 0
    missing: int = 0  # pictures that are not in storage


def prepare(progress: Callable[[int], object] = lambda pictures: None) -> Prepared:
    """Makes what is not there of all pictures that devices may carry. May be ended and begun again at any time."""
    return _look(lambda original, size: rendition(original, size) is not None, progress)


def survey() -> Prepared:
    """The same figures, with nothing made."""
    return _look(lambda original, size: False, lambda pictures: None)


def _look(make: Callable[..., bool], progress: Callable[[int], object]) -> Prepared:
    done = Prepared()
    for source in picture_sources():
        for name in source.names():
            done.pictures += 1
            try:
                original = Original.find(source.storage, name)
                for size in SIZES.values():
                    if is_kept(original, size):
                        continue
                    if make(original, size):
                        done.made += 1
                    else:
                        done.waiting += 1
            except FAILURES:
                done.missing += 1
            progress(1)
    return done


def clean() -> int:
    """Deletes renditions of pictures that no row names, that are gone, or that were replaced. Returns how many."""
    deleted = 0
    for storage, sources in by_storage(picture_sources()):
        folders = _folders(storage, PREFIX)
        while batch := list(islice(folders, BATCH)):
            deleted += _clean(storage, sources, batch)
    return deleted


Folder = tuple[str, list[str]]  # of one original: where, and the files there


def _folders(storage: Storage, path: str) -> Iterator[Folder]:
    """Those that have files, the deepest first."""
    try:
        folders, files = storage.listdir(path)
    except NotImplementedError:
        logger.info("Renditions that are not used stay: %s cannot list its files.", type(storage).__name__)
        return
    except OSError:
        return  # there are none
    for folder in sorted(folders):
        yield from _folders(storage, f"{path}/{folder}")
    if files:
        yield path, files


def _clean(storage: Storage, sources: Sequence[Source], batch: Sequence[Folder]) -> int:
    names = [path.removeprefix(f"{PREFIX}/") for path, _ in batch]
    used = set().union(*(source.among(names) for source in sources))
    deleted = 0
    for name, (path, files) in zip(names, batch, strict=True):
        wanted = _wanted(storage, name) if name in used else set()
        for file in files:
            if file in wanted:
                continue
            try:
                storage.delete(f"{path}/{file}")
                deleted += 1
            except FAILURES as error:
                logger.warning("A rendition could not be deleted: %s", error)
        if not wanted.intersection(files):
            _remove_folder(storage, path)
    return deleted


def _wanted(storage: Storage, name: str) -> set[str]:
    try:
        original = Original.find(storage, name)
    except FAILURES:
        return set()
    return {original.file_name(size) for size in SIZES.values()}


def _remove_folder(storage: Storage, path: str) -> None:
    """Elsewhere folders are only parts of names."""
    while isinstance(storage, FileSystemStorage) and path.startswith(PREFIX):
        try:
            folders, files = storage.listdir(path)
            if folders or files:
                return
            storage.delete(path)
        except FAILURES:
            return
        path = path.rpartition("/")[0]
