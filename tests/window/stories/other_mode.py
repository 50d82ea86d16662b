"""The artist is in Edit Mode or sculpts when the model becomes ready: it waits outside until they are back."""

from __future__ import annotations

from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    with desk.at_sidebar():
        bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=6, location=(3, 0, 0))
        bpy.ops.object.mode_set(mode=desk.order["mode"])
        if desk.order["mode"] == "EDIT":
            bpy.ops.mesh.select_all(action="DESELECT")
            bpy.ops.mesh.select_non_manifold(extend=False)
            bpy.ops.mesh.select_random(ratio=0.4, seed=3)
    desk.push_undo("Sphere")
    own = desk.window.view_layer.objects.active
    before = _stands(desk, own)
    desk.generate()
    yield from desk.until(lambda: desk.note == "Waiting for Object Mode", "the model to wait")
    for _ in range(3):
        yield from desk.redrawn()
    yield 1.0
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    desk.photograph("1-waits", whole=True)
    desk.notes["before"], desk.notes["meanwhile"] = before, _stands(desk, own)
    desk.notes["state"] = desk.states

    # Back by the Tab key out of Edit Mode, as an artist does it; the sculptor by the menu.
    if desk.order["mode"] == "EDIT":
        yield from desk.press("TAB")
    else:
        with desk.at_sidebar():
            bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")  # True: an undo step of its own
    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.photograph("2-came-in", whole=True)
    desk.notes["came in"] = desk.states
    desk.notes["active"] = desk.window.view_layer.objects.active.name

    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: desk.jobs[0].object_name not in bpy.data.objects, "one undo to take it away", 10)
    own = bpy.data.objects["Sphere"]
    desk.notes["undone"] = _stands(desk, own) | {"mode": bpy.context.mode}


def _stands(desk: Any, own: bpy.types.Object) -> dict[str, Any]:
    """Give what the artist would miss: mode, objects, active object, selected objects, selected vertices."""
    if own.mode == "EDIT":
        own.update_from_editmode()
    return {
        "mode": bpy.context.mode,
        "objects": desk.objects,
        "active": desk.window.view_layer.objects.active.name,
        "selected": [obj.name for obj in desk.window.view_layer.objects if obj.select_get()],
        "vertices": [vertex.index for vertex in own.data.vertices if vertex.select],
    }
