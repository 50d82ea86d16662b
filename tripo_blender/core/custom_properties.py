"""Which custom properties of a model file stay on what it brings (plain values in, verdict out)."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 64  # of one object, mesh or material; a game's exporter writes some dozens
_LONGEST_NAME = 63  # bytes, as Blender 4.2 has them
_LONGEST_TEXT = 4096  # characters
_MOST_NUMBERS = 64  # of a list; a matrix has 16
_OURS = "tripo"


def kept(properties: Iterable[tuple[str, object]]) -> set[str]:
    """Return the names of the properties that stay: plain values under names that are not ours, the first `MOST`."""
    names = [name for name, value in properties if not _ours(name) and _fits(name) and _plain(value)]
    return set(names[:MOST])


def _ours(name: str) -> bool:
    """Whether a name could be one of the add-on's: what a model is from, and the settings of a scene."""
    return name.casefold().startswith(_OURS)


def _fits(name: str) -> bool:
    return len(name.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME and name.isprintable()


def _plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT
    if isinstance(value, list):
        return len(value) <= _MOST_NUMBERS and all(isinstance(part, bool | int | float) for part in value)
    return isinstance(value, bool | int | float)
