"""What a user asked for: the settings of one generation, their rules and price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import Kind, TripoError
from .generation_table import DEFAULT_VERSION, SETTING_BY_NAME, SETTINGS, line_of
from .option import Value
from .validation import plain_number, problem_with, typed

_DEFAULTS: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings of one generation. A face limit or seed of 0 leaves the choice to the service."""

    model_version: str = _DEFAULTS["model_version"]
    texture: bool = _DEFAULTS["texture"]
    pbr: bool = _DEFAULTS["pbr"]
    texture_quality: str = _DEFAULTS["texture_quality"]
    geometry_quality: str = _DEFAULTS["geometry_quality"]
    face_limit: int = _DEFAULTS["face_limit"]
    quad: bool = _DEFAULTS["quad"]
    auto_size: bool = _DEFAULTS["auto_size"]
    model_seed: int = _DEFAULTS["model_seed"]
    texture_seed: int = _DEFAULTS["texture_seed"]
    texture_alignment: str = _DEFAULTS["texture_alignment"]
    orientation: str = _DEFAULTS["orientation"]
    enable_image_autofix: bool = _DEFAULTS["enable_image_autofix"]


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
            f"or 0 to let the service decide; it is {plain_number(settings.face_limit)}"
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


def as_options(settings: Settings) -> dict[str, Value]:
    """Return every setting by its name, those at their defaults too: these may change, what was asked for may not."""
    return {field.name: getattr(settings, field.name) for field in fields(settings)}


def settings_of(options: Mapping[str, Value]) -> Settings:
    """Return the options of a request as settings; raise `TripoError` for one that is unknown or of another type."""
    return Settings(**typed(SETTINGS, dict(options)))  # type: ignore[arg-type]


def as_values(settings: Settings) -> dict[str, Any]:
    """Give the settings that apply, by name, for provenance and events."""
    applied = effective(settings)
    return {field.name: getattr(applied, field.name) for field in fields(applied)}
