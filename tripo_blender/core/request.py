"""What a user can ask for: the settings, what each model version accepts of them, their rules and price.

Everything else reads the two tables here: the panel, the operators, the command line and the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from .errors import Kind, TripoError
from .options import LARGEST_NUMBER, Option, Value, problem_with, typed

DEFAULT_VERSION = "v3.1-20260211"
LARGEST_SEED = LARGEST_NUMBER


@dataclass(frozen=True)
class Settings:
    """The settings of one generation. A face limit or seed of 0 leaves the choice to the service."""

    model_version: str = DEFAULT_VERSION
    texture: bool = True
    pbr: bool = True
    texture_quality: str = "standard"
    geometry_quality: str = "standard"
    face_limit: int = 0
    quad: bool = False
    auto_size: bool = False
    model_seed: int = 0
    texture_seed: int = 0
    texture_alignment: str = "original_image"
    orientation: str = "default"
    enable_image_autofix: bool = False


@dataclass(frozen=True)
class Setting(Option):
    """An option of the generation; the limits of face limits are the model version's."""

    needs_texture: bool = False
    advanced: bool = False  # lies in the closed sub-panel
    neutral: Value | None = None  # what it means where it does not apply; None: the default

    @property
    def off(self) -> Value:
        """The value that stands for "not asked for"."""
        return self.default if self.neutral is None else self.neutral


_DEFAULTS = Settings()


def _setting(name: str, label: str, tooltip: str, **more: Any) -> Setting:
    return Setting(name, label, tooltip, getattr(_DEFAULTS, name), **more)


SETTINGS = (
    _setting("model_version", "Model Version", "Version of the Tripo model that makes the 3D model"),
    _setting("texture", "Texture", "Paint the model; without it the model is plain geometry and costs less"),
    _setting("pbr", "PBR", "Add metallic, roughness and normal maps", needs_texture=True, neutral=False),
    _setting(
        "texture_quality",
        "Texture Quality",
        "How finely the texture is painted",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "A larger texture; slower and dearer"),
        ),
        needs_texture=True,
    ),
    _setting(
        "geometry_quality",
        "Shape Quality",
        "How finely the shape is modelled",
        choices=(
            ("standard", "Standard", "The usual quality"),
            ("detailed", "Detailed", "Finer shape; slower and dearer"),
        ),
    ),
    _setting("face_limit", "Face Limit", "Number of faces to aim for; 0 lets the service decide"),
    _setting("quad", "Quads", "Build the model from quads instead of triangles, for a small extra cost"),
    _setting(
        "auto_size", "Real Size", "Let the service guess the size of the real thing, in meters", needs_texture=True
    ),
    _setting(
        "model_seed",
        "Shape Seed",
        "The same seed gives the same shape again; 0 takes a new one",
        advanced=True,
        flag="seed",
    ),
    _setting(
        "texture_seed",
        "Texture Seed",
        "Another seed gives another texture on the same shape; 0 takes a new one",
        needs_texture=True,
        advanced=True,
    ),
    _setting(
        "texture_alignment",
        "Texture Follows",
        "What the texture keeps to where picture and shape disagree",
        choices=(
            ("original_image", "Picture", "Keep to the picture"),
            ("geometry", "Shape", "Keep to the shape"),
        ),
        needs_texture=True,
        advanced=True,
    ),
    _setting(
        "orientation",
        "Orientation",
        "Which way the model is turned",
        choices=(
            ("default", "Default", "Turned to the front"),
            ("align_image", "As in Picture", "Turned as the picture shows it"),
        ),
        needs_texture=True,
        advanced=True,
    ),
    _setting(
        "enable_image_autofix",
        "Mend Picture",
        "Let the service improve the picture before it is used",
        advanced=True,
        flag="image-autofix",
    ),
)

SETTING_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Line:
    """A family of model versions that accept the same settings.

    Sources: Tripo's v2 task documentation (image, text and multiview to model) and ModelStream's form, which
    narrows the face limit of the larger lines to 1,000 to 500,000.
    """

    prefix: str
    face_limits: tuple[int, int] = (1_000, 500_000)
    refuses: frozenset[str] = frozenset()
    surcharge: int = 0  # credits on top of the usual price


