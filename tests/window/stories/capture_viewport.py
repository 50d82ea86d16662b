"""Images of the viewport: with and without overlays, cropped, of four views; what is on the clipboard."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "blender"))
from unchanged import unchanged  # what proves it without a window


def story(desk: Any) -> Any:
    folder = Path(desk.order["folder"]) / "viewport"
    folder.mkdir()
    yield from desk.open_sidebar()
    space = desk.area.spaces.active
    color = desk.notes["colors"] = {}
    for overlays in (False, True):
        began = time.monotonic()
        path = _taken(desk, folder, size=640, overlays=overlays)
        desk.notes[f"seconds, overlays {overlays}"] = round(time.monotonic() - began, 2)
        color[f"overlays {overlays}"] = sorted(
            {tuple(pixel) for pixel in _pixels(path)[::7, ::7].reshape(-1, 4).tolist()}
        )
        _keep(desk, path, f"overlays-{overlays}")
    desk.notes["overlays are shown"] = space.overlay.show_overlays
    color["overlays False"], color["overlays True"] = len(color["overlays False"]), len(color["overlays True"])

    yield from _as_on_screen(desk, folder)
    desk.notes["cropped"] = _cropped(desk, folder)
    yield from _rendered(desk, folder)
    yield from _four_views(desk, folder)
    yield from _without_a_viewport(desk, folder)
    yield from _clipboard(desk)
    desk.notes["files"] = [path.name for path in folder.iterdir()]


def _taken(desk: Any, folder: Path, **options: Any) -> Path:
    with unchanged():
        path: Path = desk.module("scene.capture.viewport").capture_viewport(bpy.context, folder, **options)
    return path


def _keep(desk: Any, path: Path, name: str) -> None:
    shutil.move(path, Path(desk.order["photographs"], f"{desk.order['name']}-{name}.png"))


def _pixels(path: Path) -> Any:
    """Give an image file's pixels, first row at the top."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return np.round(values.reshape(height, width, 4)[::-1] * 255).astype(int)


def _as_on_screen(desk: Any, folder: Path) -> Any:
    """Compare an image of the viewport's own size with a photograph of the screen."""
    if shutil.which("import") is None:
        desk.notes["on screen"] = "left out: there is no import here"
        return
    space, region = desk.area.spaces.active, desk.viewport
    space.overlay.show_overlays = False
    yield from desk.leave()
    yield from desk.redrawn()
    yield 0.3
    path = _taken(desk, folder, size=max(region.width, region.height))
    photograph = folder / "screen.png"
    subprocess.run(["import", "-window", "root", str(photograph)], check=True)
    top = desk.window.height - region.y - region.height
    shown = _pixels(photograph)[top : top + region.height, region.x : region.x + region.width]
    taken = _pixels(path)
    inner = np.s_[region.height // 4 : -region.height // 4, region.width // 4 : -region.width // 4]
    difference = np.abs(shown[inner][..., :3] - taken[inner][..., :3]).max(axis=-1)
    desk.notes["on screen"] = [taken.shape == shown.shape, float((difference > 2).mean())]
    space.overlay.show_overlays = True
    path.unlink()
    photograph.unlink()


def _cropped(desk: Any, folder: Path) -> Any:
    crop = desk.module("scene.capture.crop")
    path = _taken(desk, folder, size=640)
    whole = _pixels(path).shape
    areas = crop.selection_in_viewport(bpy.context)
    part = _pixels(crop.crop_image(path, areas, margin=0.0))
    _keep(desk, path, "cropped")
    ground = whole[0] * 0 + part[0, 0]
    rows, columns = ((part != ground).any(axis=-1).any(axis=axis) for axis in (1, 0))
    bpy.ops.object.select_all(action="DESELECT")
    try:
        crop.selection_in_viewport(bpy.context)
        said = ""
    except desk.module("core.errors").TripoError as error:
        said = str(error)
    return [whole[:2], part.shape[:2], [int(rows.sum()), int(columns.sum())], said]


def _rendered(desk: Any, folder: Path) -> Any:
    desk.window.scene.render.engine = "CYCLES"
    desk.area.spaces.active.shading.type = "RENDERED"
    yield 0.2
    desk.notes["rendered by Cycles"] = _said(desk, folder)
    desk.area.spaces.active.shading.type = "SOLID"
    yield from desk.redrawn()


def _said(desk: Any, folder: Path) -> str:
    try:
        _taken(desk, folder, size=64)
    except desk.module("core.errors").TripoError as error:
        return str(error)
    return ""


def _four_views(desk: Any, folder: Path) -> Any:
    with desk.at_viewport():
        bpy.ops.screen.region_quadview()
    yield 0.3
    yield from desk.redrawn()
    path = _taken(desk, folder, size=320)
    views = [region for region in desk.area.regions if region.type == "WINDOW"]
    desk.notes["four views"] = [len(views), len({tuple(pixel) for pixel in _pixels(path).reshape(-1, 4).tolist()}) > 3]
    _keep(desk, path, "four-views")
    with desk.at_viewport():
        bpy.ops.screen.region_quadview()
    yield 0.2


def _without_a_viewport(desk: Any, folder: Path) -> Any:
    area = desk.area
    area.type = "TEXT_EDITOR"
    yield 0.2
    desk.notes["without a viewport"] = _said(desk, folder)
    area.type = "VIEW_3D"
    yield 0.2


def _clipboard(desk: Any) -> Any:
    clipboard = desk.module("scene.capture.clipboard")
    bpy.context.window_manager.clipboard = "words"
    yield 0.2
    with unchanged():
        try:
            clipboard.paste_image(bpy.context)
            desk.notes["words on the clipboard"] = ""
        except desk.module("core.errors").TripoError as error:
            desk.notes["words on the clipboard"] = str(error)

    # What Blender's operator does where the system has images on its clipboard; the one of this screen (X11) has none.
    def pasted() -> set[str]:
        space = bpy.context.space_data
        assert bpy.context.area.type == "IMAGE_EDITOR"
        space.image = bpy.data.images.new("Clipboard", 32, 32)
        return {"FINISHED"}

    areas = [area.ui_type for area in desk.window.screen.areas]
    own = bpy.data.images.new("Own", 8, 8)
    desk.notes["pasted"] = []
    clipboard.paste = pasted
    for has_editor in (False, True):
        if has_editor:
            other = desk.window.screen.areas[0]
            other.type = "IMAGE_EDITOR"
            other.spaces.active.image = own
            areas = [area.ui_type for area in desk.window.screen.areas]
        image = clipboard.paste_image(bpy.context)
        yield from desk.redrawn()
        desk.notes["pasted"].append(
            [image.name, [area.ui_type for area in desk.window.screen.areas] == areas, own.users]
        )
        bpy.data.images.remove(image)
