"""The add-on's preferences as Blender keeps them."""

from typing import TYPE_CHECKING

import bpy

from ..core.formats import limits

# What Blender knows the add-on by: bl_ext.<repository>.tripo_blender where it is installed as an extension.
ADDON = __name__.split(".scene.", maxsplit=1)[0]


class Preferences:
    """What there is to be read of them; `ui.preferences` has Blender make it."""

    if TYPE_CHECKING:
        api_key: str
        base_url: str
        at_once: int
        upload_method: str
        converts: bool
        model_memory: int
        kept_limit: float
        keep_as: str
        asset_library: str
        asset_catalog: str
        asset_tags: str
        key_file: str
        proxy: str
        certificates: str


def get(context: bpy.types.Context) -> Preferences | None:
    """Return the preferences; None where the add-on is not enabled (a script that runs from a clone)."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None  # type: ignore[return-value]


def memory_limit(context: bpy.types.Context) -> limits.Limits:
    """Return what importing one model may take of this machine."""
    chosen = get(context)
    return limits.Limits(memory=chosen.model_memory * 2**30) if chosen is not None else limits.Limits()
