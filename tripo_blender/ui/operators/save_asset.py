"""Save as Asset: a model that is done, into this file's assets or into a library."""

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core import errors
from ...core.sentences.text import text
from ...scene import assets
from ..shown import shown
from .jobs import OnJob, known

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems


class TRIPO_OT_save_asset(OnJob, bpy.types.Operator):
    """Keep this model as an asset, with the service's picture of it as preview"""

    bl_idname = "tripo.save_asset"
    bl_label = "Save as Asset"
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        where: str
        library: str
        catalog: str
    else:
        where: EnumProperty(
            name="Keep In",
            description="Where the asset is kept",
            items=(
                ("FILE", "This File", "Mark the model as an asset of this .blend file"),
                ("LIBRARY", "Library", "Save a copy as a .blend of its own in an asset library"),
            ),
            options={"SKIP_SAVE"},
        )
        library: StringProperty(
            name="Library", description="Asset library of the preferences, or a folder", options={"SKIP_SAVE"}
        )
        catalog: StringProperty(name="Catalog", description="Catalog of the asset", options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Ask where."""
        asked = assets.asset_options(context)
        libraries = context.preferences.filepaths.asset_libraries
        self.where = "LIBRARY" if asked.library else "FILE"
        self.library = asked.library or (libraries[0].name if libraries else "")
        self.catalog = asked.catalog
        return context.window_manager.invoke_props_dialog(self, confirm_text="Save")

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the dialog."""
        layout = self.layout
        layout.use_property_split = True
        layout.row().prop(self, "where", expand=True)
        row = layout.row()
        row.enabled = self.where == "LIBRARY"
        row.prop_search(self, "library", context.preferences.filepaths, "asset_libraries", icon="ASSET_MANAGER")
        layout.prop(self, "catalog")

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Keep it."""
        asked = assets.asset_options(context, catalog=self.catalog)
        wanted = replace(asked, in_file=self.where == "FILE", library=self.library if self.where == "LIBRARY" else "")
        try:
            job = known(self.job_id)
            if self.where == "LIBRARY" and not self.library:
                raise errors.TripoError(errors.Kind.USAGE, text("asset.no_library_chosen"))
            self.report({"INFO"}, shown(assets.keep(assets.main_of(job), job, wanted, context)))
        except errors.TripoError as error:
            self.report({"ERROR"}, shown(error.failure))
            return {"CANCELLED"}
        return {"FINISHED"}
