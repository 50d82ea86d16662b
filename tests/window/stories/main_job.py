"""A model by hand: pick an image, click the button, watch the bar, look at the model, undo, redo."""

from __future__ import annotations

from typing import Any

import bpy


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    desk.settings.quad, desk.settings.texture = desk.order["quad"], desk.order["texture"]
    desk.push_undo("Settings")
    yield from desk.redrawn()
    desk.notes["at first"] = desk.objects
    desk.photograph("1-picked")
    yield from desk.click("tripo.generate(")
    yield from desk.leave()
    yield from desk.until(lambda: desk.jobs, "a job to start", 10)

    seen: list[float] = []
    bars: list[str] = []
    while not desk.jobs[0].final:
        if not seen or desk.jobs[0].percent >= seen[-1] + 12:
            seen.append(desk.jobs[0].percent)
            yield from desk.redrawn()
            bars += [text for text in desk.words("TRIPO_PT_jobs") if "%" in text or "ueue" in text]
            desk.photograph(f"2-progress-{len(seen)}")
        yield 0.05
    desk.notes["percents"], desk.notes["bars"] = seen, bars
    desk.notes["states"] = desk.states
    yield from desk.redrawn()
    desk.notes["words"] = desk.words("TRIPO_PT_jobs")

    main = bpy.data.objects[desk.jobs[0].object_name]
    desk.notes["arrived"] = [name for name in desk.objects if name not in desk.notes["at first"]]
    desk.notes["selected"] = [obj.name for obj in desk.window.view_layer.objects if obj.select_get()]
    desk.notes["active"] = desk.window.view_layer.objects.active.name
    desk.notes["corners"] = sorted({len(polygon.vertices) for polygon in main.data.polygons})
    desk.notes["faces"] = len(main.data.polygons)
    nodes = [node for slot in main.material_slots if slot.material for node in slot.material.node_tree.nodes]
    desk.notes["pictures"] = sorted(node.image.name for node in nodes if node.type == "TEX_IMAGE" and node.image)
    desk.photograph("3-arrived", whole=True)
    if desk.order["texture"]:
        yield from _look_closely(desk)

    yield from desk.press("Z", ctrl=True)
    yield from desk.until(lambda: desk.objects == desk.notes["at first"], "one Ctrl Z to take the model away", 10)
    desk.notes["picture kept"] = desk.settings.image is not None and desk.settings.face_limit == 2000
    yield from desk.redrawn()
    desk.photograph("5-undone", whole=True)
    yield from desk.press("Z", ctrl=True, shift=True)
    yield from desk.until(lambda: desk.objects != desk.notes["at first"], "Ctrl Shift Z to bring it back", 10)
    desk.notes["brought back"] = [name for name in desk.objects if name not in desk.notes["at first"]]


def _look_closely(desk: Any) -> Any:
    """Frame the model and photograph it with its texture; Material Preview takes a minute in software OpenGL."""
    region = next(region for region in desk.area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=desk.window, area=desk.area, region=region):
        bpy.ops.view3d.view_selected(use_all_regions=False)
    desk.area.spaces.active.shading.color_type = "TEXTURE"
    yield 0.5  # the view glides there
    yield from desk.redrawn()
    desk.photograph("4-textured", whole=True)
    desk.area.spaces.active.shading.color_type = "MATERIAL"
