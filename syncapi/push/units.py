"""What has effect together: groups, and mutations that are a group of one; and how many of them share a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncapi.push.mutation import Mutation

CHUNK = 200  # mutations of a transaction: a commit each is slow, and others wait for what it holds


@dataclass(frozen=True)
class Unit:
    """All of it has effect, or nothing. `scattered`: its group is elsewhere in the request, too."""

    mutations: tuple[Mutation, ...]
    scattered: bool = False

    @property
    def is_group(self) -> bool:
        return len(self.mutations) > 1


def units(mutations: Sequence[Mutation]) -> list[Unit]:
    """In the order of the request."""
    runs: list[list[Mutation]] = []
    for mutation in mutations:
        if runs and mutation.group is not None and runs[-1][0].group == mutation.group:
            runs[-1].append(mutation)
        else:
            runs.append([mutation])
    groups: dict[uuid.UUID, int] = {}
    for run in runs:
        if run[0].group is not None:
            groups[run[0].group] = groups.get(run[0].group, 0) + 1
    return [Unit(tuple(run), run[0].group is not None and groups[run[0].group] > 1) for run in runs]


def chunks(some: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Of about `CHUNK` mutations, in order. A group is never parted, however large it is."""
    chunk: list[Unit] = []
    size = 0
    for unit in some:
        if chunk and size + len(unit.mutations) > CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(unit)
        size += len(unit.mutations)
    if chunk:
        yield chunk
