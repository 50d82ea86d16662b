"""Lets a copied scene be composited as its original is, but without writing files to the artist's disk."""

import bpy

from ...converter import compat


def write_no_files(scene: bpy.types.Scene, original: bpy.types.Scene) -> list[bpy.types.ID]:
    """Take the File Output nodes out of what the renders of a copied scene pass; return the node groups made for that.

    The caller removes them after the scene. Where nothing but files came of it, the scene is not composited.
    """
    tree = compat.compositor_of(scene)
    if tree is None:
        return []
    made: list[bpy.types.ID] = []
    if not tree.is_embedded_data:
        tree = tree.copy()
        made.append(tree)
        compat.set_compositor(scene, tree)
    _clean(tree, scene, original, made)
    if not any(node.type in {"COMPOSITE", "GROUP_OUTPUT"} for node in tree.nodes):
        scene.render.use_compositing = False
    return made


def _clean(
    tree: bpy.types.NodeTree, scene: bpy.types.Scene, original: bpy.types.Scene, made: list[bpy.types.ID]
) -> None:
    for node in list(tree.nodes):
        if node.type == "OUTPUT_FILE":
            tree.nodes.remove(node)
        elif isinstance(node, bpy.types.CompositorNodeRLayers) and node.scene == original:
            node.scene = scene
        elif isinstance(node, bpy.types.CompositorNodeGroup) and node.node_tree is not None:
            node.node_tree = node.node_tree.copy()
            made.append(node.node_tree)
            _clean(node.node_tree, scene, original, made)
