"""Models kept as assets in a library: what the Asset Browser shows, with a picture and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

CATALOG = "Props/Tripo"


def story(desk: Any) -> Any:
    yield from desk.open_sidebar()
    assets, folder = desk.module("converter.assets"), Path(desk.order["folder"], "library")
    folder.mkdir()
    cube = bpy.data.objects["Cube"]
    cube.name = "Pictured"
    rendered, rig = _monkey("Rendered"), _rig("Rig")
    picture = Path(desk.order["picture"])
    about = {"description": "A model", "tags": ["tripo"], "author": "Tripo"}

    pictured = assets.mark(cube, [cube], **about, preview=picture)
    held = assets.mark(rig[0], rig, **about, preview=picture)
    assert isinstance(held, bpy.types.Collection)
    shown = assets.mark(rendered, [rendered], **about)
    desk.notes["pending"] = assets.preview_pending()
    yield from desk.until(lambda: not assets.preview_pending(), "Blender to render the preview", 60)
    desk.notes["previews"] = {asset.name: tuple(asset.preview.image_size) for asset in (pictured, held, shown)}

    library = bpy.context.preferences.filepaths.asset_libraries.new(name="Models", directory=str(folder))
    assert assets.library_folder(bpy.context, library.name) == folder
    files = [assets.save_to_library(asset, folder, CATALOG) for asset in (pictured, held, shown)]
    for asset in (pictured, held, shown):
        assets.unmark(asset)
    desk.notes["files"] = [str(file.relative_to(folder)) for file in files]

    desk.area.ui_type = "ASSETS"
    yield 0.5
    area = next(area for area in desk.window.screen.areas if area.ui_type == "ASSETS")
    area.spaces.active.params.asset_library_reference = library.name
    yield 2.0  # the library is read beside
    desk.photograph("1-all", whole=True)
    area.spaces.active.params.catalog_id = assets.catalog_in(folder, CATALOG)
    area.tag_redraw()
    yield 1.0
    desk.photograph("2-catalog", whole=True)
    area.ui_type = "VIEW_3D"
    yield 0.2


def _monkey(name: str) -> bpy.types.Object:
    bpy.ops.mesh.primitive_monkey_add()
    monkey = bpy.context.object
    monkey.name = name
    return monkey


def _rig(name: str) -> list[bpy.types.Object]:
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    bpy.ops.mesh.primitive_cylinder_add()
    body = bpy.context.object
    body.name, body.parent = name, rig
    return [body, rig]
