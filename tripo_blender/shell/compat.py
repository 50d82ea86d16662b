"""What differs between Blender 4.2 and 5.2, each with what changed when."""

import bpy


def import_fbx(filepath: str) -> None:
    """Import an FBX file.

    4.5 brought the importer in C++ (`wm.fbx_import`), which is about twice as fast; before it there is only the
    add-on's (`import_scene.fbx`). Raises `RuntimeError` as operators do, or `AttributeError` where the add-on is off.
    """
    if "fbx_import" in dir(bpy.ops.wm):  # `hasattr` is true for every name
        bpy.ops.wm.fbx_import(filepath=filepath)  # type: ignore[attr-defined]  # the stubs are of 4.3
    else:
        bpy.ops.import_scene.fbx(filepath=filepath)


def write_images_as(settings: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Choose a format for still pictures: from 5.0 on the kind of media must fit before the format can be set."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format  # type: ignore[assignment]
