"""Gives materials back what an importer lost of them: the maps that an FBX carries and Blender did not connect."""

import logging
import mmap
from pathlib import Path

import bpy

from ..core.fbx import EmbeddedPicture, FbxError, MapRole, read_maps

_log = logging.getLogger(__name__)

_SOCKETS = {MapRole.BASE_COLOR: "Base Color", MapRole.METALLIC: "Metallic", MapRole.ROUGHNESS: "Roughness"}


def name_after(materials: list[bpy.types.Material], name: str) -> None:
    """Name materials, and the images they use, after the model: the service names them by ids of its own."""
    for material in materials:
        material.name = name
        for node in material.node_tree.nodes if material.node_tree else []:
            if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None:
                node.image.name = f"{name} {_purpose(node)}"


def _purpose(node: bpy.types.Node) -> str:
    """Give what an image is for, by the inputs it leads to."""
    leads_to, nodes = set(), [node]
    while nodes:
        for output in nodes.pop().outputs:
            for link in output.links or ():
                if link.to_node.type == "BSDF_PRINCIPLED":
                    leads_to.add(link.to_socket.name)
                else:
                    nodes.append(link.to_node)
    known = [socket for socket in ("Base Color", "Metallic", "Roughness", "Normal") if socket in leads_to]
    return " ".join(known) or "Texture"


def complete(materials: list[bpy.types.Material], fbx: Path) -> None:
    """Connect the embedded maps of an FBX to the inputs of the Principled BSDF that are still without one.

    The importer in C++ (4.5 and newer) reads no metallic map, the one in Python reads all four.
    """
    try:
        with (
            fbx.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as view,
        ):
            maps = read_maps(view)
    except FbxError as error:  # the importer took the file, so the model is good; only its maps cannot be read
        _log.warning("the materials of %s cannot be read: %s", fbx.name, error)
        return
    for material in materials:
        name = max((name for name in maps if material.name.startswith(name[:60])), key=len, default=None)
        if name is not None:
            _complete(material, maps[name])


def _complete(material: bpy.types.Material, maps: dict[MapRole, EmbeddedPicture]) -> None:
    tree = material.node_tree
    shader = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None) if tree else None
    if tree is None or shader is None:
        return
    for role, picture in maps.items():
        socket = shader.inputs["Normal" if role is MapRole.NORMAL else _SOCKETS[role]]
        if socket.is_linked:
            continue
        node = tree.nodes.new("ShaderNodeTexImage")
        node.location = (shader.location.x - 600, shader.location.y - 300 * list(MapRole).index(role))
        node.image = _image(picture, is_color=role is MapRole.BASE_COLOR)  # type: ignore[attr-defined]
        source = node.outputs["Color"]
        if role is MapRole.NORMAL:
            normal = tree.nodes.new("ShaderNodeNormalMap")
            normal.location = (shader.location.x - 250, node.location.y)
            tree.links.new(source, normal.inputs["Color"])
            source = normal.outputs["Normal"]
        tree.links.new(source, socket)


def _image(picture: EmbeddedPicture, *, is_color: bool) -> bpy.types.Image:
    image = bpy.data.images.new(picture.name, 1, 1)
    image.pack(data=picture.data, data_len=len(picture.data))  # type: ignore[arg-type]
    image.source = "FILE"
    image.colorspace_settings.name = "sRGB" if is_color else "Non-Color"  # type: ignore[assignment]
    return image
