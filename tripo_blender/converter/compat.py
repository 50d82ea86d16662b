"""What differs between Blender 4.2 and 5.2, each with what changed when."""

import functools
import importlib
import re
import tempfile
from pathlib import Path

import bpy

from ..storage.mapped_file import mapped

# What the importers load when they are first used: 0.1 s in all. 4.3 named the glTF importer's main module anew, and
# from 5.2 on the FBX importer in C++ does all.
IMPORTER_MODULES = (
    "io_scene_gltf2.io.imp.gltf2_io_gltf",
    "io_scene_gltf2.blender.imp.gltf2_blender_gltf"
    if bpy.app.version < (4, 3)
    else "io_scene_gltf2.blender.imp.blender_gltf",
    *(["io_scene_fbx.import_fbx"] if bpy.app.version < (5, 1) else []),
)


@functools.cache
def reads_meshopt() -> bool:
    """Return whether the glTF importer reads what meshopt compressed: from 5.2 on, where its library is there too."""
    if bpy.app.version < (5, 2):
        return False
    try:
        library = importlib.import_module("io_scene_gltf2.io.com.library")
        path = library.dll_path("bf_intern_meshopt_bridge", "MeshOptimizer")
    except (ImportError, AttributeError, KeyError):  # the importer is off, or built another way
        return False
    return path is not None and path.is_file()


def import_glb(filepath: str, *, normals: bool = True, merge: bool = False) -> None:
    """Import a GLB file, its pictures packed; errors as `import_fbx`.

    To merge is for an import without normals: the importer joins only vertices with equal ones, which tears hard edges
    open. 4.2 to 5.2 all have the options that are given.
    """
    bpy.ops.import_scene.gltf(
        filepath=filepath,
        import_pack_images=True,
        import_shading="NORMALS" if normals else "SMOOTH",
        merge_vertices=merge,
        import_webp_texture=True,
        disable_bone_shape=True,
    )


def import_fbx(filepath: str, *, in_python: bool) -> None:
    """Import an FBX file; raises `RuntimeError` as operators do, or `AttributeError` where the add-on is off."""
    if in_python:
        bpy.ops.import_scene.fbx(filepath=filepath)
    else:
        bpy.ops.wm.fbx_import(filepath=filepath)  # type: ignore[attr-defined]  # the stubs are of 4.3


def reads_fbx_in_python(filepath: str) -> bool:
    """Whether the add-on's importer is the one for an FBX file.

    4.5 brought the importer in C++ (`wm.fbx_import`), which is about twice as fast; before it there is only the
    add-on's (`import_scene.fbx`). In 4.5 and 5.0 the one in C++ keeps only the first and the last key of an object's
    movement, in 5.2 all; so what moves is left to the add-on there.
    """
    has_cpp = "fbx_import" in dir(bpy.ops.wm)  # `hasattr` is true for every name
    loses_keys = (4, 5) <= bpy.app.version < (5, 1) and "fbx" in dir(bpy.ops.import_scene)
    return not has_cpp or (loses_keys and _moves(filepath))


def _moves(filepath: str) -> bool:
    """Whether an FBX file speaks of movement."""
    with mapped(Path(filepath)) as data:
        return re.search(rb"AnimationCurveNode", data) is not None


def write_images_as(settings: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Choose a format for still pictures: from 5.0 on the kind of media must fit before the format can be set."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format  # type: ignore[assignment]


def channels(action: bpy.types.Action) -> list[str]:
    """Give the data paths that an action moves: 4.4 brought layers and slots, 5.0 took `Action.fcurves` away."""
    if hasattr(action, "fcurves"):
        return [curve.data_path for curve in action.fcurves]
    return [
        curve.data_path
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags  # type: ignore[attr-defined]  # the stubs are of 4.3
        for curve in bag.fcurves
    ]


def empty_world(name: str) -> tuple[bpy.types.World, bpy.types.NodeTree]:
    """Return a new world and its nodes, of which there are none: from 5.0 on it has some from the start."""
    world = bpy.data.worlds.new(name)
    if world.node_tree is None:
        world.use_nodes = True
    assert world.node_tree is not None
    world.node_tree.nodes.clear()
    return world, world.node_tree


def compositor_of(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """Return the node tree that a scene's renders pass: until 5.0 its own, from then on one that others may share."""
    if hasattr(scene, "compositing_node_group"):
        return scene.compositing_node_group  # type: ignore[no-any-return]
    return scene.node_tree


def set_compositor(scene: bpy.types.Scene, tree: bpy.types.NodeTree) -> None:
    """Have a scene's renders pass another node tree, where trees are shared."""
    if hasattr(scene, "compositing_node_group"):
        scene.compositing_node_group = tree


def recount_users() -> None:
    """Have Blender count the users of all data anew, which it does where something is appended.

    For 4.2, which counts what a copied scene holds itself (its own objects, child collections, what its compositor
    uses) twice, and takes it back once when the copy is removed; 4.5 does not any more.
    """
    if bpy.app.version >= (4, 5):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "empty.blend"))
        mesh = bpy.data.meshes.new("Tripo")
        bpy.data.libraries.write(path, {mesh})
        name = mesh.name
        bpy.data.meshes.remove(mesh)
        with bpy.data.libraries.load(path) as (_, wanted):
            wanted.meshes = [name]
        bpy.data.meshes.remove(wanted.meshes[0])
        for library in [each for each in bpy.data.libraries if each.filepath == path]:
            bpy.data.libraries.remove(library)
