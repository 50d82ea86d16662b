"""The add-on's preferences."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..app import account, model_cache
from ..core import network
from ..core.services.registry import DEFAULT, service_of
from ..scene.addon_preferences import ADDON, Preferences
from .panels.text import draw_sentence
from .shown import shown

_SERVICE = service_of(DEFAULT)
_UPLOAD_METHODS = (
    ("AUTO", "Automatic", "Try the ways in order and keep to the one that works"),
    *((method.name, method.label, method.description) for method in _SERVICE.upload_methods),
)


def _make_absolute(name: str) -> "Callable[[TripoPreferences, bpy.types.Context], None]":
    """Give an update that turns a path beside the open .blend, as the file browser gives it, into a full one.

    A key file is looked at then.
    """

    def update(preferences: "TripoPreferences", context: bpy.types.Context) -> None:
        path: str = getattr(preferences, name)
        if path.startswith("//") and bpy.data.filepath:
            setattr(preferences, name, bpy.path.abspath(path))
        elif name == "key_file":
            account.access(context)  # looks at it, once for all that is drawn

    return update


class TripoPreferences(Preferences, bpy.types.AddonPreferences):
    """Preferences of the add-on"""

    bl_idname = ADDON

    if not TYPE_CHECKING:
        api_key: StringProperty(
            name="API Key",
            description="Key from your ModelStream account. Blender keeps it, unencrypted, in its preferences file",
            subtype="PASSWORD",
        )
        base_url: StringProperty(
            name="Base URL",
            description="Address of the service; change it only for a gateway of your own",
            default=_SERVICE.base_url,
        )
        at_once: IntProperty(
            name="Models at Once",
            description="How many models are made at the same time; the rest wait their turn",
            default=3,
            min=1,
            max=10,
        )
        upload_method: EnumProperty(
            name="Send Pictures By", description="How pictures reach the service", items=_UPLOAD_METHODS
        )
        converts: BoolProperty(
            name="Prepare in Background",
            description="Set models up in a second, windowless Blender, so that this one does not stand still "
            "when one arrives",
            default=True,
        )
        model_memory: IntProperty(
            name="Model Memory Limit",
            description="Gigabytes of memory that importing one model may take; a file that asks for more is kept, "
            "but not opened",
            default=8,
            min=1,
            soft_max=64,
            max=1024,
        )
        kept_limit: FloatProperty(
            name="Kept Models Limit",
            description="Gigabytes that the models of ended jobs may take on this disk for Import Again; the oldest "
            "go first. Zero keeps all of them",
            default=5.0,
            min=0.0,
            soft_max=100.0,
        )
        keep_as: EnumProperty(
            name="Keep as Asset",
            description="Whether every model that arrives is kept as an asset, and where",
            items=(
                ("NONE", "No", "Only by the button on a job"),
                ("FILE", "In the File", "Marked as an asset of the .blend file it arrives in"),
                ("LIBRARY", "In a Library", "Saved as a .blend of its own in an asset library"),
            ),
        )
        asset_library: StringProperty(
            name="Library", description="Name of an asset library of the preferences, or a folder"
        )
        asset_catalog: StringProperty(name="Catalog", description="Catalog of the assets", default="Tripo")
        asset_tags: StringProperty(name="Tags", description="Tags of the assets, separated by commas", default="tripo")
        key_file: StringProperty(
            name="Key File",
            description="Text file with nothing but the API key, which only you may read; used while API Key is empty",
            subtype="FILE_PATH",
            update=_make_absolute("key_file"),
        )
        proxy: StringProperty(
            name="Proxy",
            description="Address of the proxy to the network, with name and password where it asks for them; "
            "empty: as the environment says",
            subtype="PASSWORD",  # a login in it is a secret; where it leads is told below the field
        )
        certificates: StringProperty(
            name="Certificates",
            description="File of the certificate authorities to trust, in PEM form, instead of the usual ones; "
            "empty: as the environment says",
            subtype="FILE_PATH",
            update=_make_absolute("certificates"),
        )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "api_key")
        layout.prop(self, "key_file")
        told, at_fault = account.key_told(context)
        if told:
            draw_sentence(layout, context, shown(told), "ERROR" if at_fault else "INFO")
        layout.prop(self, "base_url")
        col = _group(layout, "Models")
        col.prop(self, "at_once")
        col.prop(self, "converts")
        col.prop(self, "model_memory", text="Memory Limit (GB)")
        col = _group(layout, "Kept Models")
        col.prop(self, "kept_limit", text="Size Limit (GB)")
        split = col.split(factor=0.4)  # as the properties above
        split.label()
        row = split.row()
        stored = model_cache.told()
        row.label(text=shown(stored) if stored else "", translate=False)
        row.operator("tripo.clear_kept", text="Clear", icon="TRASH")
        col = _group(layout, "Network")
        col.prop(self, "upload_method")
        col.prop(self, "proxy")
        if wrong := network.proxy_problem(self.proxy.strip()):
            draw_sentence(col, context, shown(wrong), "ERROR")
        elif self.proxy.strip():
            col.label(text=shown(network.proxy_told(self.proxy.strip())), translate=False)
        col.prop(self, "certificates")
        col = _group(layout, "Assets")
        col.prop(self, "keep_as")
        sub = col.column()
        sub.enabled = self.keep_as != "NONE"
        row = sub.row()
        row.enabled = self.keep_as == "LIBRARY"
        row.prop_search(self, "asset_library", context.preferences.filepaths, "asset_libraries", icon="ASSET_MANAGER")
        sub.prop(self, "asset_catalog")
        sub.prop(self, "asset_tags")


def _group(layout: bpy.types.UILayout, heading: str) -> bpy.types.UILayout:
    """Give a column under a heading. A column's own heading is drawn only beside a check box."""
    layout.separator()
    layout.label(text=heading)
    return layout.column()
