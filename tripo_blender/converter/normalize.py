"""Makes a model stand: upright, facing front, to size, its base on the world's origin, with clean transforms."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import bpy
from mathutils import Matrix, Vector

from ..core.hierarchy import lifted
from ..core.naming import part_names
from ..core.placement import Box
from . import compat

_MOST_COPIES = 5_000_000  # vertices: above it, objects that share a mesh go on sharing it


def stand(
    objects: list[bpy.types.Object], turn: float, scale: Callable[[Box], float], name: str
) -> tuple[list[bpy.types.Object], list[bpy.types.Object]]:
    """Turn a model by `turn` degrees about Z, scale it, and put the middle of its underside on the world's origin.

    `scale` is told the turned model's box in metres and gives the factor. A model that stands still gets all of it into
    its meshes, and its empties go; one with bones or movement gets it on its root. Gives what is left of `objects`,
    and of them those that have to be moved to move the model: what has no parent.
    """
    bpy.context.view_layer.update()
    turned = Matrix.Rotation(math.radians(turn), 4, "Z")
    box = _box(objects, turned)
    base = Vector(box.base)
    transform = Matrix.Scale(scale(box), 4) @ Matrix.Translation(-base) @ turned
    if all(_stands_still(obj) for obj in objects) and _has_room(objects):
        meshes = _stand_alone(objects, transform)
        return meshes, meshes[:1]
    return _stand_on_root(_without_idle_empties(objects), transform, name)


def _box(objects: Sequence[bpy.types.Object], turned: Matrix) -> Box:
    """Give the box of all meshes as they are posed now, turned."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    corners = [
        turned @ obj.matrix_world @ Vector(corner)
        for obj in objects
        if obj.type == "MESH" and obj.data.vertices  # type: ignore[union-attr]
        for corner in obj.evaluated_get(depsgraph).bound_box
    ]
    low, high = ([side(corner[axis] for corner in corners) for axis in range(3)] for side in (min, max))
    return Box(*low, *high)


def _stands_still(obj: bpy.types.Object) -> bool:
    """Whether an object is a mesh, or an empty that importers put above one, with nothing that moves it."""
    if obj.animation_data is not None or obj.modifiers or obj.constraints or obj.parent_type != "OBJECT":
        return False
    if isinstance(obj.data, bpy.types.Mesh):
        return obj.data.shape_keys is None
    return obj.type == "EMPTY" and obj.instance_type == "NONE"


def _has_room(objects: Sequence[bpy.types.Object]) -> bool:
    """Whether each mesh object can have a mesh of its own."""
    shared = [obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh) and obj.data.users > 1]
    return sum(len(mesh.vertices) for mesh in shared) <= _MOST_COPIES


def _stand_alone(objects: list[bpy.types.Object], transform: Matrix) -> list[bpy.types.Object]:
    """Bake the transforms into the meshes, and hang the parts on the main one, which comes first."""
    meshes = [obj for obj in objects if obj.type == "MESH"]
    whole = [transform @ obj.matrix_world for obj in meshes]
    for obj, matrix in zip(meshes, whole, strict=True):
        obj.parent = None
        if obj.data.users > 1:  # type: ignore[union-attr]
            obj.data = obj.data.copy()  # type: ignore[union-attr]
        _bake(obj.data, matrix)  # type: ignore[arg-type]
        obj.rotation_mode = "XYZ"
        obj.matrix_world = Matrix()
    bpy.data.batch_remove([obj for obj in objects if obj.type != "MESH"])
    main = max(meshes, key=lambda obj: len(obj.data.vertices))  # type: ignore[union-attr]
    for obj in meshes:
        if obj != main:
            obj.parent = main
    return [main, *(obj for obj in meshes if obj != main)]


def _bake(mesh: bpy.types.Mesh, matrix: Matrix) -> None:
    mesh.transform(matrix, shape_keys=True)
    if matrix.determinant() < 0:  # mirrored: its faces would look inwards
        mesh.flip_normals()


