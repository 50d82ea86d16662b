"""What hangs on what, when some of it goes (plain values in, plain values out)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set as AbstractSet
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def lifted(parents: Mapping[_Node, _Node | None], gone: AbstractSet[_Node]) -> dict[_Node, _Node | None]:
    """Return the new parent of each that stays and hangs on one of those `gone`: the nearest above that stays.

    It takes time by the number of nodes, however deep they lie: a file may have ten thousand.
    """
    above: dict[_Node, _Node | None] = {}  # of those that go
    moved: dict[_Node, _Node | None] = {}
    for node, parent in parents.items():
        path, at = [], parent
        while at is not None and at in gone and at not in above:
            path.append(at)
            at = parents[at]
        stays = above[at] if at is not None and at in above else at
        above.update(dict.fromkeys(path, stays))
        if parent is not None and parent in gone and node not in gone:
            moved[node] = stays
    return moved
