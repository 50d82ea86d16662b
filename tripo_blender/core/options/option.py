"""How one thing that a user can choose is named, explained and limited; panels, command line and checks read it.

Named tuples, not dataclasses: Blender's start waits for these tables, and `dataclasses` alone takes 8 ms to import.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..task_type import MODEL_TASKS, TaskType

Value = bool | int | float | str

LARGEST_NUMBER = 2**31 - 1  # what a 32-bit integer property of Blender holds
LONGEST_TEXT = 8_000  # characters, of anything typed: servers take addresses of 8,190 at most, systems paths of 4,096

# What a number counts, where it is shown in the scene's own units; as Blender calls it.
Unit = Literal["NONE", "LENGTH", "ROTATION"]
NO_UNIT: Unit = "NONE"
LENGTH: Unit = "LENGTH"
ANGLE: Unit = "ROTATION"


class Option(NamedTuple):
    """One option. `limits` are of numbers, both ends allowed; lengths in scene units, angles in degrees.

    Of a text that is typed freely they are its length, in characters. An option of a generation is one of its `tasks`;
    beside one of those that it `excludes` it stays as it is.
    """

    name: str
    label: str
    tooltip: str
    default: Value
    choices: tuple[tuple[str, str, str], ...] = ()  # (value, label, tooltip)
    limits: tuple[float, float] = (0, LARGEST_NUMBER)  # of face limits: the model version's
    unit: Unit = NO_UNIT
    flag: str = ""  # of the command line, without dashes; empty: the name
    needs_texture: bool = False
    advanced: bool = False  # lies in the closed sub-panel
    neutral: Value | None = None  # what it means where it does not apply; None: the default
    tasks: frozenset[TaskType] = MODEL_TASKS
    excludes: tuple[str, ...] = ()  # switches that are off where it applies
    field: str = ""  # what the service calls it; empty: the name

    @property
    def option(self) -> str:
        """The option of the command line, without its dashes."""
        return self.flag or self.name.replace("_", "-")

    @property
    def off(self) -> Value:
        """The value that stands for "not asked for"."""
        return self.default if self.neutral is None else self.neutral
