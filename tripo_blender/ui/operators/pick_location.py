"""Has an artist click the place in a viewport where a model shall stand."""

from typing import TYPE_CHECKING, Any

import bpy
from bpy_extras import view3d_utils
from mathutils import Vector
from mathutils.geometry import intersect_line_plane

from ...core.sentences.text import text
from ..shown import shown

if TYPE_CHECKING:
    from bpy._typing.rna_enums import OperatorReturnItems

_NAVIGATION = ("MIDDLEMOUSE", "WHEELUPMOUSE", "WHEELDOWNMOUSE", "TRACKPADPAN", "TRACKPADZOOM", "NDOF_MOTION")
_MOST_UNSEEN = 100  # faces of objects that this viewport does not show, before a ray is given up
_BEHIND = 1e-3  # scene units
_CORNER = (100, 240)  # px at scale 1, wide and high: the axes and the icons below them, measured in 4.3 and 5.2


class PicksPlace:
    """An operator that asks for a click in a viewport: `pick` to begin, `picked` is called with the point."""

    if TYPE_CHECKING:
        report: Any

    def picked(self, context: bpy.types.Context, point: Vector) -> "set[OperatorReturnItems]":
        """Go on with the point in world space that was clicked."""
        raise NotImplementedError

    def pick(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Ask for the click; what `invoke` gives back."""
        context.window.cursor_modal_set("CROSSHAIR")
        context.workspace.status_text_set("Click where the model should stand    Esc: Cancel")
        context.window_manager.modal_handler_add(self)  # type: ignore[arg-type]
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> "set[OperatorReturnItems]":
        """Wait for the click; the view can be turned meanwhile."""
        if event.type in ("ESC", "RIGHTMOUSE"):
            self.cancel(context)
            return {"CANCELLED"}
        if _navigates(event) or _on_gizmo(context, event.mouse_x, event.mouse_y):
            return {"PASS_THROUGH"}
        if event.type != "LEFTMOUSE" or event.value != "PRESS":
            return {"RUNNING_MODAL"}
        point = under_mouse(context, event.mouse_x, event.mouse_y)
        if point is None:
            self.report({"INFO"}, shown(text("panel.click_viewport")))
            return {"RUNNING_MODAL"}
        self.cancel(context)
        return self.picked(context, point)

    def cancel(self, context: bpy.types.Context) -> None:
        """Give mouse and status bar back; Blender calls it too when it ends the operator itself."""
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)


def under_mouse(context: bpy.types.Context, x: int, y: int) -> Vector | None:
    """Give the point under the mouse (px in the window): on a face, else on the floor; None outside the viewports."""
    for area in context.window.screen.areas:
        if area.type != "VIEW_3D" or _covered(area, x, y):
            continue
        for region in area.regions:
            if region.type == "WINDOW" and _inside(region, x, y):
                return _hit(context, area.spaces.active, region, (x - region.x, y - region.y))
    return None


def _on_gizmo(context: bpy.types.Context, x: int, y: int) -> bool:
    """Whether the mouse is at the axes and icons in a viewport's corner, by which the view is turned."""
    scale = context.preferences.system.ui_scale
    for area in context.window.screen.areas:
        space = area.spaces.active
        if not isinstance(space, bpy.types.SpaceView3D) or not (space.show_gizmo and space.show_gizmo_navigate):
            continue
        over = [region for region in area.regions if region.type in ("UI", "HEADER", "TOOL_HEADER")]
        right = min(
            (region.x for region in over if region.type == "UI" and region.width > 1), default=area.x + area.width
        )
        top = min(
            (region.y for region in over if region.type != "UI" and region.y > area.y), default=area.y + area.height
        )
        if right - _CORNER[0] * scale < x < right and top - _CORNER[1] * scale < y < top:
            return True
    return False


def _inside(region: bpy.types.Region, x: int, y: int) -> bool:
    return region.x <= x < region.x + region.width and region.y <= y < region.y + region.height


def _covered(area: bpy.types.Area, x: int, y: int) -> bool:
    """Whether a sidebar or header lies over the viewport there."""
    return any(_inside(region, x, y) for region in area.regions if region.type != "WINDOW" and region.width > 1)


def _navigates(event: bpy.types.Event) -> bool:
    """Whether an event turns the view, be it with the middle mouse button that Alt or the OS key stands for."""
    if event.type == "LEFTMOUSE":
        return event.alt or event.oskey
    return event.type in _NAVIGATION or event.type.startswith("NUMPAD_")


def _hit(
    context: bpy.types.Context, space: bpy.types.Space | None, region: bpy.types.Region, place: tuple[int, int]
) -> Vector:
    assert isinstance(space, bpy.types.SpaceView3D)
    view = region.data
    origin = view3d_utils.region_2d_to_origin_3d(region, view, place)
    direction = view3d_utils.region_2d_to_vector_3d(region, view, place)
    depsgraph, start = context.evaluated_depsgraph_get(), origin
    for _ in range(_MOST_UNSEEN):
        hit, point, _normal, _index, obj, _matrix = context.scene.ray_cast(depsgraph, start, direction)
        if not hit:
            break
        # What a local view leaves out is hit too; what only an instance shows is in no view layer.
        if obj.name not in context.view_layer.objects or obj.visible_get(viewport=space):
            return point
        start = point + direction * _BEHIND
    floor = intersect_line_plane(origin, origin + direction, Vector(), Vector((0, 0, 1)))
    if floor is not None and (floor - origin).dot(direction) > 0:
        return floor
    return view3d_utils.region_2d_to_location_3d(region, view, place, context.scene.cursor.location)
