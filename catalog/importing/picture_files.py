"""Puts pictures into storage so that files and rows agree, whether the import succeeds or not."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import join

from django.core.files import File
from django.core.files.storage import Storage
from django.db import models, transaction

from catalog.pictures import Picture


class PictureFiles:
    """The picture files of one import.

    Files are only ever added before the commit. If it fails, those added are taken away again; replaced ones go
    after it, unless a row still uses them.
    """

    def __init__(self) -> None:
        self.written = 0
        self.kept = 0
        self._added: list[tuple[Storage, str]] = []

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Wrap this around the transaction."""
        try:
            yield
        except BaseException:  # also when somebody presses Ctrl-C
            for storage, name in self._added:
                storage.delete(name)
            raise

    def put(self, field: models.FileField, current: str, picture: Picture | None) -> str:
        """The name under which `picture` is in storage afterwards; `current` is the name the row has now.

        Call it inside the transaction.
        """
        name = self._name(field, current, picture) if picture else ""
        if current and current != name:
            transaction.on_commit(lambda: _delete_unused(field, current), robust=True)
        return name

    def _name(self, field: models.FileField, current: str, picture: Picture) -> str:
        wanted = join(str(field.upload_to), picture.name)
        for name in (current, wanted):
            if name and _digest(field.storage, name) == picture.digest:
                self.kept += 1
                return name
        with picture.path.open("rb") as source:
            name = field.storage.save(wanted, File(source), max_length=field.max_length)
        self._added.append((field.storage, name))
        self.written += 1
        return name


def _digest(storage: Storage, name: str) -> str | None:
    """SHA-256 of a stored file, None if there is none."""
    try:
        with storage.open(name, "rb") as stored:
            digest = hashlib.sha256()
            for chunk in stored.chunks():
                digest.update(chunk)
            return digest.hexdigest()
    except FileNotFoundError:
        return None


def _delete_unused(field: models.FileField, name: str) -> None:
    if not field.model._default_manager.filter(**{field.name: name}).exists():
        field.storage.delete(name)
