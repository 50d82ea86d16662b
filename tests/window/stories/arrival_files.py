"""Model files of the disk, the details of what arrived, where it came from, and its textures beside the .blend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    yield from _FILES[desk.order["what"]](desk)


def _script(desk: Any) -> Any:
    before = desk.objects
    with desk.at_viewport():
        desk.notes["result"] = list(bpy.ops.tripo.import_model("EXEC_DEFAULT", filepath=desk.order["model"]))
    desk.notes["arrived"] = [name for name in desk.objects if name not in before]
    desk.notes["jobs"] = desk.states
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("1-arrived", whole=True)
    yield from desk.undo_and_redo(before)


def _browser(desk: Any) -> Any:
    """By the button and the file browser; then once more by Import Again."""
    before = desk.objects
    _x, y = yield from desk.find("tripo.generate")
    yield from desk.open_panel("TRIPO_PT_advanced", desk.sidebar.x + 40, range(y - 20, y - 150, -9))
    desk.photograph("0-button")
    yield from desk.click("tripo.import_model")
    yield from desk.until(lambda: _browser_area() is not None, "the file browser to open", 10)
    yield 1.0
    window, area = _browser_area()
    space = area.spaces.active
    model = Path(desk.order["model"])
    space.params.directory = str(model.parent).encode()
    yield 1.0
    space.params.filename = model.name
    area.tag_redraw()
    yield 1.0
    desk.photograph("1-browser", whole=True)
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.file.execute()
    yield from desk.until(lambda: desk.jobs, "the file to be taken in", 10)
    yield from desk.until_all_ended()
    yield 0.5
    yield from desk.leave()
    yield from desk.redrawn()
    desk.notes["first"] = [name for name in desk.objects if name not in before]
    desk.photograph("2-arrived", whole=True)
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    desk.notes["clipped"] = desk.clipped()
    yield from desk.undo_and_redo(before)

    desk.window.scene.cursor.location = (2, 0, 0)
    desk.push_undo("Cursor")
    with_one = desk.objects
    yield from desk.scroll_down()
    yield from desk.click("tripo.import_again")
    yield from desk.until(lambda: len(desk.jobs) == 2, "the click to count", 10)
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.notes["second"] = [name for name in desk.objects if name not in with_one]
    desk.notes["states"] = desk.states
    desk.photograph("3-again", whole=True)
    yield from desk.undo_and_redo(with_one)


def _origin(desk: Any) -> Any:
    """The panel in the Object properties, and a new order with the settings that it shows."""
    desk.generate()
    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    desk.photograph("1-jobs")
    area = next(area for area in desk.window.screen.areas if area.type == "PROPERTIES")
    area.spaces.active.context = "OBJECT"
    yield 0.5
    region = next(region for region in area.regions if region.type == "WINDOW")
    at = area, region
    desk.photograph("2-closed", whole=True)
    heights = range(region.y + 8, region.y + region.height - 8, 9)  # from below: ours is among the last
    yield from desk.open_panel("TRIPO_PT_origin", region.x + region.width // 2, heights)
    yield from desk.leave()
    desk.photograph("3-open", whole=True)
    with bpy.context.temp_override(window=desk.window, area=area, region=region):
        bpy.ops.view2d.scroll_down(page=True)
    area.tag_redraw()
    yield 0.5
    desk.notes["rows"] = desk.words("TRIPO_PT_origin")
    desk.photograph("4-panel", whole=True)

    before = desk.objects
    yield from desk.click("tripo.generate_again", at)
    yield 1.0
    desk.photograph("5-confirm", whole=True)
    desk.notes["jobs while it asks"] = len(desk.jobs)
    yield from desk.tap("RET")
    yield from desk.until(lambda: len(desk.jobs) == 2, "the confirmation to count", 10)
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("6-again", whole=True)
    desk.notes["states"] = desk.states
    desk.notes["settings"] = desk.jobs[0].settings == desk.jobs[1].settings
    desk.notes["arrived"] = [name for name in desk.objects if name not in before]


def _textures(desk: Any) -> Any:
    """The pictures lie beside the saved file, and are there again when it is opened."""
    file = Path(desk.order["folder"], "scenes", "mine.blend")
    file.parent.mkdir()
    desk.settings.arrival.textures = "files"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    yield 0.5
    yield from desk.open_sidebar()
    before = desk.objects
    desk.generate()
    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    yield from desk.undo_and_redo(before)
    desk.notes["pictures"] = _pictures(desk)
    desk.notes["files"] = sorted(
        str(each.relative_to(file.parent)) for each in file.parent.rglob("*") if each.is_file()
    )
    desk.notes["unsaved"] = bpy.data.is_dirty
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile()
    yield 0.5
    bpy.ops.wm.open_mainfile(filepath=str(file))
    yield 0.5
    desk.notes["pictures reopened"] = _pictures(desk)
    yield from desk.open_sidebar()
    with desk.at_viewport():
        bpy.ops.view3d.view_selected(use_all_regions=False)
    desk.area.spaces.active.shading.color_type = "TEXTURE"
    yield 0.6
    yield from desk.redrawn()
    desk.photograph("1-reopened", whole=True)


def _pictures(desk: Any) -> list[list[Any]]:
    main = bpy.data.objects["dahlia"]
    nodes = [node for slot in main.material_slots for node in slot.material.node_tree.nodes]
    images = {node.image for node in nodes if node.type == "TEX_IMAGE" and node.image}
    return sorted(
        [image.name, image.filepath, image.packed_file is not None, image.size[0] > 0, bool(image.pixels)]
        for image in images
    )


def _browser_area() -> tuple[bpy.types.Window, bpy.types.Area] | None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER":
                return window, area
    return None


_FILES = {"script": _script, "browser": _browser, "origin": _origin, "textures": _textures}