@dataclass(frozen=True)
class Offer:
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
    Offer("v3.1-20260211", "3.1", "The newest model: the finest shapes and textures"),
    Offer("v3.0-20250812", "3.0", "The model before it"),
    Offer("v2.5-20250123", "2.5", "An older, quicker model"),
    Offer("P1-20260311", "P1 Low Poly", "Clean shapes of few faces, from 48 to 20,000"),
)


def line_of(model_version: str) -> Line:
    """Give the line that a model version belongs to."""
    name = model_version.strip().lower()
    return next(line for line in LINES if name.startswith(line.prefix.lower()))


def unavailable(settings: Settings) -> dict[str, str]:
    """Give the settings that do not apply beside the others, each with the reason as a sentence."""
    line = line_of(settings.model_version)
    reasons: dict[str, str] = {}
    for setting in SETTINGS:
        if setting.name in line.refuses:
            version = settings.model_version
            reasons[setting.name] = f"{setting.label} is not offered by model version {version}: choose another version"
        elif setting.needs_texture and not settings.texture:
            reasons[setting.name] = f"{setting.label} needs Texture: turn Texture on, or leave {setting.label} out"
    return reasons


def effective(settings: Settings) -> Settings:
    """Give the settings with those that do not apply put to the value that stands for "not asked for"."""
    return replace(settings, **{name: SETTING_BY_NAME[name].off for name in unavailable(settings)})  # type: ignore[arg-type]


def problem(settings: Settings) -> str:
    """Give the first value that is out of its limits, as a sentence; empty when all are within."""
    if not settings.model_version.strip():
        return "Model Version is empty: choose one, for example " + DEFAULT_VERSION
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if setting.name != "face_limit" and (sentence := problem_with(setting, value)):
            return sentence
    low, high = line_of(settings.model_version).face_limits
    if settings.face_limit and not low <= settings.face_limit <= high:
        return (
            f"Face Limit must be from {low:,} to {high:,} for model version {settings.model_version}, "
            f"or 0 to let the service decide; it is {settings.face_limit:,}"
        )
    return ""


def asked(**values: Value | None) -> Settings:
    """Give the settings for what a script asked for; None, or a name left out, stands for "not asked for".

    Raises `TripoError` of kind usage, with one sentence, for an unknown name, a value of the wrong type or out of
    its limits, and for a setting that does not apply beside the others.
    """
    given = typed(SETTINGS, values)
    settings = Settings(**given)  # type: ignore[arg-type]
    sentence = problem(settings)
    for name, reason in unavailable(settings).items():
        if name in given and given[name] != SETTING_BY_NAME[name].off:
            sentence = sentence or reason
    if sentence:
        raise TripoError(Kind.USAGE, sentence)
    return effective(settings)


def body_fields(settings: Settings) -> dict[str, Value]:
    """Give the settings as the service's own fields.

    The model version, texture and pbr are always sent: the service's defaults for them vary, and pbr left at its
    default would turn the texture, and its price, on again. The quality of the texture is sent whenever there is
    one. All else is sent only where it differs from the service's default, since some versions refuse a key even
    when it says false.
    """
    applied = effective(settings)
    always = {"model_version", "texture", "pbr"} | ({"texture_quality"} if applied.texture else set())
    values = {field.name: getattr(applied, field.name) for field in fields(applied)}
    return {name: value for name, value in values.items() if name in always or value != SETTING_BY_NAME[name].off}


def estimated_credits(settings: Settings) -> int:
    """Give an estimate of the price in Tripo credits of one model from one picture (100 credits are 1 USD).

    From Tripo's own price list of June 2026. ModelStream bills by a list of its own, so it is only shown as an
    estimate.
    """
    applied = effective(settings)
    price = 20 + line_of(applied.model_version).surcharge
    if applied.texture:
        price += 20 if applied.texture_quality == "detailed" else 10
    return price + (5 if applied.quad else 0) + (20 if applied.geometry_quality == "detailed" else 0)


def as_values(settings: Settings) -> dict[str, Any]:
    """Give the settings that apply, by name, for provenance and events."""
    applied = effective(settings)
    return {field.name: getattr(applied, field.name) for field in fields(applied)}
