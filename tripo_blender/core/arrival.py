"""How a model arrives in the scene: where, how large, facing where, how shaded, in which collection; and its rules."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Kind, TripoError
from .options import Option, Unit, Value, problem_with, typed

AUTO = "auto"


@dataclass(frozen=True)
class Arrival:
    """What a user chose of `OPTIONS`. `size` is in scene units, `smooth_angle` in degrees."""

    place: str = "cursor"
    fit: str = "own"
    size: float = 1.0
    replace: bool = False
    front: str = AUTO
    shading: str = AUTO
    smooth_angle: float = 30.0
    merge: bool = True
    textures: str = "packed"
    collection: str = "tripo"
    select: bool = True


_DEFAULTS = Arrival()


def _option(
    name: str,
    label: str,
    tooltip: str,
    choices: tuple[tuple[str, str, str], ...] = (),
    limits: tuple[float, float] = (0, 0),
    unit: Unit = Unit.NONE,
    flag: str = "",
) -> Option:
    return Option(name, label, tooltip, getattr(_DEFAULTS, name), choices, limits, unit, flag)


OPTIONS = (
    _option(
        "place",
        "Place",
        "Where the middle of the model's underside comes to stand",
        (
            ("cursor", "3D Cursor", "On the 3D cursor"),
            ("ground", "Ground Under Cursor", "On what lies below the 3D cursor, or on the floor"),
            ("origin", "World Origin", "In the middle of the world"),
            ("mouse", "Click in Viewport", "On the face that is clicked next, or on the floor"),
        ),
    ),
    _option(
        "fit",
        "Size",
        "How large the model becomes",
        (
            ("own", "As Made", "The service's own size, in meters"),
            ("height", "Height", "To this height"),
            ("longest", "Longest Side", "Until its longest side has this length"),
            ("box", "Selected Object", "Into the bounding box of the active object, and in its place"),
        ),
    ),
    _option("size", "Length", "Height or longest side of the model", limits=(1e-6, 1e6), unit=Unit.LENGTH),
    _option("replace", "Replace Object", "Hide the object whose place the model takes"),
    _option(
        "front",
        "Front",
        "Which side of the file's model is its front; it is turned to the front view",
        (
            (AUTO, "Automatic", "As this service's models are known to look"),
            ("-y", "Front (-Y)", "Already to the front view"),
            ("+x", "Right (+X)", "To the right view"),
            ("+y", "Back (+Y)", "To the back view"),
            ("-x", "Left (-X)", "To the left view"),
        ),
    ),
    _option(
        "shading",
        "Shading",
        "How the faces meet",
        (
            (AUTO, "As Made", "With the normals of the file; smooth by angle where it has none"),
            ("angle", "Smooth by Angle", "Smooth, but sharp where faces meet at more than the angle"),
            ("flat", "Flat", "Every face by itself"),
        ),
    ),
    _option("smooth_angle", "Angle", "Edges that are sharper than this stay sharp", limits=(0, 180), unit=Unit.ANGLE),
    _option("merge", "Merge Vertices", "Join the vertices that the file splits; seams and hard edges stay"),
    _option(
        "textures",
        "Textures",
        "Where the model's pictures are kept",
        (
            ("packed", "Packed", "Packed into the .blend file"),
            ("files", "In a Folder", "In the folder textures beside the saved .blend file"),
        ),
        flag="textures-in",
    ),
    _option(
        "collection",
        "Collection",
        "Where the model is filed in the outliner",
        (
            ("tripo", "Tripo", "In the collection Tripo"),
            ("active", "Active", "In the active collection"),
            ("own", "Its Own", "In a new collection inside Tripo"),
        ),
    ),
    _option("select", "Select Model", "Select the model when it arrives; off: the selection stays as it is"),
)

OPTION_BY_NAME = {option.name: option for option in OPTIONS}


def asked(**values: Value | None) -> Arrival:
    """Give the arrival for what a script asked for; None, or a name left out, stands for the default.

    A size alone asks for the longest side. Raises `TripoError` of kind usage with one sentence.
    """
    given = typed(OPTIONS, values)
    if "size" in given:
        given.setdefault("fit", "longest")
    arrival = Arrival(**given)  # type: ignore[arg-type]
    idle = [name for name in unavailable(arrival) if name in given and given[name] != OPTION_BY_NAME[name].default]
    sentence = problem(arrival)
    if idle and not sentence:
        sentence = f"{OPTION_BY_NAME[min(idle)].label} means nothing beside the other options: leave it out"
    if sentence:
        raise TripoError(Kind.USAGE, sentence)
    return arrival


def problem(arrival: Arrival) -> str:
    """Give the first value that is out of its limits, as a sentence; empty when all are within."""
    sentences = (problem_with(option, getattr(arrival, option.name)) for option in OPTIONS)
    return next((sentence for sentence in sentences if sentence), "")


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
