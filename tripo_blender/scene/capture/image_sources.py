"""Finds the image that an artist has in front of them: in a node, an Image Editor, behind the camera. Only reads."""

from collections.abc import Iterable, Iterator

import bpy


def node_image(context: bpy.types.Context) -> bpy.types.Image | None:
    """Return the image of the active or a selected node, in the node editor of the context or the active material.

    Node groups are looked into, by their own active and selected nodes.
    """
    space = context.space_data
    if isinstance(space, bpy.types.SpaceNodeEditor):
        return _image_in(space.edit_tree, set())
    material = context.object.active_material if context.object is not None else None
    return _image_in(material.node_tree, set()) if material is not None else None


def editor_image(context: bpy.types.Context) -> bpy.types.Image | None:
    """Return the image of the context's Image Editor, or of the largest one of the windows, this one first."""
    if isinstance(context.space_data, bpy.types.SpaceImageEditor):
        return context.space_data.image
    others = [window for window in context.window_manager.windows if window != context.window]
    for window in [context.window, *others] if context.window is not None else others:
        for area in sorted(window.screen.areas, key=lambda area: area.width * area.height, reverse=True):
            space = area.spaces.active
            if isinstance(space, bpy.types.SpaceImageEditor) and space.image is not None:
                return space.image
    return None


def background_image(scene: bpy.types.Scene) -> bpy.types.Image | None:
    """Return the first image that is shown behind or before what the scene's camera sees."""
    camera = scene.camera.data if scene.camera is not None else None
    if not isinstance(camera, bpy.types.Camera) or not camera.show_background_images:
        return None
    shown = (each for each in camera.background_images if each.show_background_image and each.source == "IMAGE")
    return next((each.image for each in shown if each.image is not None), None)


def _image_in(tree: bpy.types.NodeTree | None, seen: set[bpy.types.NodeTree]) -> bpy.types.Image | None:
    if tree is None or tree in seen:
        return None
    for node in _chosen(tree):
        image = getattr(node, "image", None)
        if not isinstance(image, bpy.types.Image):
            image = _image_in(getattr(node, "node_tree", None), seen | {tree})
        if image is not None:
            return image
    return None


def _chosen(tree: bpy.types.NodeTree) -> Iterator[bpy.types.Node]:
    nodes: Iterable[bpy.types.Node] = tree.nodes
    active = tree.nodes.active
    if active is not None:
        yield active
    yield from (node for node in nodes if node.select and node != active)
