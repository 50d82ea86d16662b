"""The settings of a scene: which picture, and the generation's settings made from the table in `core.request`."""

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from ..core.request import OFFERS, SETTINGS, Setting, Settings, line_of

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


class TRIPO_PG_settings(bpy.types.PropertyGroup):
    """What the sidebar holds; the settings of `core.request` are added below, one property each"""

    if TYPE_CHECKING:
        source: str
        image: bpy.types.Image | None
        filepath: str
        url: str
        model_version: str
        other_version: str
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

    def settings(self) -> Settings:
        """Give the settings as they are shown, greyed-out ones included."""
        values: dict[str, Any] = {setting.name: getattr(self, setting.name) for setting in SETTINGS}
        if self.model_version == _OTHER:
            values["model_version"] = self.other_version.strip()
        return Settings(**values)

    @property
    def names_version(self) -> bool:
        """Whether the model version is typed rather than chosen."""
        return self.model_version == _OTHER


def _property(setting: Setting) -> Any:
    """Give the bpy property for a setting."""
    named: dict[str, Any] = {"name": setting.label, "description": setting.tooltip}
    if setting.name == "model_version":
        return EnumProperty(items=_VERSION_ITEMS, default=setting.default, **named)
    if setting.choices:
        return EnumProperty(items=setting.choices, default=setting.default, **named)
    if isinstance(setting.default, bool):
        return BoolProperty(default=setting.default, **named)
    high = line_of("").face_limits[1] if setting.name == "face_limit" else setting.limits[1]
    return IntProperty(default=setting.default, min=0, max=high, **named)


TRIPO_PG_settings.__annotations__.update({setting.name: _property(setting) for setting in SETTINGS})


def of(scene: bpy.types.Scene) -> TRIPO_PG_settings:
    """Give the settings of a scene."""
    group: TRIPO_PG_settings = scene.tripo  # type: ignore[attr-defined]
    return group
