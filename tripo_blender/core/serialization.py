"""Frozen dataclasses to plain JSON values and back: for the pipe and for the job records on disk.

Of a union of dataclasses each has a `TAG`, which the record keeps beside its fields; of plain values and one dataclass
an object is that one.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = dict[str, Any]
_TAG = "is"
T = TypeVar("T")


class RecordError(ValueError):
    """The record does not fit the dataclass it is read as."""


def to_record(value: Any) -> Any:
    """Give a dataclass, an enum or a plain value as JSON values; fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        tag = {_TAG: value.TAG} if hasattr(value, "TAG") else {}
        return tag | {
            field.name: to_record(getattr(value, field.name))
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
    if isinstance(value, Mapping):
        return {str(name): to_record(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [to_record(each) for each in value]
    return str(value) if isinstance(value, StrEnum) else value


def from_record(cls: type[T], record: Any) -> T:
    """Read what `to_record` wrote.

    Unknown fields are passed over, since a newer version may have written them; a missing field without a
    default, or a value of another type, raises `RecordError`.
    """
    if not isinstance(record, dict):
        raise RecordError(f"{cls.__name__}: not an object")
    hints = _hints(cls)
    values = {
        name: _read(hints[name], value, f"{cls.__name__}.{name}") for name, value in record.items() if name in hints
    }
    try:
        return cls(**values)
    except TypeError as error:
        raise RecordError(f"{cls.__name__}: {error}") from error


def strangers(cls: type, record: Any) -> list[str]:
    """Give the fields of a record, and of the records in it, that the dataclass does not have."""
    if not isinstance(record, dict):
        return []
    hints, found = _hints(cls), []
    for name, value in record.items():
        if name in hints:
            found += _strangers_in(hints[name], value)
        elif name != _TAG:
            found.append(name)
    return found


def _strangers_in(hint: Any, value: Any) -> list[str]:
    if is_dataclass(hint) and isinstance(hint, type):
        return strangers(hint, value)
    if get_origin(hint) in (Union, types.UnionType):
        kinds = get_args(hint)
        tagged = [kind for kind in kinds if hasattr(kind, "TAG")]
        if tagged:
            chosen = _tagged(tagged, value)
            return strangers(chosen, value) if chosen is not None else [f"{_TAG}: {_tag_of(value)}"]
        return [found for kind in kinds for found in _strangers_in(kind, value)]
    if get_origin(hint) is Mapping and isinstance(value, dict):
        return [found for each in value.values() for found in _strangers_in(get_args(hint)[1], each)]
    if get_origin(hint) is tuple and isinstance(value, list):
        return [found for each in value for found in _strangers_in(get_args(hint)[0], each)]
    return []


def _tag_of(value: Any) -> Any:
    return value.get(_TAG) if isinstance(value, dict) else None


def _tagged(kinds: list[Any], value: Any) -> Any:
    """Return the one of several dataclasses that a record is of; None where it is of none."""
    return next((kind for kind in kinds if _tag_of(value) == kind.TAG), None)


_HINTS: dict[type, dict[str, Any]] = {}  # reading them takes a tenth of a millisecond, too long for every message


def _hints(cls: type) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def _finite(value: float, where: str) -> float:
    """Return a number that can be shown and reckoned with: JSON may hold -Infinity, NaN and 1e400."""
    try:
        number = float(value)
    except OverflowError as error:
        raise RecordError(f"{where}: {error}") from error
    if not isfinite(number):
        raise RecordError(f"{where}: {number} is no number")
    return number


def _read(hint: Any, value: Any, where: str) -> Any:
    if (origin := get_origin(hint)) is not None:
        return _read_generic(origin, hint, value, where)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_record(hint, value)
    if issubclass(hint, StrEnum):
        try:
            return hint(value)
        except ValueError as error:
            raise RecordError(f"{where}: {error}") from error
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value, where)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise RecordError(f"{where}: {value!r} is not {hint.__name__}")
    return value


def _read_generic(origin: Any, hint: Any, value: Any, where: str) -> Any:
    """Read what is one of several types, an object of names to values, or a list of values."""
    if origin in (Union, types.UnionType):
        return _read_one_of([kind for kind in get_args(hint) if kind is not types.NoneType], hint, value, where)
    if origin is Mapping:
        if not isinstance(value, dict):
            raise RecordError(f"{where}: {value!r} is no object")
        return {name: _read(get_args(hint)[1], each, f"{where}.{name}") for name, each in value.items()}
    if not isinstance(value, list):
        raise RecordError(f"{where}: {value!r} is no list")
    return tuple(_read(get_args(hint)[0], each, where) for each in value)


def _read_one_of(kinds: list[Any], hint: Any, value: Any, where: str) -> Any:
    if value is None and types.NoneType in get_args(hint):
        return None
    if tagged := [kind for kind in kinds if hasattr(kind, "TAG")]:
        chosen = _tagged(tagged, value)
        if chosen is None:
            raise RecordError(f"{where}: {_tag_of(value)!r} is not known")
        return from_record(chosen, value)
    record = next((kind for kind in kinds if is_dataclass(kind)), None)
    if record is not None and isinstance(value, dict):
        return _read(record, value, where)
    # Of plain values the type says which it is: a whole number is no truth value, and no number with a point.
    exact = next((kind for kind in kinds if type(value) is kind), kinds[0])
    return _read(exact, value, where)
