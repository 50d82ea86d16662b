"""Where things hang when some of what they hang on goes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.hierarchy import lifted


@given(st.lists(st.integers(0, 30), max_size=30), st.sets(st.integers(0, 30)), st.randoms(use_true_random=False))
def test_each_hangs_on_the_nearest_above_that_stays(drawn: list[int], gone: set[int], chance: random.Random) -> None:
    parents = {node: above if above < node else None for node, above in enumerate(drawn)}
    gone &= parents.keys()
    shuffled = list(parents)
    chance.shuffle(shuffled)
    moved = lifted({node: parents[node] for node in shuffled}, gone)
    assert moved.keys() == {node for node, above in parents.items() if above in gone and node not in gone}
    for node, parent in moved.items():
        at = parents[node]
        while at in gone:
            at = parents[at]
        assert parent == at


class Counted(Mapping[int, int | None]):
    """Parents that count how often they are looked at."""

    def __init__(self, parents: dict[int, int | None]) -> None:
        self._parents, self.looks = parents, 0

    def __getitem__(self, node: int) -> int | None:
        self.looks += 1
        return self._parents[node]

    def __iter__(self) -> Iterator[int]:
        return iter(self._parents)

    def __len__(self) -> int:
        return len(self._parents)


@pytest.mark.parametrize("count", [100, 1000, 10_000])
@pytest.mark.parametrize("order", [1, -1], ids=["from above", "from below"])
@pytest.mark.parametrize("form", ["chain", "star", "comb"])
def test_the_work_grows_with_the_number_of_nodes_alone(form: str, order: int, count: int) -> None:
    """10,000 empties and as many objects took minutes when each was looked for among all."""
    chain: dict[int, int | None] = {node: node - 1 or None for node in range(1, count)}
    star: dict[int, int | None] = {node: 1 if node > 1 else None for node in range(1, count)}
    parents = {"chain": chain, "star": star, "comb": chain}[form]
    gone = set(parents)
    if form == "comb":  # a leaf on each
        parents = parents | {node + count: node for node in chain}
    counted = Counted(dict(list(parents.items())[::order]))
    moved = lifted(counted, gone)
    assert counted.looks <= 2 * len(parents)
    assert set(moved.values()) == ({None} if form == "comb" else set())
