"""How a model arrives in the scene: where, how large, facing where, how shaded, in which collection; and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import Kind, TripoError
from ..sentences.text import Text, text
from .import_table import AUTO, OPTION_BY_NAME, OPTIONS
from .option import Value
from .validation import problem_with, typed

_DEFAULTS: dict[str, Any] = {option.name: option.default for option in OPTIONS}


@dataclass(frozen=True)
class Arrival:
    """What a user chose of `OPTIONS`. `size` is in scene units, `smooth_angle` in degrees."""

    place: str = _DEFAULTS["place"]
    fit: str = _DEFAULTS["fit"]
    size: float = _DEFAULTS["size"]
    replace: bool = _DEFAULTS["replace"]
    front: str = _DEFAULTS["front"]
    shading: str = _DEFAULTS["shading"]
    smooth_angle: float = _DEFAULTS["smooth_angle"]
    merge: bool = _DEFAULTS["merge"]
    textures: str = _DEFAULTS["textures"]
    collection: str = _DEFAULTS["collection"]
    select: bool = _DEFAULTS["select"]


def asked(**values: Value | None) -> Arrival:
    """Give the arrival for what a script asked for; None, or a name left out, stands for the default.

    A size alone asks for the longest side. Raises `TripoError` of kind usage with one sentence.
    """
    given = typed(OPTIONS, values)
    if "size" in given:
        given.setdefault("fit", "longest")
    arrival = Arrival(**given)  # type: ignore[arg-type]
    idle = [name for name in unavailable(arrival) if name in given and given[name] != OPTION_BY_NAME[name].default]
    wrong = problem(arrival)
    if idle and not wrong:
        wrong = text("setting.no_effect", setting=OPTION_BY_NAME[min(idle)].label)
    if wrong:
        raise TripoError(Kind.USAGE, wrong)
    return arrival


def problem(arrival: Arrival) -> Text | None:
    """Give what is wrong with the first value that is out of its limits; None when all are within."""
    wrong = (problem_with(option, getattr(arrival, option.name)) for option in OPTIONS)
    return next(filter(None, wrong), None)


def unavailable(arrival: Arrival) -> frozenset[str]:
    """Give the options that mean nothing beside the others."""
    names = set()
    if arrival.fit not in ("height", "longest"):
        names.add("size")
    if arrival.fit == "box":
        names.add("place")
    else:
        names.add("replace")
    if arrival.shading == "flat":
        names.add("smooth_angle")
    return frozenset(names)


# Which way the front of the service's models looks after Blender's importers have made them upright, by the beginning
# of the model version; the first that fits is taken. Sources: the service's `convert_model` has the parameter
# export_orientation with "+x" as its default, and a dozen independent projects that turn its models, in Blender,
# three.js, Unity and Godot, note "Tripo models face +X" (2025 and 2026, GLB of v2.5 to v3.1 and P1). An FBX with quads
# is taken to be alike: no report tells otherwise. Another version that is found to differ gets a row of its own.
FRONTS = (("", "+x"),)

# Degrees about the up axis that turn a front towards Blender's front view, which looks along +Y at what faces -Y.
TURNS = {"-y": 0.0, "+x": -90.0, "+y": 180.0, "-x": 90.0}


def turn(front: str, model_version: str, *, made_by_service: bool) -> float:
    """Give the degrees about Z that make a model face -Y; a local file's is taken as it is."""
    if front == AUTO:
        fitting = (side for prefix, side in FRONTS if model_version.startswith(prefix))
        front = next(fitting, "-y") if made_by_service else "-y"
    return TURNS.get(front, 0.0)  # a record of a newer version may hold another
