"""The scene is not as simple as a new one: hidden collections, local view, overrides, parents, a turned cursor."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    yield from _SCENES[desk.order["what"]](desk)


def _hidden(desk: Any) -> Any:
    """The collection of the models cannot be seen when the second model arrives."""
    layer = desk.window.view_layer
    desk.generate()
    yield from desk.until_all_ended()
    tripo = layer.layer_collection.children["Tripo"]
    if desk.order["how"] == "excluded":
        tripo.exclude = True
    elif desk.order["how"] == "viewport":
        tripo.collection.hide_viewport = True
    elif desk.order["how"] == "layer":
        tripo.hide_viewport = True
    desk.window.scene.cursor.location = (2, 0, 0)
    desk.push_undo("Hide")
    before = desk.objects
    yield from _arrive(desk)
    main = bpy.data.objects[desk.jobs[-1].object_name]
    desk.notes["visible"] = main.visible_get()
    desk.notes["collections"] = [collection.name for collection in main.users_collection]
    desk.notes["sentence"] = desk.sentence("TRIPO_PT_jobs")
    desk.notes["clipped"] = desk.clipped()
    yield from desk.undo_and_redo(before)
    desk.notes["visible after redo"] = bpy.data.objects[desk.jobs[-1].object_name].visible_get()


def _local_view(desk: Any) -> Any:
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(size=0.8, location=(-1.2, 0, 0.4))
    desk.push_undo("Cube")
    yield from desk.press("NUMPAD_SLASH")
    yield 0.6
    space = desk.area.spaces.active
    # `visible_in_viewport_get` and `local_view_get` are False for everything in Debian's 4.3.
    desk.notes["local"] = space.local_view is not None
    before = desk.objects
    yield from _arrive(desk)
    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["seen in it"] = main.visible_get(viewport=space)
    desk.notes["camera not"] = bpy.data.objects["Camera"].visible_get(viewport=space)
    yield from desk.undo_and_redo(before)
    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["seen after redo"] = main.visible_get(viewport=space)
    desk.photograph("2-redone", whole=True)
    yield from desk.press("NUMPAD_SLASH")
    yield 0.6
    desk.notes["left"] = space.local_view is None
    desk.notes["seen afterwards"] = main.visible_get(viewport=space)
    yield from desk.redrawn()
    desk.photograph("3-left", whole=True)


def _override(desk: Any) -> Any:
    """An overridden collection is the active one."""
    file = str(Path(desk.order["folder"], "props.blend"))
    props = bpy.data.collections.new("Props")
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(location=(2, 0, 0))
    cube = desk.window.view_layer.objects.active
    cube.name = "Prop"
    props.objects.link(cube)
    bpy.data.libraries.write(file, {props})
    bpy.data.batch_remove([cube, props])
    with bpy.data.libraries.load(file, link=True) as (_there, wanted):
        wanted.collections = ["Props"]
    linked = wanted.collections[0]
    layer = desk.window.view_layer
    desk.window.scene.collection.children.link(linked)
    own = linked.override_hierarchy_create(desk.window.scene, layer)
    if linked.name in desk.window.scene.collection.children:
        desk.window.scene.collection.children.unlink(linked)
    prop = own.objects[0]
    prop.location.x = 3
    layer.objects.active = prop
    prop.select_set(True)
    layer.active_layer_collection = layer.layer_collection.children[own.name]
    desk.settings.arrival.collection = desk.order["collection"]
    desk.push_undo("Override")
    before = desk.objects
    yield from _arrive(desk)
    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["visible"] = main.visible_get()
    desk.notes["collections"] = [collection.name for collection in main.users_collection]
    desk.notes["sentence"] = desk.sentence("TRIPO_PT_jobs")
    desk.notes["active collection"] = desk.window.view_layer.active_layer_collection.name
    yield from desk.undo_and_redo(before)
    prop = next(obj for obj in bpy.data.objects if obj.name.startswith("Prop") and obj.override_library)
    desk.notes["prop"] = [prop.override_library.reference.name, round(prop.location.x, 3)]


def _cursor(desk: Any) -> Any:
    """The cursor is turned and the active object hangs on a turned and scaled parent."""
    cursor = desk.window.scene.cursor
    cursor.location, cursor.rotation_euler = (1.5, -2, 0.5), (0.7, 0.4, 1.1)
    parent = bpy.data.objects.new("Parent", None)
    parent.rotation_euler, parent.scale, parent.location = (1, 0.5, 0.2), (2, 0.5, 3), (4, 4, 4)
    desk.window.scene.collection.objects.link(parent)
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(size=0.5)
    cube = desk.window.view_layer.objects.active
    cube.parent = parent
    desk.push_undo("Cube")
    before = desk.objects
    yield from _arrive(desk)
    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["parent"] = main.parent is not None
    desk.notes["location"] = [round(part, 4) for part in main.location]
    desk.notes["rotation"] = [round(math.degrees(part), 3) for part in main.rotation_euler]
    desk.notes["scale"] = [round(part, 5) for part in main.scale]
    desk.notes["delta"] = [*main.delta_location, *main.delta_rotation_euler]
    desk.notes["base"] = base_of(main)
    desk.notes["size"] = [round(side, 3) for side in main.dimensions]
    with desk.at_viewport():
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_selected(use_all_regions=False)
    yield 0.6
    yield from desk.redrawn()
    desk.photograph("2-front", whole=True)
    yield from desk.undo_and_redo(before)


def _box(desk: Any) -> Any:
    """The model takes the place of the selected object."""
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(location=(1, 2, 1.5), scale=(1.5, 0.4, 1))
    cube = desk.window.view_layer.objects.active
    desk.settings.arrival.fit, desk.settings.arrival.replace = "box", True
    desk.push_undo("Cube")
    before = desk.objects
    desk.photograph("0-cube", whole=True)
    yield from _arrive(desk)
    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["base"], desk.notes["size"] = base_of(main), [round(side, 3) for side in main.dimensions]
    desk.notes["hidden"] = [cube.hide_get(), cube.hide_render, cube.visible_get()]
    desk.notes["selected"] = [obj.name for obj in desk.window.view_layer.objects if obj.select_get()]
    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: desk.objects == before, "one undo", 10)
    cube = bpy.data.objects["Cube"]
    desk.notes["after undo"] = [cube.hide_get(), cube.hide_render, cube.visible_get(), cube.select_get()]
    yield from desk.redrawn()
    desk.photograph("2-undone", whole=True)
    yield from desk.press("Z", ctrl=True, shift=True)
    yield from desk.until(lambda: desk.objects != before, "redo", 10)
    cube = bpy.data.objects["Cube"]
    desk.notes["after redo"] = [cube.hide_get(), cube.hide_render, cube.visible_get()]
    yield from desk.redrawn()
    desk.photograph("3-redone", whole=True)


def _select_off(desk: Any) -> Any:
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(location=(2, 0, 0))
        bpy.ops.mesh.primitive_cone_add(location=(-2, 0, 0))
    layer = desk.window.view_layer
    for name in ("Cube", "Cone"):
        bpy.data.objects[name].select_set(True)
    layer.objects.active = bpy.data.objects["Cube"]
    desk.settings.arrival.select = False
    desk.push_undo("Two")
    before = desk.objects
    yield from _arrive(desk)
    desk.notes["selected"] = [obj.name for obj in layer.objects if obj.select_get()]
    desk.notes["active"] = layer.objects.active.name
    desk.notes["active collection"] = layer.active_layer_collection.name
    yield from desk.undo_and_redo(before)
    layer = desk.window.view_layer
    desk.notes["selected after redo"] = [obj.name for obj in layer.objects if obj.select_get()]


def _arrive(desk: Any) -> Any:
    desk.generate()
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.notes["states"] = desk.states
    desk.photograph("1-arrived", whole=True)


def base_of(obj: bpy.types.Object) -> list[float]:
    """Give the middle of an object's underside, in world space."""
    corners = [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]
    low, high = (Vector([side(corner[axis] for corner in corners) for axis in range(3)]) for side in (min, max))
    return [round(part, 3) for part in ((low.x + high.x) / 2, (low.y + high.y) / 2, low.z)]


_SCENES = {
    "hidden": _hidden,
    "local view": _local_view,
    "override": _override,
    "cursor": _cursor,
    "box": _box,
    "select off": _select_off,
}