def _without_idle_empties(objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Take away empties that change nothing: their children hang where they hung."""
    needed = {target for obj in objects for target in _referred_to(obj)}
    needed |= {obj.parent for obj in objects if obj.parent is not None and obj.parent_type != "OBJECT"}
    idle = {obj for obj in objects if _is_idle(obj)} - needed
    moved = lifted({obj: obj.parent for obj in objects}, idle)
    worlds = {obj: obj.matrix_world.copy() for obj in moved}
    for obj, parent in moved.items():
        obj.parent = parent
        obj.matrix_world = worlds[obj]
    kept = [obj for obj in objects if obj not in idle]
    bpy.data.batch_remove(list(idle))  # one after the other each would be looked for in all that there is
    return kept


def _is_idle(obj: bpy.types.Object) -> bool:
    """Whether an object shows nothing, does nothing and lies where its parent does."""
    if obj.type != "EMPTY" or obj.animation_data is not None or obj.constraints or obj.instance_type != "NONE":
        return False
    return obj.parent_type == "OBJECT" and obj.matrix_local == Matrix()


def _referred_to(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """Give the objects that an object's modifiers and constraints name."""
    for part in (*obj.modifiers, *obj.constraints):
        for name in ("object", "target"):
            target = getattr(part, name, None)
            if isinstance(target, bpy.types.Object):
                yield target


def _stand_on_root(
    objects: list[bpy.types.Object], transform: Matrix, name: str
) -> tuple[list[bpy.types.Object], list[bpy.types.Object]]:
    known = set(objects)
    roots = [obj for obj in objects if obj.parent not in known]
    if len(roots) == 1 and _applied_to_rig(objects, roots[0], transform):
        return objects, roots
    if len(roots) > 1 or roots[0].animation_data is not None:
        # What moves by itself would be back at its keyed place in the next frame, so it gets a root that does not.
        empty = bpy.data.objects.new(part_names(name, ["", "Root"])[1], None)
        roots[0].users_collection[0].objects.link(empty)
        for root in roots:
            root.parent = empty
        objects, roots = [*objects, empty], [empty]
    roots[0].matrix_world = transform @ roots[0].matrix_world
    return objects, roots


def _applied_to_rig(objects: list[bpy.types.Object], rig: bpy.types.Object, transform: Matrix) -> bool:
    """Put the transform into a rig's bones and meshes, where its movement stays right by that: at the same size."""
    whole = transform @ rig.matrix_world
    same_size = all(abs(side - 1.0) < 1e-4 for side in whole.to_scale()[:]) and whole.determinant() > 0
    meshes = [obj for obj in objects if obj != rig]
    if not isinstance(rig.data, bpy.types.Armature) or not same_size or _moves_whole(rig):
        return False
    if not all(_hangs_on(rig, obj) for obj in meshes):
        return False
    worlds = [transform @ obj.matrix_world for obj in meshes]
    rig.data.transform(whole)
    rig.rotation_mode = "XYZ"
    rig.matrix_world = Matrix()
    for obj, world in zip(meshes, worlds, strict=True):
        _bake(obj.data, world)  # type: ignore[arg-type]
        obj.matrix_parent_inverse = Matrix()
        obj.rotation_mode = "XYZ"
        obj.matrix_basis = Matrix()
    return True


def _hangs_on(rig: bpy.types.Object, obj: bpy.types.Object) -> bool:
    """Whether an object is a mesh that the rig alone moves."""
    return (
        obj.parent == rig
        and obj.parent_type == "OBJECT"
        and isinstance(obj.data, bpy.types.Mesh)
        and obj.data.users == 1
        and obj.animation_data is None
    )


def _moves_whole(rig: bpy.types.Object) -> bool:
    """Whether an action moves the rig as an object, and not its bones alone."""
    return any(not path.startswith("pose.bones") for action in _actions(rig) for path in compat.channels(action))


def _actions(obj: bpy.types.Object) -> Iterable[bpy.types.Action]:
    animation = obj.animation_data
    if animation is None:
        return []
    strips = [strip for track in animation.nla_tracks for strip in track.strips]
    return [action for action in (animation.action, *(strip.action for strip in strips)) if action is not None]
