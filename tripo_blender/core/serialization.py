"""Frozen dataclasses to plain JSON values and back: for the pipe and for the job records on disk."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = dict[str, Any]
T = TypeVar("T")


class RecordError(ValueError):
    """The record does not fit the dataclass it is read as."""


def to_record(value: Any) -> Any:
    """Give a dataclass, an enum or a plain value as JSON values; fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_record(getattr(value, field.name))
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
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
        if name not in hints:
            found.append(name)
            continue
        for kind in (hints[name], *get_args(hints[name])):
            if is_dataclass(kind) and isinstance(kind, type):
                found += strangers(kind, value)
    return found


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
    if get_origin(hint) in (Union, types.UnionType):
        if value is None:
            return None
        hint = next(option for option in get_args(hint) if option is not types.NoneType)
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
