"""Renditions are made once, and kept beside their originals: in the same storage, where every process finds them."""

from __future__ import annotations

import enum
import hashlib
import logging
import threading
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from syncapi.renditions.making import MAX_BYTES, VERSION, Size, TooLarge, Unreadable, render

PREFIX = "haversack/renditions"
FAILURES = (OSError, NotImplementedError, SuspiciousOperation)  # of a storage

# One at a time in a process: memory is bounded by one picture, whoever asks for however many.
_making = threading.Lock()
logger = logging.getLogger("haversack.renditions")


class Substitute(enum.Enum):
    """What there is instead of a rendition; the values are what is kept."""

    ORIGINAL = b"original"  # it is as good, or nothing can be made of it
    NOTHING = b"nothing"  # it is too large to be decoded, by anybody


@dataclass(frozen=True)
class Original:
    """A file in storage as it is now: another one under the same name has another stamp."""

    storage: Storage
    name: str
    bytes: int
    stamp: str

    @classmethod
    def find(cls, storage: Storage, name: str) -> Original:
        """:raises OSError, NotImplementedError, SuspiciousOperation: it is not there, or cannot be reached."""
        size = storage.size(name)
        try:
            modified = storage.get_modified_time(name).timestamp()
        except NotImplementedError:
            modified = 0.0  # then another size has to tell
        return cls(storage, name, size, f"{name}|{size}|{modified}")

    @property
    def etag(self) -> str:
        return _etag(self.stamp)

    def etag_of(self, size: Size) -> str:
        return _etag(f"{self.stamp}|{size.name}|{VERSION}")

    @property
    def folder(self) -> str:
        """Where its renditions are."""
        return f"{PREFIX}/{self.name}"

    def file_name(self, size: Size) -> str:
        digest = hashlib.sha256(f"{self.stamp}|{VERSION}".encode()).hexdigest()[:24]
        return f"{digest}-{size.name}.webp"


def rendition(original: Original, size: Size) -> bytes | Substitute:
    """The picture as WebP, or what to take instead. Made when it is first asked for.

    :raises OSError, NotImplementedError, SuspiciousOperation: the original cannot be read.
    """
    path = f"{original.folder}/{original.file_name(size)}"
    kept = _kept(original.storage, path)
    if kept is not None:
        return kept
    with _making:
        kept = _kept(original.storage, path)  # somebody was faster
        if kept is not None:
            return kept
        made = _made(original, size)
        _keep(original.storage, path, made.value if isinstance(made, Substitute) else made)
    return made


def is_kept(original: Original, size: Size) -> bool:
    return _kept(original.storage, f"{original.folder}/{original.file_name(size)}") is not None


def _made(original: Original, size: Size) -> bytes | Substitute:
    if original.bytes > MAX_BYTES:
        return Substitute.NOTHING
    with original.storage.open(original.name) as file:
        content = file.read(MAX_BYTES + 1)
    try:
        made = render(content, size)
    except TooLarge as error:
        logger.warning("%s is too large to be shown: %s", original.name, error)
        return Substitute.NOTHING
    except Unreadable as error:
        logger.info("Nothing smaller can be made of %s: %s", original.name, error)
        return Substitute.ORIGINAL
    return Substitute.ORIGINAL if made is None else made


def _kept(storage: Storage, path: str) -> bytes | Substitute | None:
    """What was made before; `None` also for a file whose writing was cut off, or still goes on."""
    try:
        with storage.open(path) as file:
            content: bytes = file.read()
    except FAILURES:
        return None
    if is_whole(content):
        return content
    return next((substitute for substitute in Substitute if substitute.value == content), None)


def is_whole(content: bytes) -> bool:
    """Whether all of a WebP is there: its head says how long it is."""
    return (
        content[:4] == b"RIFF"
        and content[8:12] == b"WEBP"
        and int.from_bytes(content[4:8], "little") == len(content) - 8
    )


def _keep(storage: Storage, path: str, content: bytes) -> None:
    """Without it everything works, only slower."""
    try:
        if storage.exists(path):
            storage.delete(path)  # half of one
        name = storage.save(path, ContentFile(content))
        if name != path:
            storage.delete(name)  # another process was faster
    except FAILURES as error:
        logger.warning("A rendition could not be kept: %s", error)


def _etag(stamp: str) -> str:
    return f'"{hashlib.sha256(stamp.encode()).hexdigest()[:32]}"'
