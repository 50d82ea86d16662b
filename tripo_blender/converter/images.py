"""A model's pictures: packed, each once, named after what they are for."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable

import bpy

_log = logging.getLogger(__name__)

_INPUTS = ("Base Color", "Metallic", "Roughness", "Normal", "Alpha", "Emission Color")  # in the order of names


def fed_inputs(node: bpy.types.Node) -> frozenset[str]:
    """Give the inputs of the Principled BSDF that a node leads to, through whatever lies between."""
    found: set[str] = set()
    nodes, seen = [node], {node}
    while nodes:
        for output in nodes.pop().outputs:
            for link in output.links or ():
                if link.to_node.type == "BSDF_PRINCIPLED":
                    found.add(link.to_socket.name)
                elif link.to_node not in seen:
                    seen.add(link.to_node)
                    nodes.append(link.to_node)
    return frozenset(found)


def texture_nodes(material: bpy.types.Material) -> list[bpy.types.ShaderNodeTexImage]:
    """Give a material's nodes that hold a picture."""
    nodes = list(material.node_tree.nodes) if material.node_tree else []
    return [node for node in nodes if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None]


def maps_of(materials: Iterable[bpy.types.Material]) -> str:
    """Give the inputs that pictures feed, separated by commas."""
    fed = {name for material in materials for node in texture_nodes(material) for name in fed_inputs(node)}
    return ",".join(name for name in _INPUTS if name in fed)


def pack(images: Iterable[bpy.types.Image]) -> list[str]:
    """Pack pictures; gives the names of those whose file is missing."""
    missing: list[str] = []
    for image in images:
        if image.packed_file is None and image.source == "FILE":
            try:
                image.pack()
            except RuntimeError as error:  # its file is missing: nothing to pack, and the model is still good
                _log.info("%s could not be packed: %s", image.name, error)
                missing.append(bpy.path.basename(image.filepath) or image.name)
    return missing


def bytes_of(image: bpy.types.Image) -> bytes:
    """Give a packed picture as its file's bytes; the stubs call them a text."""
    assert image.packed_file is not None
    return image.packed_file.data  # type: ignore[return-value]


def join_equal(materials: Iterable[bpy.types.Material]) -> None:
    """Have pictures of the same bytes and colour space be one."""
    nodes = [node for material in materials for node in texture_nodes(material)]
    packed = {
        node.image: node.image.packed_file.size
        for node in nodes
        if node.image is not None and node.image.packed_file is not None
    }
    sizes = Counter(packed.values())
    first: dict[tuple[str, str], bpy.types.Image] = {}
    for node in nodes:
        image = node.image
        if image in packed and sizes[packed[image]] > 1:  # a size of its own needs no look at the bytes
            key = hashlib.sha256(bytes_of(image)).hexdigest(), image.colorspace_settings.name
            node.image = first.setdefault(key, image)


def purposes(material: bpy.types.Material) -> dict[bpy.types.Image, str]:
    """Give a material's pictures, each with what it is for."""
    found = {}
    for node in texture_nodes(material):
        fed = fed_inputs(node)
        assert node.image is not None
        found[node.image] = " ".join(name for name in _INPUTS if name in fed) or "Texture"
    return found
