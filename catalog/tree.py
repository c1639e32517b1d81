"""The category tree in reading order. Pure: give it the nodes, it touches no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A category as far as the tree is concerned."""

    pk: int
    parent: int | None
    name: str


@dataclass(frozen=True)
class Tree:
    """Every node once, parents before their children; brothers by name. `depth` is 0 for roots."""

    order: tuple[Node, ...]
    depth: dict[int, int]

    def below(self, pk: int) -> set[int]:
        """That node and everything under it; empty if there is no such node."""
        inside = {pk} if pk in self.depth else set()
        for node in self.order:
            if node.parent in inside:
                inside.add(node.pk)
        return inside


def grow(nodes: Iterable[Node]) -> Tree:
    """Put nodes in tree order.

    A node whose parent is not among them counts as a root; so does one node of every ring, which only raw SQL can
    make: nothing is lost from sight.
    """
    by_pk = {node.pk: node for node in sorted(nodes, key=lambda node: (node.name.casefold(), node.pk))}
    children: defaultdict[int | None, list[Node]] = defaultdict(list)
    for node in by_pk.values():
        children[node.parent if node.parent in by_pk else None].append(node)
    depth: dict[int, int] = {}
    order: list[Node] = []
    for root in (*children[None], *by_pk.values()):
        if root.pk not in depth:
            order.extend(_walk(root, children, depth))
    return Tree(tuple(order), depth)


def _walk(root: Node, children: dict[int | None, list[Node]], depth: dict[int, int]) -> Iterator[Node]:
    waiting = [(root, 0)]
    while waiting:
        node, level = waiting.pop()
        if node.pk in depth:
            continue
        depth[node.pk] = level
        yield node
        waiting += [(child, level + 1) for child in reversed(children.get(node.pk, []))]
