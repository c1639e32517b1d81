"""The phases of a pull, as a pattern composes them. Public: what `Pattern.pull` is given, and what it returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from syncapi.entities import LocalEntity
from syncapi.errors import PatternError
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.spool import Spool

Deliver = Callable[[], PulledEntity | None]


@dataclass(frozen=True, eq=False)
class Answer:
    """What could be said to the device: nothing of it is, before a pattern's `pull` returns it.

    `cursor`: where the device stands after it. Known beforehand of entities without change tracking only, where it
    names the rows themselves: the same cursor, the same rows.
    """

    cursor: str | None
    deliver: Deliver = field(repr=False)


@dataclass(frozen=True, eq=False)
class Changes(Answer):
    """What changed since the device's cursor.

    `doubt`: why that cannot be told, one of the reasons in `docs/protocol.md`, or "". `rows` that are new or changed,
    and `gaps`, ranges of keys out of which rows went away.
    """

    doubt: str
    rows: int
    gaps: int

    @property
    def empty(self) -> bool:
        """Whether it is certain that nothing changed."""
        return not (self.doubt or self.rows or self.gaps)


class Pull(ABC):
    """One entity of one sync, on the server: what the device said, and the phases that make an answer of it.

    - `entity`: what is pulled, a `LocalEntity`; `scope`: what its `get_scope` returned for who asks.
    - `cursor`: where the device stands. None when it has no rows, or none in the form they have now.
    - `ranges`: what the device has, when it asks to have that compared; otherwise None.

    Phases read the database in one snapshot, whatever is called, so that they never contradict each other.
    """

    def __init__(
        self, entity: LocalEntity, scope: Hashable, cursor: str | None, ranges: Sequence[Range] | None, spool: Spool
    ) -> None:
        self.entity = entity
        self.scope = scope
        self.cursor = cursor
        self.ranges = ranges
        self._spool = spool
        self._start = spool.position

    @abstractmethod
    def changes(self) -> Changes:
        """What changed since `cursor`.

        :raises PatternError: the pattern is not tracked, or there is nothing to tell changes from.
        """

    @abstractmethod
    def compare(self) -> Answer:
        """What differs from `ranges`; all rows where nothing can be compared.

        :raises PatternError: the pattern is not tracked, or the device sent no ranges.
        :raises InvalidRequest: the ranges are not in key order, or not of keys of this entity.
        """

    @abstractmethod
    def everything(self) -> Answer:
        """All rows of the scope. Large entities go over in parts, of which the device fetches those it has not."""

    @abstractmethod
    def unchanged(self) -> Answer:
        """The device keeps what it has. Changes that `changes()` found are not lost by it: they come the next time.

        :raises PatternError: the device has nothing to keep, or asks to have it compared; or, where changes are not
            tracked, `everything()` was not called before, or gave other rows than the device has.
        """

    @abstractmethod
    def reset(self, reason: str) -> Answer:
        """Has the device ask again, with what it has, to be compared.

        :param reason: for those who look into how a sync went; devices do not act on it.
        :raises PatternError: the pattern is not tracked, or the device has nothing, or has asked that already.
        """

    def deliver(self, answer: object) -> PulledEntity | None:
        """What a pattern decided on. None: another pull will follow, and be asked again.

        :raises PatternError: it is none of this pull's answers.
        """
        if not isinstance(answer, Answer):
            raise self._wrong(f"returned {answer!r}", "Return what one of the phases gave, as sync.everything()")
        pulled = answer.deliver()
        if pulled is not None:
            self._spool.truncate(pulled.end)  # what comes after it belongs to an answer that was not taken
        return pulled

    def close(self) -> None:  # noqa: B027 (most have nothing to give up)
        """Gives up what was made and not taken."""

    def _wrong(self, what: str, remedy: str) -> PatternError:
        return PatternError(f"{self.entity.pattern.__name__}.pull() of {self.entity.name} {what}. {remedy}.")
