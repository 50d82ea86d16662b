"""Checks what was asked for against the tables of options."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..errors import Kind, TripoError
from ..sentences.text import Text, text
from .option import LARGEST_NUMBER, Option, Value

_LARGEST_SHOWN = 10**12
_LONGEST_SHOWN = 60  # characters
_TYPES = {
    bool: text("setting.type.truth"),
    int: text("setting.type.whole"),
    float: text("setting.type.number"),
    str: text("setting.type.text"),
}


def problem_with(option: Option, value: Value) -> Text | None:
    """Give what is wrong with a value of the right type; None when nothing is."""
    label = option.label
    if option.choices and value not in (allowed := [choice[0] for choice in option.choices]):
        return text("setting.not_a_choice", setting=label, value=quoted(value), choices=" or ".join(allowed))
    low, high = option.limits
    if isinstance(value, str) and not option.choices and len(value) > high:
        return text("setting.too_long", setting=label, count=len(value), most=high)
    if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
        shortest, longest, shown = plain_number(low), plain_number(high), plain_number(value)
        return text("setting.out_of_range", setting=label, low=shortest, high=longest, value=shown)
    return None


def plain_number(number: float) -> str:
    """Give a number as people write it, and of one beyond all use only that it is."""
    if _LARGEST_SHOWN < abs(number) < math.inf:
        return f"{'below -' if number < 0 else 'above '}{_LARGEST_SHOWN:,}"
    return f"{number:,.6f}".rstrip("0").rstrip(".")


def quoted(value: object) -> str:
    """Give a value as a script wrote it, or of a long one the beginning."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > _LARGEST_SHOWN:
        return plain_number(value)
    written = repr(value)
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}..."


def typed(options: Iterable[Option], values: dict[str, Value | None]) -> dict[str, Value]:
    """Give the values that a script asked for; None, or a name left out, stands for "not asked for".

    A whole number stands for a number too. Raises `TripoError` of kind usage, with one sentence, for an unknown name
    or a value of the wrong type.
    """
    known = {option.name: option for option in options}
    given: dict[str, Value] = {}
    for name, value in values.items():
        if value is None:
            continue
        if name not in known:
            raise TripoError(Kind.USAGE, text("setting.unknown", value=quoted(name), known=", ".join(known)))
        kind = type(known[name].default)
        if kind is float and type(value) is int and abs(value) <= LARGEST_NUMBER:
            value = float(value)  # noqa: PLW2901
        if type(value) is not kind:
            wrong = text("setting.wrong_type", setting=known[name].label, type=_TYPES[kind], value=quoted(value))
            raise TripoError(Kind.USAGE, wrong)
        given[name] = value
    return given
