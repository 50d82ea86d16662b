"""The artist clicks where the model shall stand: on a face, or not at all."""

from __future__ import annotations

import ctypes
from typing import Any

import bpy
from mathutils import Vector


def story(desk: Any) -> Any:
    yield from desk.sit_down()
    with desk.at_viewport():
        bpy.ops.mesh.primitive_cube_add(location=(-1, 0, 1))
    desk.settings.arrival.place = "mouse"
    desk.push_undo("Cube")
    before = desk.objects
    desk.notes["regions"] = [[each.type, each.x, each.y, each.width, each.height] for each in desk.area.regions]
    desk.notes["pointer at first"] = pointer()

    yield from desk.click("tripo.generate(")
    desk.notes["modal"] = _modal(desk)
    top = Vector((-1, 0, 2))
    desk.move(*desk.on_screen(top))
    yield 0.3
    desk.notes["pointer while picking"] = pointer()
    desk.photograph("1-asks", whole=True)
    desk.notes["jobs while it asks"] = desk.states

    # The view can be turned meanwhile.
    view = desk.area.spaces.active.region_3d
    turned = view.view_rotation.copy()
    x, y = desk.area.x + desk.area.width // 3, desk.area.y + desk.area.height // 2
    desk.move(x, y)
    yield 0.1
    desk.window.event_simulate(type="MIDDLEMOUSE", value="PRESS", x=x, y=y)
    yield 0.1
    for part in range(1, 6):
        desk.move(x + 12 * part, y - 4 * part)
        yield 0.05
    desk.window.event_simulate(type="MIDDLEMOUSE", value="RELEASE", x=x + 60, y=y - 20)
    yield 0.3
    desk.notes["turned"] = round(turned.rotation_difference(view.view_rotation).angle, 3)
    desk.notes["modal after the turn"] = _modal(desk)
    distance = view.view_distance
    desk.window.event_simulate(type="WHEELUPMOUSE", value="PRESS", x=x, y=y)
    yield 0.3
    desk.notes["zoomed"] = view.view_distance != distance
    yield 0.3
    desk.photograph("2-turned", whole=True)

    yield from desk.click_at(desk.sidebar.x + desk.sidebar.width // 2, desk.sidebar.y + 60)
    yield 0.5
    desk.notes["modal after the sidebar"] = _modal(desk)
    desk.notes["jobs after the sidebar"] = desk.states
    desk.photograph("3-refused", whole=True)

    yield from desk.click_at(*desk.on_screen(top))
    yield from desk.until(lambda: desk.jobs, "the click to start a job", 10)
    desk.notes["modal after the click"] = _modal(desk)
    desk.notes["spot"] = [round(part, 3) for part in desk.jobs[0].spot.point]
    desk.notes["cube still selected"] = bpy.data.objects["Cube"].select_get()
    yield 0.2
    desk.notes["pointer after"] = pointer()
    yield from desk.until_all_ended()
    yield from desk.leave()
    yield from desk.redrawn()
    desk.photograph("4-arrived", whole=True)
    desk.notes["location"] = [round(part, 3) for part in bpy.data.objects[desk.jobs[0].object_name].location]
    yield from desk.undo_and_redo(before)

    for key in ("ESC", "RIGHTMOUSE"):
        yield from desk.click("tripo.generate(")
        asked = _modal(desk)
        yield from desk.press(key)
        yield 0.2
        desk.notes[key] = [asked, _modal(desk), len(desk.jobs)]
    yield from desk.redrawn()
    desk.photograph("5-cancelled", whole=True)

    # Beside every face: on the floor.
    yield from desk.click("tripo.generate(")
    yield from desk.click_at(*desk.on_screen(Vector((1.5, -1.0, 0))))
    yield from desk.until(lambda: len(desk.jobs) == 2, "the click to start a job", 10)
    desk.notes["floor"] = [round(part, 1) for part in desk.jobs[1].spot.point]
    yield from desk.until_all_ended()
    yield from desk.redrawn()
    desk.photograph("6-floor", whole=True)

    # An object that a local view leaves out is clicked through.
    with desk.at_viewport():
        bpy.ops.mesh.primitive_plane_add(size=12)
    desk.push_undo("Plane")
    yield from desk.press("NUMPAD_SLASH")
    yield 0.6
    desk.photograph("7-local", whole=True)
    yield from desk.click("tripo.generate(")
    yield from desk.click_at(*desk.on_screen(top))
    yield from desk.until(lambda: len(desk.jobs) == 3, "the click to start a job", 10)
    desk.notes["in local view"] = round(desk.jobs[2].spot.point[2], 3)
    yield from desk.until_all_ended()

    # Alt and the left button turn the view in some keymaps, and the keys of the number pad in all.
    yield from desk.click("tripo.generate(")
    x, y = desk.on_screen(Vector((1, 1, 0)))
    desk.move(x, y)
    yield 0.1
    for value in ("PRESS", "RELEASE"):
        desk.window.event_simulate(type="LEFTMOUSE", value=value, x=x, y=y, alt=True)
        yield 0.1
    view = desk.area.spaces.active.region_3d
    yield from desk.press("NUMPAD_7")
    yield 0.6
    desk.notes["from above"] = [round(part, 3) for part in view.view_rotation]
    desk.notes["modal after turning"] = _modal(desk)
    desk.notes["jobs after turning"] = len(desk.jobs)
    yield from desk.press("ESC")


def _modal(desk: Any) -> bool:
    return any(operator.bl_idname == "TRIPO_OT_generate" for operator in desk.window.modal_operators)


class _CursorImage(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_short) for name in ("x", "y")),
        *((name, ctypes.c_ushort) for name in ("width", "height", "xhot", "yhot")),
        ("serial", ctypes.c_ulong),
        ("pixels", ctypes.POINTER(ctypes.c_ulong)),
        ("atom", ctypes.c_ulong),
        ("name", ctypes.c_char_p),
    )


def pointer() -> list[Any]:
    """Give what the mouse pointer looks like, which no photograph shows; nothing where X does not tell."""
    try:
        x11, fixes = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXfixes.so.3")
    except OSError:
        return []
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    fixes.XFixesGetCursorImage.restype = ctypes.POINTER(_CursorImage)
    fixes.XFixesGetCursorImage.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return []
    image = fixes.XFixesGetCursorImage(display).contents
    pixels = [image.pixels[number] & 0xFFFFFFFF for number in range(image.width * image.height)]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay(display)
    rows = [pixels[start : start + image.width] for start in range(0, len(pixels), image.width)]
    return ["".join("#" if pixel >> 24 > 127 else "." for pixel in row) for row in rows]
