"""Puts a prepared model into the scene: its place, its collection, its visibility, the selection."""

import contextlib
import re
from collections.abc import Iterator, Sequence

import bpy
from mathutils import Vector

from ..converter.prepared import PreparedModel
from ..core.job import Job
from ..core.sentences.text import Text, text
from . import variations

COLLECTION = "Tripo"
_GAP = 0.2  # of a model's width, between two of a row


def put(prepared: PreparedModel, job: Job, context: bpy.types.Context) -> tuple[Text | None, float]:
    """Put a model where its job says.

    Return a text where something is not as it was asked for, and how far to the right a row has moved it, in scene
    units.
    """
    collection, remark = _collection(context, job)
    _move(prepared.objects, collection)
    context.view_layer.update()
    shift = _room_taken(job, prepared, context)
    point = Vector(job.spot.point) + Vector((shift, 0, 0))
    for root in prepared.roots:
        root.location += point
    context.view_layer.update()
    _show(prepared.objects, context)
    if job.spot.replaced and not _hide(job.spot.replaced, context):
        remark = remark or text("scene.nothing_to_replace", name=job.spot.replaced)
    if job.arrival.select:
        select(prepared.objects, prepared.main, context)
    return remark, shift


def _room_taken(job: Job, prepared: PreparedModel, context: bpy.types.Context) -> float:
    """Return how far to the right the next one of a group stands, so that they stand in a row; scene units."""
    others = variations.of_group(context.scene, job.group) if job.group else []
    right = [side for obj in others if obj not in prepared.objects and (side := _sides(obj)) is not None]
    own = [side for obj in prepared.objects if (side := _sides(obj)) is not None]
    if not right or not own:
        return 0.0
    low, high = min(side[0] for side in own), max(side[1] for side in own)
    return max(side[1] for side in right) - job.spot.point[0] - low + (high - low) * _GAP


def _sides(obj: bpy.types.Object) -> tuple[float, float] | None:
    """Return where an object begins and ends along X, in world space; None for one without extent."""
    if obj.type != "MESH":
        return None
    sides = [(obj.matrix_world @ Vector(corner)).x for corner in obj.bound_box]
    return min(sides), max(sides)


def _collection(context: bpy.types.Context, job: Job) -> tuple[bpy.types.Collection, Text | None]:
    """Give the collection for a model: one that can be seen and changed, made where it is missing."""
    scene, layer = context.scene, context.view_layer
    if job.arrival.collection == "active":
        active = layer.active_layer_collection
        wanted = active.collection if active else scene.collection
    else:
        wanted = _own(scene) or _new(COLLECTION, scene.collection)
    if not (_visible(layer.layer_collection, wanted) and wanted.is_editable and wanted.override_library is None):
        where = scene.collection
        return where, text("scene.collection_hidden", wanted=wanted.name, used=where.name)
    if job.arrival.collection == "own":
        return _new(job.name, wanted), None
    return wanted, None


def _move(objects: list[bpy.types.Object], wanted: bpy.types.Collection) -> None:
    """Have objects in this collection and in no other.

    Each collection is gone through once: to ask every object where it is takes 5 s for 5,000 of them.
    """
    moved, there = set(objects), set(wanted.objects)
    for obj in objects:
        if obj not in there:
            wanted.objects.link(obj)
    for other in [*bpy.data.collections, *(scene.collection for scene in bpy.data.scenes)]:
        if other != wanted:
            for obj in moved.intersection(other.objects):
                other.objects.unlink(obj)


def _own(scene: bpy.types.Scene) -> bpy.types.Collection | None:
    """Give the scene's collection for models, if there is one of this file."""
    for collection in scene.collection.children_recursive:
        if re.fullmatch(rf"{COLLECTION}(\.\d+)?", collection.name) and collection.library is None:  # each scene's own
            return collection  # type: ignore[no-any-return]
    return None


def _new(name: str, parent: bpy.types.Collection) -> bpy.types.Collection:
    collection = bpy.data.collections.new(name)
    parent.children.link(collection)
    return collection


def _visible(layer: bpy.types.LayerCollection, wanted: bpy.types.Collection) -> bool:
    """Whether objects of a collection can be seen in the viewport."""
    if layer.collection == wanted:
        return layer.is_visible and not layer.exclude
    return any(_visible(child, wanted) for child in layer.children)


def _show(objects: list[bpy.types.Object], context: bpy.types.Context) -> None:
    """Have a model take part in the local views that are open, as anything newly added does."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            space = area.spaces.active
            if isinstance(space, bpy.types.SpaceView3D) and space.local_view is not None:
                for obj in objects:
                    obj.local_view_set(space, True)


def _hide(name: str, context: bpy.types.Context) -> bool:
    """Hide an object, in the viewport and in renders; False where it is not in the scene."""
    obj = context.view_layer.objects.get(name)
    if obj is None:
        return False
    obj.hide_set(True)
    obj.hide_render = True
    return True


def select(objects: list[bpy.types.Object], active: bpy.types.Object | None, context: bpy.types.Context) -> None:
    """Select these objects and no others."""
    context.view_layer.update()  # what was removed a moment ago is still listed before, as None
    selected = set(objects)
    for obj in context.view_layer.objects:
        obj.select_set(obj in selected)
    context.view_layer.objects.active = active


@contextlib.contextmanager
def selected(
    objects: Sequence[bpy.types.Object], active: bpy.types.Object, context: bpy.types.Context
) -> Iterator[None]:
    """Have just these objects selected for a while, whatever the artist has selected."""
    before = list(context.view_layer.objects.selected), context.view_layer.objects.active
    select(list(objects), active, context)
    try:
        yield
    finally:
        select(*before, context)
