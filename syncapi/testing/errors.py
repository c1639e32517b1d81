"""What a `FakeDevice` raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn


class ProtocolViolation(AssertionError):
    """The server answered something that `docs/protocol.md` does not allow. The device kept what it had.

    An `AssertionError`, so that every test runner reports it as a failed test, not as an error in one.
    """


class SyncRefused(Exception):
    """The API refused the sync. The device kept what it had.

    `code` and `status` are those of `docs/protocol.md`; decide by `code`. `message` is for people, `retry` says
    whether the same request may succeed later, `fields` has the messages by input where inputs have names.
    """

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        *,
        retry: bool = False,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(code, status, message)
        self.code = code
        self.status = status
        self.message = message
        self.retry = retry
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        named = "".join(f" {name}: {' '.join(texts)}" for name, texts in self.fields.items())
        return f"{self.code} ({self.status}): {self.message}{named}"


class SyncCut(Exception):
    """The connection broke where `FakeDevice.cut_after` said. `rows` and `bytes` count what had arrived by then."""

    def __init__(self, rows: int, size: int) -> None:
        super().__init__(f"The sync was cut after {rows} rows and {size} bytes.")
        self.rows = rows
        self.bytes = size


def violated(what: str) -> NoReturn:
    """:raises ProtocolViolation: always."""
    raise ProtocolViolation(what)
