"""How one thing that a user can choose is named, explained and limited; panels, command line and checks read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .errors import Kind, TripoError

Value = bool | int | float | str

LARGEST_NUMBER = 2**31 - 1  # what a 32-bit integer property of Blender holds

_KINDS = {bool: "True or False", int: "a whole number", float: "a number", str: "a text"}


class Unit(StrEnum):
    """What a number counts, where it is shown in the scene's own units."""

    NONE = "NONE"
    LENGTH = "LENGTH"
    ANGLE = "ROTATION"


@dataclass(frozen=True)
class Option:
    """One option. `limits` are of numbers, both ends allowed; lengths in scene units, angles in degrees."""

    name: str
    label: str
    tooltip: str
    default: Value
    choices: tuple[tuple[str, str, str], ...] = ()  # (value, label, tooltip)
    limits: tuple[float, float] = (0, LARGEST_NUMBER)
    unit: Unit = Unit.NONE
    flag: str = ""  # of the command line, without dashes; empty: the name

    @property
    def option(self) -> str:
        """The option of the command line, without its dashes."""
        return self.flag or self.name.replace("_", "-")


def problem_with(option: Option, value: Value) -> str:
    """Give what is wrong with a value of the right type, as a sentence; empty when nothing is."""
    if option.choices and value not in (allowed := [choice[0] for choice in option.choices]):
        return f"{option.label} cannot be {value!r}: choose {' or '.join(allowed)}"
    low, high = option.limits
    if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
        return f"{option.label} must be from {_plain(low)} to {_plain(high)}; it is {_plain(value)}"
    return ""


def _plain(number: float) -> str:
    """Give a number as people write it."""
    return f"{number:,.6f}".rstrip("0").rstrip(".")


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
            raise TripoError(Kind.USAGE, f"There is no setting {name!r}; there are: {', '.join(known)}")
        kind = type(known[name].default)
        if kind is float and type(value) is int and abs(value) <= LARGEST_NUMBER:
            value = float(value)  # noqa: PLW2901
        if type(value) is not kind:
            raise TripoError(Kind.USAGE, f"{known[name].label} must be {_KINDS[kind]}; it is {value!r}")
        given[name] = value
    return given
