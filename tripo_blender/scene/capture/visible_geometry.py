"""Copies what is seen of an object and its children: evaluated as in the viewport, with their materials."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
from mathutils import Matrix, Vector

from ...core.errors import Kind, TripoError
from ...core.sentences.text import text

NAME = "Tripo Turntable"  # of all that is there for the while

# Measured in 5.2.3 on two cores, for one image of 1024 px: 20,000 and 1 million triangles take about as long, 4 million
# 1 s more and 2.0 GB, 10 million 4 s more and 4.7 GB. An instance costs no more triangles.
MOST_TRIANGLES = 4_000_000
# Instances and objects: to make, render and remove 5,000 takes 1.7 s, 10,000 take 6 s.
MOST_PARTS = 5_000

_FLAT = 1e-4  # of the longest extent: a card of 1 mm in 1 m is not flat


@dataclass(frozen=True)
class VisibleGeometry:
    """Objects of ours, in no scene, and the box around them in world space."""

    objects: list[bpy.types.Object]
    low: Vector
    high: Vector


@contextmanager
def copied(obj: bpy.types.Object, context: bpy.types.Context) -> Iterator[VisibleGeometry]:
    """Give copies of what is seen of an object and its children, which are gone at the end.

    That is each mesh, curve, surface, text and metaball, and their instances, that neither the viewport nor renders
    hide, as they are at this moment, in Edit Mode too; and hair curves, which Blender evaluates anew. They are copies,
    as an object that is linked to another scene is evaluated again for it: rigid bodies are where they began, what Edit
    Mode changed is missing, and how many faces the modifiers make is known only when it is too late.

    Raises `TripoError` of kind picture with a sentence where there is nothing to see, or too much.
    """
    _check(obj, context)
    copies = _Copies(obj, _shown_in_renders(obj, context.view_layer.layer_collection))
    try:
        for instance in context.evaluated_depsgraph_get().object_instances:
            copies.add(instance)
        yield VisibleGeometry(copies.objects, *_bounds(obj, copies))
    finally:
        bpy.data.batch_remove(copies.blocks)


class _Copies:
    """What was copied of an object and its children so far."""

    def __init__(self, obj: bpy.types.Object, family: set[bpy.types.Object]) -> None:
        self.objects: list[bpy.types.Object] = []
        self.blocks: list[bpy.types.ID] = []  # to be removed
        self.places: dict[bpy.types.Mesh, list[Matrix]] = {}
        self.boxes: list[tuple[Matrix, list[Vector]]] = []  # of what has no mesh
        self._name, self._family = obj.name, family
        self._meshes: dict[tuple[int, ...], bpy.types.Mesh | None] = {}
        self._triangles = 0

    def add(self, instance: bpy.types.DepsgraphObjectInstance) -> None:
        """Copy what Blender shows at one place, if it is the object's or its children's."""
        source = instance.object
        owner = (instance.parent if instance.is_instance else source).original
        if owner not in self._family or not (instance.is_instance or instance.show_self):
            return
        place = instance.matrix_world.copy()
        if source.type == "MESH":  # curves, texts and metaballs come as instances of the meshes they are shown as
            mesh = self._mesh(source)
            if mesh is not None:
                self._put(bpy.data.objects.new(NAME, mesh), owner, place)
                self.places.setdefault(mesh, []).append(place)
        elif source.type == "CURVES" and not instance.is_instance:
            self.boxes.append((place, [Vector(corner) for corner in source.bound_box]))
            self._put(owner.copy(), owner, place)

    def _put(self, copy: bpy.types.Object, owner: bpy.types.Object, place: Matrix) -> None:
        """Put a copy where its original is seen, with what materials may ask an object for."""
        self.blocks.append(copy)
        self.objects.append(copy)
        copy.name = NAME
        copy.parent = None
        copy.constraints.clear()
        copy.animation_data_clear()
        copy.matrix_world = place
        copy.color, copy.pass_index = owner.color, owner.pass_index
        if len(self.objects) > MOST_PARTS:
            raise TripoError(
                Kind.PICTURE,
                text("turntable.too_many_parts", name=repr(self._name), most=MOST_PARTS),
            )

    def _mesh(self, source: bpy.types.Object) -> bpy.types.Mesh | None:
        """Return a mesh of ours for an evaluated object, one for all its instances; None where it has no faces."""
        chosen = [slot.material for slot in source.material_slots if slot.link == "OBJECT"]
        assert source.data is not None
        key = (source.data.as_pointer(), *(material.as_pointer() if material else 0 for material in chosen))
        if key not in self._meshes:
            self._meshes[key] = self._new_mesh(source)
        return self._meshes[key]

    def _new_mesh(self, source: bpy.types.Object) -> bpy.types.Mesh | None:
        mesh = bpy.data.meshes.new_from_object(source)
        self.blocks.append(mesh)
        if not mesh.polygons:
            return None
        mesh.name = NAME
        for index, slot in enumerate(source.material_slots):
            if slot.link == "OBJECT":
                while len(mesh.materials) <= index:
                    mesh.materials.append(None)
                mesh.materials[index] = slot.material and slot.material.original
        self._triangles += len(mesh.loops) - 2 * len(mesh.polygons)
        if self._triangles > MOST_TRIANGLES:
            raise TripoError(
                Kind.PICTURE,
                text("turntable.too_many_triangles", name=repr(self._name), most=MOST_TRIANGLES),
            )
        return mesh


def _check(obj: bpy.types.Object, context: bpy.types.Context) -> None:
    context.view_layer.update()  # what was linked to it just now is not in it yet
    if not obj.visible_get(view_layer=context.view_layer):
        if obj not in set(context.view_layer.objects):
            raise TripoError(Kind.PICTURE, text("turntable.not_in_layer", name=repr(obj.name)))
        raise TripoError(Kind.PICTURE, text("turntable.hidden", name=repr(obj.name)))
    if obj not in _shown_in_renders(obj, context.view_layer.layer_collection):
        raise TripoError(Kind.PICTURE, text("turntable.hidden_in_renders", name=repr(obj.name)))
    if context.mode == "SCULPT":  # the mesh has not all of it before the mode is left
        raise TripoError(Kind.PICTURE, text("turntable.sculpt_mode"))


def _shown_in_renders(obj: bpy.types.Object, layer: bpy.types.LayerCollection) -> set[bpy.types.Object]:
    """Return those of an object and its children that renders of a view layer show."""
    family = {each for each in (obj, *obj.children_recursive) if not each.hide_render and _visible_to_cameras(each)}
    # To ask every object for its collections takes 5 s for 5,000 of them.
    return {each for collection in _rendered(layer) for each in family.intersection(collection.objects)}


def _visible_to_cameras(obj: bpy.types.Object) -> bool:
    return obj.visible_camera or obj.type == "LIGHT"  # which is not, from 5.0 on, and has no faces either


def _rendered(layer: bpy.types.LayerCollection) -> Iterator[bpy.types.Collection]:
    if not (layer.exclude or layer.collection.hide_render):
        yield layer.collection
        for child in layer.children:
            yield from _rendered(child)


def _bounds(obj: bpy.types.Object, copies: _Copies) -> tuple[Vector, Vector]:
    """Return the corners of the box around copies: exact, but for what is seen more than once or has no mesh."""
    import numpy as np  # noqa: PLC0415  # 60 ms that nothing else here costs

    if not copies.objects:
        raise TripoError(Kind.PICTURE, text("turntable.no_faces", name=repr(obj.name)))
    points = [_moved(np.array(box), place) for place, box in copies.boxes]
    for mesh, places in copies.places.items():
        flat = np.empty(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", flat)  # type: ignore[arg-type]
        own = flat.reshape(-1, 3)
        if len(places) > 1:
            ends = own.min(axis=0), own.max(axis=0)
            own = np.array([[ends[at >> axis & 1][axis] for axis in range(3)] for at in range(8)])
        points += [_moved(own, place) for place in places]
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    if not np.isfinite(high - low).all():
        raise TripoError(Kind.PICTURE, text("turntable.nowhere", name=repr(obj.name)))
    every -= every.mean(axis=0)
    extents = np.sqrt(np.abs(np.linalg.eigvalsh(every.T @ every)))  # along the axes in which it is thinnest and longest
    if extents[0] <= _FLAT * extents[-1]:
        raise TripoError(Kind.PICTURE, text("turntable.flat", name=repr(obj.name)))
    return Vector(low), Vector(high)


def _moved(points: Any, place: Matrix) -> Any:
    import numpy as np  # noqa: PLC0415

    with np.errstate(invalid="ignore"):  # of infinite coordinates
        return points.astype(np.float64) @ np.array(place.to_3x3()).T + np.array(place.translation)
