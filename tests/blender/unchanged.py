"""Proves that the artist's file, settings and last render are as before."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

_VOLATILE = {
    "rna_type",
    "depsgraph",
    # Filled in when it is first looked at.
    "storage_type",
    "linear_colorspace_settings",
    # How far an evaluation is, and whether pixels are in memory: a render by Cycles in the background frees them all.
    "is_evaluated",
    "has_data",
    # Until Blender counts anew, when the file is saved, a linked material that ever had a local user is a direct one.
    "is_library_indirect",
    # Unknown until the compositor first looks for a graphics card.
    "gpu_preferred_device",
    # Of hair curves: memory that nothing was written to.
    "normals",
    # Crashes 4.2 where UV sculpting has no brushes.
    "uv_sculpt",
}
_MOST = 5_000  # items of a collection that are looked at one by one


def everything() -> dict[str, Any]:
    """Give every datablock by kind and name, its users and all its values; what is chosen; and the preferences."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of properties that are to go
        return _everything()


def _everything() -> dict[str, Any]:
    bpy.context.view_layer.update()  # what was changed before is not evaluated by what is proven
    found: dict[str, Any] = {}
    for kind in bpy.data.bl_rna.properties:
        if kind.type != "COLLECTION" or kind.identifier in ("all_ids", "window_managers", "screens", "workspaces"):
            continue
        blocks = getattr(bpy.data, kind.identifier)
        found[kind.identifier] = [(block.name_full, block.session_uid) for block in blocks]
        for block in blocks:
            found |= _values(block, f"{kind.identifier}[{block.name_full}]")
    context, view = bpy.context, bpy.context.view_layer
    found["context"] = (
        context.scene.name,
        view.name,
        context.mode,
        view.objects.active and view.objects.active.name,
        sorted(obj.name for obj in context.selected_objects),
        [
            (window.scene.name, window.view_layer.name, [area.ui_type for area in window.screen.areas])
            for window in context.window_manager.windows
        ],
    )
    found["dirty"] = (bpy.data.is_dirty, context.preferences.is_dirty)
    for name in ("view", "system", "edit", "filepaths", "inputs"):
        found |= _values(getattr(context.preferences, name), name)
    found["addons"] = sorted(context.preferences.addons.keys())
    found["handlers"] = {
        name: list(handlers)
        for name in dir(bpy.app.handlers)
        if isinstance(handlers := getattr(bpy.app.handlers, name), list)
    }
    return found


@contextmanager
def unchanged() -> Iterator[None]:
    """What happens inside leaves everything as it was, the artist's renders included."""
    before, renders = everything(), rendered()
    yield
    after = everything()
    differences = [
        f"{name}: {before.get(name)} -> {after.get(name)}"
        for name in before | after
        if before.get(name) != after.get(name)
    ]
    assert not differences, differences
    assert rendered() == renders


def rendered() -> dict[tuple[str, str, int], bytes]:
    """Give what each slot of each image shows as the render of each scene, as PNG files."""
    found = {}
    for image in [image for image in bpy.data.images if image.type == "RENDER_RESULT"]:
        shown = image.render_slots.active_index
        for slot in range(len(image.render_slots)):
            image.render_slots.active_index = slot
            for scene in bpy.data.scenes:
                if data := _saved(image, scene):
                    found[image.name, scene.name, slot] = data
        image.render_slots.active_index = shown
    return found


def _saved(image: bpy.types.Image, scene: bpy.types.Scene) -> bytes:
    path = Path(os.environ["BLENDER_USER_RESOURCES"], "render.png")
    path.unlink(missing_ok=True)
    try:
        image.save_render(str(path), scene=scene)
    except RuntimeError:  # nothing was rendered
        return b""
    return path.read_bytes()


def _values(part: Any, path: str, above: frozenset[tuple[int, str]] = frozenset()) -> dict[str, Any]:
    """Give every value below a part of the data by its path, down to other datablocks, which count by name."""
    key = (part.as_pointer(), part.bl_rna.identifier)
    if key in above:
        return {}
    found: dict[str, Any] = {}
    for name, entry in part.bl_rna.properties.items():
        if name in _VOLATILE:
            continue
        try:
            value = getattr(part, name)
        except (AttributeError, RuntimeError, TypeError, ValueError):
            continue
        at = f"{path}.{name}"
        if entry.type == "POINTER":
            below = {at: value}
        elif name == "users" and part.id_type == "IMAGE" and part.type == "RENDER_RESULT":
            continue  # Blender begins with one, and comes to none where it counts anew
        elif entry.type == "COLLECTION":
            below = {f"{at}[{number}]": item for number, item in enumerate(value[:_MOST])} | {
                f"{at}.length": len(value)
            }
        else:
            below = {at: tuple(value) if getattr(entry, "is_array", False) else value}
        for at, each in below.items():
            if isinstance(each, bpy.types.ID) and (entry.type == "COLLECTION" or not each.is_embedded_data):
                found[at] = each.name_full
            elif isinstance(each, bpy.types.bpy_struct):
                found |= _values(each, at, above | {key})
            else:
                found[at] = repr(each)
    return found
