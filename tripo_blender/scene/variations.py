"""The models of one request that differ by their seed: which ones they are, and keeping the best of them."""

import bpy

from ..core.provenance import GROUP, PART_OF

COLLECTION = "Tripo Variations"


def of_group(scene: bpy.types.Scene, group: str) -> list[bpy.types.Object]:
    """Return the objects of all models of a group, parts included."""
    mains = [obj for obj in scene.objects if obj.get(GROUP) == group]
    models = {obj.get(PART_OF) for obj in mains} - {None}
    if not models:
        return mains
    return [obj for obj in scene.objects if obj in mains or obj.get(PART_OF) in models]


def others_of(obj: bpy.types.Object | None, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Return the objects of the other variations of an object's request; empty where it is none, or the only one."""
    if obj is None:
        return []
    main = _main_of(obj, scene)
    if main is None:
        return []
    model = main.get(PART_OF)
    return [
        other
        for other in of_group(scene, main[GROUP])
        if other != main and (model is None or other.get(PART_OF) != model)
    ]


def hide(objects: list[bpy.types.Object], scene: bpy.types.Scene) -> None:
    """Put objects into a collection of their own that is hidden, in viewports and renders."""
    collection = next((each for each in scene.collection.children if each.name.startswith(COLLECTION)), None)
    if collection is None:
        collection = bpy.data.collections.new(COLLECTION)
        scene.collection.children.link(collection)
    for obj in objects:
        for other in obj.users_collection:
            other.objects.unlink(obj)
        collection.objects.link(obj)
    collection.hide_viewport = collection.hide_render = True


def remove(objects: list[bpy.types.Object]) -> None:
    """Remove objects with the meshes, materials and images that nothing else uses."""
    unused: list[bpy.types.ID] = []
    for obj in objects:
        mesh = obj.data
        bpy.data.objects.remove(obj)
        if isinstance(mesh, bpy.types.Mesh) and not mesh.users:
            unused += [material for material in mesh.materials if material is not None]
            bpy.data.meshes.remove(mesh)
    for material in dict.fromkeys(unused):
        if isinstance(material, bpy.types.Material) and not material.users:
            images = _images_of(material)
            bpy.data.materials.remove(material)
            for image in images:
                if not image.users:
                    bpy.data.images.remove(image)


def _main_of(obj: bpy.types.Object, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """Return the object that says which group a model is of."""
    if obj.get(GROUP):
        return obj
    model = obj.get(PART_OF)
    if model is None:
        return None
    return next((each for each in scene.objects if each.get(GROUP) and each.get(PART_OF) == model), None)


def _images_of(material: bpy.types.Material) -> list[bpy.types.Image]:
    if material.node_tree is None:
        return []
    nodes = [node for node in material.node_tree.nodes if isinstance(node, bpy.types.ShaderNodeTexImage)]
    return [image for image in dict.fromkeys(node.image for node in nodes) if image is not None]
