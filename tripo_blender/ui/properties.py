"""The settings of a scene: which picture, how it is made, and how the model arrives; made from the tables in core."""

import math
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ..core.options import generation, import_options
from ..core.options.generation_table import SETTINGS
from ..core.options.import_table import OPTIONS
from ..core.options.option import ANGLE, Option
from ..core.options.versions import OFFERS, line_of

if TYPE_CHECKING:
    from ..core.options.generation import Settings
    from ..core.options.import_options import Arrival

_OTHER = "OTHER"
_VERSION_ITEMS = (
    *((offer.name, offer.label, offer.tooltip) for offer in OFFERS),
    (_OTHER, "Other", "A model version that is not in this list"),
)
_SOURCE_ITEMS = (
    ("IMAGE", "Image", "An image of this Blender file: loaded, painted or baked"),
    ("FILE", "File", "A picture on the disk"),
    ("RENDER", "Render", "The picture that was rendered last"),
    ("WEB", "Web", "A picture that is publicly on the web"),
)


def _is_picture(_self: object, image: bpy.types.Image) -> bool:
    return image.type not in {"RENDER_RESULT", "COMPOSITING"}


def _ensure_preview(group: "TRIPO_PG_settings", _context: bpy.types.Context) -> None:
    """Have Blender make the thumbnail that the panel shows; drawing itself may change nothing."""
    if group.image is not None:
        group.image.preview_ensure()


def _property(option: Option) -> Any:
    """Give the bpy property for an option."""
    named: dict[str, Any] = {"name": option.label, "description": option.tooltip, "default": option.default}
    if option.name == "model_version":
        return EnumProperty(items=_VERSION_ITEMS, **named)
    if option.choices:
        return EnumProperty(items=option.choices, **named)
    if isinstance(option.default, bool):
        return BoolProperty(**named)
    low, high = option.limits
    if isinstance(option.default, float):
        if option.unit == ANGLE:  # Blender keeps angles in radians and shows them in degrees
            named["default"], low, high = (math.radians(value) for value in (option.default, low, high))
        return FloatProperty(min=low, max=high, unit=option.unit, **named)
    if option.name == "face_limit":
        high = line_of("").face_limits[1]
    return IntProperty(min=int(low), max=int(high), **named)


class TRIPO_PG_arrival(bpy.types.PropertyGroup):
    """How a model arrives; the options of `core.arrival` are added below, one property each"""

    def arrival(self) -> "Arrival":
        """Give the options as they are shown, greyed-out ones included."""
        values: dict[str, Any] = {option.name: getattr(self, option.name) for option in OPTIONS}
        for option in OPTIONS:
            if option.unit == ANGLE:
                values[option.name] = math.degrees(values[option.name])
        return import_options.Arrival(**values)

    @property
    def asks_for_click(self) -> bool:
        """Whether the place is clicked in a viewport."""
        arrival = self.arrival()
        return arrival.place == "mouse" and "place" not in import_options.unavailable(arrival)


TRIPO_PG_arrival.__annotations__ = {option.name: _property(option) for option in OPTIONS}


class TRIPO_PG_settings(bpy.types.PropertyGroup):
    """What the sidebar holds; the settings of `core.request` are added below, one property each"""

    if TYPE_CHECKING:
        source: str
        image: bpy.types.Image | None
        filepath: str
        url: str
        model_version: str
        other_version: str
        arrival: TRIPO_PG_arrival
    else:
        source: EnumProperty(name="Picture From", description="Where the picture comes from", items=_SOURCE_ITEMS)
        image: PointerProperty(
            name="Image",
            description="Image to make a model of",
            type=bpy.types.Image,
            poll=_is_picture,
            update=_ensure_preview,
        )
        filepath: StringProperty(name="File", description="Picture to make a model of", subtype="FILE_PATH")
        url: StringProperty(name="Address", description="Public web address of a PNG or JPEG picture")
        other_version: StringProperty(
            name="Version Name", description="Name of the model version, as the service's documentation gives it"
        )
        arrival: PointerProperty(
            name="Arrival", description="How the model arrives in the scene", type=TRIPO_PG_arrival
        )

    def settings(self) -> "Settings":
        """Give the settings as they are shown, greyed-out ones included."""
        values: dict[str, Any] = {setting.name: getattr(self, setting.name) for setting in SETTINGS}
        if self.model_version == _OTHER:
            values["model_version"] = self.other_version.strip()
        return generation.Settings(**values)

    def take(self, settings: "Settings") -> None:
        """Show these settings."""
        for setting in SETTINGS:
            value = getattr(settings, setting.name)
            if setting.name == "model_version" and value not in {offer.name for offer in OFFERS}:
                self.other_version, value = value, _OTHER
            setattr(self, setting.name, value)

    @property
    def names_version(self) -> bool:
        """Whether the model version is typed rather than chosen."""
        return self.model_version == _OTHER


TRIPO_PG_settings.__annotations__.update({setting.name: _property(setting) for setting in SETTINGS})


def of(scene: bpy.types.Scene) -> TRIPO_PG_settings:
    """Give the settings of a scene."""
    group: TRIPO_PG_settings = scene.tripo  # type: ignore[attr-defined]
    return group
