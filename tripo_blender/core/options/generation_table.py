"""The settings of a generation, and what each model version accepts of them: as tables."""

from __future__ import annotations

from typing import NamedTuple

from .option import Option

DEFAULT_VERSION = "v3.1-20260211"

SETTINGS = (
    Option(
        "model_version",
        "Model Version",
        "Version of the Tripo model that makes the 3D model",
        DEFAULT_VERSION,
        limits=(0, 64),  # the longest that is known has 14
    ),
    Option("texture", "Texture", "Paint the model; without it the model is plain geometry and costs less", True),
    Option("pbr", "PBR", "Add metallic, roughness and normal maps", True, needs_texture=True, neutral=False),
    Option(
        "texture_quality",
        "Texture Quality",
        "How finely the texture is painted",
        "standard",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "A larger texture; slower and costs more"),
        ),
        needs_texture=True,
    ),
    Option(
        "geometry_quality",
        "Geometry Quality",
        "How finely the geometry is modeled",
        "standard",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "Finer geometry; slower and costs more"),
        ),
    ),
    Option("face_limit", "Face Limit", "Number of faces to aim for; 0 lets the service decide", 0),
    Option("quad", "Quad Mesh", "Build the model from quads instead of triangles, for a small extra cost", False),
    Option(
        "auto_size",
        "Real-World Scale",
        "Let the service guess the size of the real thing, in meters",
        False,
        needs_texture=True,
    ),
    Option(
        "model_seed",
        "Geometry Seed",
        "The same seed gives the same geometry again; 0 takes a new one",
        0,
        advanced=True,
        flag="seed",
    ),
    Option(
        "texture_seed",
        "Texture Seed",
        "Another seed gives another texture on the same geometry; 0 takes a new one",
        0,
        needs_texture=True,
        advanced=True,
    ),
    Option(
        "texture_alignment",
        "Texture Alignment",
        "What the texture keeps to where image and geometry disagree",
        "original_image",
        choices=(
            ("original_image", "Image", "Keep to the image"),
            ("geometry", "Geometry", "Keep to the geometry"),
        ),
        needs_texture=True,
        advanced=True,
    ),
    Option(
        "orientation",
        "Orientation",
        "Which way the model is turned",
        "default",
        choices=(
            ("default", "Default", "Turned to the front"),
            ("align_image", "Match Image", "Turned as the image shows it"),
        ),
        needs_texture=True,
        advanced=True,
    ),
    Option(
        "enable_image_autofix",
        "Auto-Fix Image",
        "Let the service improve the image before it is used",
        False,
        advanced=True,
        flag="image-autofix",
    ),
)

SETTING_BY_NAME = {setting.name: setting for setting in SETTINGS}


class Line(NamedTuple):
    """A family of model versions that accept the same settings.

    Sources: Tripo's v2 task documentation (image, text and multiview to model) and ModelStream's form, which
    narrows the face limit of the larger lines to 1,000 to 500,000.
    """

    prefix: str
    face_limits: tuple[int, int] = (1_000, 500_000)
    refuses: frozenset[str] = frozenset()
    surcharge: int = 0  # credits on top of the usual price


class Offer(NamedTuple):
    """A model version that the menus offer."""

    name: str
    label: str
    tooltip: str


# The first line whose prefix fits is taken; the last fits every name, since the service may know more versions
# than we do: it refuses nothing, and takes the widest face limits of all.
LINES = (
    Line("v3."),
    Line("v2.", refuses=frozenset({"geometry_quality"})),
    Line("P1-", face_limits=(48, 20_000), refuses=frozenset({"geometry_quality", "quad"}), surcharge=20),
    Line("P2-", face_limits=(48, 50_000), refuses=frozenset({"geometry_quality"}), surcharge=20),
    Line("Turbo-", face_limits=(1_000, 50_000), refuses=frozenset({"geometry_quality"})),
    Line("", face_limits=(48, 500_000)),
)

OFFERS = (
    Offer("v3.1-20260211", "3.1", "The newest model: the finest geometry and textures"),
    Offer("v3.0-20250812", "3.0", "The model before it"),
    Offer("v2.5-20250123", "2.5", "An older, quicker model"),
    Offer("P1-20260311", "P1 Low Poly", "Clean geometry of few faces, from 48 to 20,000"),
)


def line_of(model_version: str) -> Line:
    """Give the line that a model version belongs to."""
    name = model_version.strip().lower()
    return next(line for line in LINES if name.startswith(line.prefix.lower()))
