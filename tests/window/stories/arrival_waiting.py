"""The model becomes ready while Blender cannot take it: it waits, says what for, and comes in by itself afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    yield from _WAITS[desk.order["what"]](desk)


def _in_mode(desk: Any) -> Any:
    mode = desk.order["mode"]
    with desk.at_viewport():
        if mode == "POSE":
            bpy.ops.object.armature_add(location=(3, 0, 0))
        else:
            bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=6, location=(3, 0, 0))
        own = desk.window.view_layer.objects.active
        own.name = "Mine"
        bpy.ops.object.mode_set(mode=mode)
    desk.push_undo("Mine")
    before = _stands(desk)
    desk.generate()
    yield from _waits(desk, "Waiting for Object Mode")
    desk.notes["before"], desk.notes["meanwhile"] = before, _stands(desk)
    with desk.at_viewport():
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")  # True: an undo step of its own
    yield from _comes_in(desk, before["objects"])
    desk.notes["after redo"] = bpy.context.mode


def _transform(desk: Any) -> Any:
    """The artist moves an object by G while the model becomes ready, and drops it by a click."""
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(location=(3, 0, 0))
    desk.window.view_layer.objects.active.name = "Mine"
    desk.push_undo("Mine")
    before = desk.objects
    desk.generate()
    yield from desk.until_generating()
    yield from desk.press("G")
    x, y = desk.area.x + desk.area.width // 3, desk.area.y + desk.area.height // 2
    desk.move(x + 60, y + 40)
    yield from _waits(desk, "Waiting for the tool to finish", words=False)
    desk.notes["modal"] = [operator.bl_idname for operator in desk.window.modal_operators]
    yield from desk.click_at(x + 80, y + 60)
    yield from desk.until_all_ended()
    desk.notes["moved"] = list(bpy.data.objects["Mine"].location)
    yield from _comes_in(desk, before)
    desk.notes["moved after redo"] = list(bpy.data.objects["Mine"].location)


def _render(desk: Any) -> Any:
    scene = desk.window.scene
    with desk.at_viewport():
        bpy.ops.mesh.primitive_monkey_add()
    scene.render.engine, scene.cycles.use_denoising = "CYCLES", False
    scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.time_limit = 100_000, False, 12
    scene.render.resolution_x, scene.render.resolution_y, scene.render.threads_mode = 320, 240, "FIXED"
    scene.render.threads = 1
    bpy.context.preferences.view.render_display_type = desk.order["display"]
    desk.push_undo("Monkey")
    before = desk.objects
    desk.generate()
    yield from desk.until_generating()
    with desk.at_viewport():
        desk.notes["render"] = list(bpy.ops.render.render("INVOKE_DEFAULT"))
    yield from _waits(desk, "Waiting for the render to finish", words=desk.order["display"] == "NONE")
    desk.notes["rendering"] = bpy.app.is_job_running("RENDER")
    yield from desk.until(lambda: not bpy.app.is_job_running("RENDER"), "the render to end", 60)
    yield from _comes_in(desk, before)


def _bake(desk: Any) -> Any:
    """Cycles bakes into an image for some seconds, which is a job beside the artist too."""
    scene = desk.window.scene
    with desk.at_viewport():
        bpy.ops.mesh.primitive_monkey_add()
    own = desk.window.view_layer.objects.active
    own.name = "Mine"
    with desk.at_viewport():
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project()
        bpy.ops.object.mode_set(mode="OBJECT")
    material = bpy.data.materials.new("Baked")
    material.use_nodes = True
    own.data.materials.append(material)
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.new("Baked", 256, 256)
    material.node_tree.nodes.active = node
    scene.render.engine, scene.cycles.samples, scene.cycles.use_adaptive_sampling = "CYCLES", 120, False
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.cycles.use_denoising = False
    desk.push_undo("Monkey")
    before = desk.objects
    desk.generate()
    yield from desk.until_generating()
    with desk.at_viewport():
        desk.notes["bake"] = list(bpy.ops.object.bake("INVOKE_DEFAULT", type="COMBINED"))
    desk.notes["baking at first"] = bpy.app.is_job_running("OBJECT_BAKE")
    while bpy.app.is_job_running("OBJECT_BAKE"):
        if desk.jobs[0].state == "ready":
            desk.notes["note"] = desk.note
        desk.notes["states while baking"] = desk.states
        yield 0.1
    yield from _comes_in(desk, before)
    desk.notes["baked"] = max(bpy.data.images["Baked"].pixels[:3])


def _linked(desk: Any) -> Any:
    """The window shows a scene that is linked from another file."""
    file = str(Path(desk.order["folder"], "set.blend"))
    other = bpy.data.scenes.new("Set")
    stage = bpy.data.objects.new("Stage", bpy.data.meshes.new("Stage"))
    other.collection.objects.link(stage)
    bpy.ops.wm.save_as_mainfile(filepath=file, copy=True)  # 5.2 crashes when `libraries.write` is given a new scene
    bpy.data.scenes.remove(other)
    bpy.data.objects.remove(stage)
    with bpy.data.libraries.load(file, link=True) as (_there, wanted):
        wanted.scenes = ["Set"]
    own = desk.window.scene
    desk.push_undo("Linked")
    before = desk.objects
    desk.generate()
    yield from desk.until_generating()
    desk.window.scene = bpy.data.scenes["Set"]
    desk.notes["editable"] = desk.window.scene.is_editable
    yield from desk.open_sidebar()
    yield from _waits(desk, "Waiting for a scene that is not linked")
    desk.window.scene = own
    desk.push_undo("Scene")
    yield from _comes_in(desk, before)
    desk.notes["in scene"] = desk.jobs[0].object_name in desk.window.scene.objects
    desk.notes["linked scene"] = bpy.data.scenes["Set"].objects.keys()


def _playing(desk: Any) -> Any:
    """The animation plays; a model comes in all the same."""
    cube = bpy.data.objects["Light"]
    cube.keyframe_insert("location", frame=1)
    desk.push_undo("Key")
    before = desk.objects
    desk.generate()
    yield from desk.until_generating()
    with desk.at_viewport():
        bpy.ops.screen.animation_play()
    yield from desk.until_all_ended()
    desk.notes["playing"] = desk.window.screen.is_animation_playing
    frame = desk.window.scene.frame_current
    yield from desk.until(lambda: desk.window.scene.frame_current != frame, "the animation to go on", 10)
    with desk.at_viewport():
        bpy.ops.screen.animation_cancel()
    yield from _comes_in(desk, before)


def _waits(desk: Any, sentence: str, *, words: bool = True) -> Any:
    yield from desk.until(lambda: desk.note == sentence, f"the model to wait: {sentence}")
    if words:
        yield from desk.redrawn()
        desk.notes["words"] = desk.words("TRIPO_PT_jobs")
    yield 0.5
    desk.notes["state"] = desk.states
    desk.photograph("1-waits", whole=True)


def _comes_in(desk: Any, before: list[str]) -> Any:
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("2-came-in", whole=True)
    desk.notes["came in"] = desk.states
    desk.notes["active"] = desk.window.view_layer.objects.active.name
    yield from desk.undo_and_redo(before)
    yield from desk.redrawn()
    desk.photograph("3-redone", whole=True)


def _stands(desk: Any) -> dict[str, Any]:
    """Give what the artist would miss: mode, objects, active object, selected objects."""
    layer = desk.window.view_layer
    return {
        "mode": bpy.context.mode,
        "objects": desk.objects,
        "active": layer.objects.active.name,
        "selected": [obj.name for obj in layer.objects if obj.select_get()],
    }


_WAITS = {
    "mode": _in_mode,
    "transform": _transform,
    "render": _render,
    "bake": _bake,
    "linked": _linked,
    "playing": _playing,
}
