"""Custom properties of files: plain ones stay, a bounded number of them; none that could be taken for ours."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core import custom_properties
from tripo_blender.core.custom_properties import kept

PLAIN = {
    "empty": "", "text": "a" * 4096, "yes": True, "whole": -(2**31), "number": 0.5, "none of them": [],
    "vector": [0.0] * 64, "flags": [True, 1, 0.5], "größe": 1, "a" * 63: 1, "type": "chair", "strip": 1, "a.tripo": 1,
}  # fmt: skip
NOT_KEPT = {
    "tripo": 1, "tripo_task_id": "x", "Tripo": {}, "TRIPO_SETTINGS": "{}", "tripod": 1,
    "long text": "a" * 4097, "long list": [0] * 65, "texts": ["a"], "lists": [[1]], "groups": [{}], "group": {"a": 1},
    "nothing": None, "bytes": b"", "a" * 64: 1, "ä" * 32: 1, "two\nlines": 1, "\udc80": 1, "\0": 1, "pointer": object(),
}  # fmt: skip


def test_plain_values_stay() -> None:
    assert kept(PLAIN.items()) == PLAIN.keys()


@pytest.mark.parametrize("name", NOT_KEPT, ids=ascii)
def test_what_is_ours_or_large_or_nested_does_not(name: str) -> None:
    assert kept([(name, NOT_KEPT[name]), ("other", 1)]) == {"other"}


@given(st.dictionaries(st.text(max_size=80), st.one_of(st.none(), st.text(), st.lists(st.integers())), max_size=200))
def test_there_are_never_many_and_none_is_ours(properties: dict[str, object]) -> None:
    names = kept(properties.items())
    assert len(names) <= custom_properties.MOST
    assert not any(name.lower().startswith("tripo") for name in names)
    assert kept((name, properties[name]) for name in names) == names


def test_the_first_ones_stay_where_there_are_too_many() -> None:
    assert kept((f"p{number}", 1) for number in range(1000)) == {
        f"p{number}" for number in range(custom_properties.MOST)
    }
