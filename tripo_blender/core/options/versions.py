"""The versions of the service's models, and what each accepts: as tables."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_VERSION = "v3.1-20260211"
DEFAULT_IMAGE_MODEL = "default"


class Line(NamedTuple):
    """A family of model versions that accept the same settings.

    Sources: Tripo's v2 task documentation (image, text and multiview to model) and ModelStream's form, which
    narrows the face limit of the larger lines to 1,000 to 500,000.
    """

    prefix: str
    face_limits: tuple[int, int] = (1_000, 500_000)
    quad_limits: tuple[int, int] | None = None  # of a mesh of quads; None: as of triangles
    refuses: frozenset[str] = frozenset()
    surcharge: int = 0  # credits on top of the usual price
    takes_views: bool = True


class Offer(NamedTuple):
    """A model version that the menus offer."""

    name: str
    label: str
    tooltip: str


# The first line whose prefix fits is taken; the last fits every name, since the service may know more versions
# than we do: it refuses nothing, and takes the widest face limits of all.
LINES = (
    Line("v3.", refuses=frozenset({"style"})),
    Line("v2.", refuses=frozenset({"geometry_quality"})),
    Line(
        "P1-",
        face_limits=(48, 20_000),
        refuses=frozenset({"geometry_quality", "quad", "smart_low_poly", "generate_parts", "style"}),
        surcharge=20,
    ),
    Line(
        "P2-",
        face_limits=(48, 50_000),
        quad_limits=(48, 25_000),
        refuses=frozenset({"geometry_quality", "style"}),
        surcharge=20,
    ),
    Line(
        "Turbo-",
        face_limits=(1_000, 50_000),
        refuses=frozenset({"geometry_quality", "smart_low_poly", "texture_alignment", "enable_image_autofix", "style"}),
        takes_views=False,
    ),
    Line("", face_limits=(48, 500_000)),
)

# Of `smart_low_poly`, whatever the version; by whether the mesh is of quads. From the same documentation.
LOW_POLY_LIMITS = {False: (1_000, 20_000), True: (500, 10_000)}

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


class ImageModel(NamedTuple):
    """A model that makes images: how many images it takes to refer to, and what one image costs, in credits."""

    name: str
    label: str
    references: int
    credits: int


# From Tripo's documentation of `generate_image` and its price list, both of June 2026, and its Python client 0.4.2. The
# number of references is documented of the first three; the others are taken to be like their kin.
IMAGE_MODELS = (
    ImageModel("flux.1_kontext_pro", "FLUX.1 Kontext Pro", 4, 5),
    ImageModel("gpt_4o", "GPT-4o", 10, 5),
    ImageModel("gemini_2.5_flash_image_preview", "Gemini 2.5 Flash Image", 10, 5),
    ImageModel("gemini_3.1_flash_image_preview", "Gemini 3.1 Flash Image", 10, 10),
    ImageModel("gemini_3_pro_image_preview", "Gemini 3 Pro Image", 10, 10),
    ImageModel("gpt_image_2", "GPT Image 2", 10, 10),
    ImageModel("gpt_image_1.5", "GPT Image 1.5", 10, 10),
    ImageModel("flux.1_dev", "FLUX.1 Dev", 0, 5),
    ImageModel("midjourney", "Midjourney", 0, 10),
)

# Which one the service takes by itself differs by region; the two that are known take 4 images at the least.
UNKNOWN_REFERENCES = 4
MOST_REFERENCES = max(model.references for model in IMAGE_MODELS)


def image_model_of(name: str) -> ImageModel | None:
    """Return an image model by its name; None of one that is not known, or that the service chooses."""
    return next((model for model in IMAGE_MODELS if model.name == name), None)
