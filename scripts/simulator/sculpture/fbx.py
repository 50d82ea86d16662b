"""A relief as a binary FBX 7.4 file: quads, with its pictures inside."""

import numpy as np

from simulator.sculpture.fbx_nodes import CREATION_TIME, FILE_ID, VERSION, Long, Node, Value, write_file
from simulator.sculpture.picture import picture_format
from simulator.sculpture.relief import Relief
from simulator.sculpture.textures import Textures

_MODEL, _GEOMETRY, _MATERIAL, _FIRST_TEXTURE = 1001, 1002, 1003, 2000
_SEPARATOR = "\0\1"  # between an object's name and its class


def write_fbx(relief: Relief, textures: Textures | None, identity: str) -> bytes:
    """The file, Y up, in metres; every polygon is a quad."""
    objects = Node("Objects")
    connections = Node("Connections")
    _geometry(objects, relief, f"tripo_mesh_{identity}", with_uvs=textures is not None)
    _model(objects, f"tripo_node_{identity}")
    _material(objects, f"tripo_mat_{identity}")
    connections.add("C", "OO", Long(_MODEL), Long(0))
    connections.add("C", "OO", Long(_GEOMETRY), Long(_MODEL))
    connections.add("C", "OO", Long(_MATERIAL), Long(_MODEL))
    # The names by which Blender's two importers, and other programs, find each map on a Phong material.
    maps: dict[str, bytes | None] = {}
    if textures:
        maps = {
            "DiffuseColor": textures.colour,
            "NormalMap": textures.normal,
            "ShininessExponent": textures.roughness,
            "ReflectionFactor": textures.metallic,
        }
    present = [(channel, data) for channel, data in maps.items() if data]
    for number, (channel, data) in enumerate(present):
        texture, video = _FIRST_TEXTURE + 2 * number, _FIRST_TEXTURE + 2 * number + 1
        _texture(objects, texture, video, f"{channel}_{identity}", data)
        connections.add("C", "OP", Long(texture), Long(_MATERIAL), channel)
        connections.add("C", "OO", Long(video), Long(texture))
    return write_file([*_head(), _definitions(len(present)), objects, connections])


def _properties(node: Node, *rows: tuple[Value, ...]) -> None:
    table = node.add("Properties70")
    for row in rows:
        table.add("P", *row)


def _head() -> list[Node]:
    header = Node("FBXHeaderExtension")
    header.add("FBXHeaderVersion", 1003)
    header.add("FBXVersion", VERSION)
    header.add("Creator", "simulator")
    settings = Node("GlobalSettings")
    settings.add("Version", 1000)
    _properties(
        settings,
        ("UpAxis", "int", "Integer", "", 1),
        ("UpAxisSign", "int", "Integer", "", 1),
        ("FrontAxis", "int", "Integer", "", 2),
        ("FrontAxisSign", "int", "Integer", "", 1),
        ("CoordAxis", "int", "Integer", "", 0),
        ("CoordAxisSign", "int", "Integer", "", 1),
        ("UnitScaleFactor", "double", "Number", "", 100.0),  # centimetres in a unit
        ("OriginalUnitScaleFactor", "double", "Number", "", 100.0),
    )
    documents = Node("Documents")
    documents.add("Count", 1)
    document = documents.add("Document", Long(900), "Scene", "Scene")
    document.add("RootNode", Long(0))
    return [
        header,
        Node("FileId", (FILE_ID,)),
        Node("CreationTime", (CREATION_TIME,)),
        Node("Creator", ("simulator",)),
        settings,
        documents,
        Node("References"),
    ]


def _definitions(textures: int) -> Node:
    counts = {"GlobalSettings": 1, "Model": 1, "Geometry": 1, "Material": 1, "Texture": textures, "Video": textures}
    node = Node("Definitions")
    node.add("Version", 100)
    node.add("Count", sum(counts.values()))
    for name, count in counts.items():
        if count:
            node.add("ObjectType", name).add("Count", count)
    return node


def _geometry(objects: Node, relief: Relief, name: str, with_uvs: bool) -> None:
    node = objects.add("Geometry", Long(_GEOMETRY), f"{name}{_SEPARATOR}Geometry", "Mesh")
    ends = relief.quads.astype("<i4")
    ends[:, 3] ^= -1  # a polygon's last corner is stored as its complement
    corners = relief.quads.reshape(-1)
    node.add("Vertices", relief.positions.astype("<f8").reshape(-1))
    node.add("PolygonVertexIndex", ends.reshape(-1))
    node.add("GeometryVersion", 124)
    normals = node.add("LayerElementNormal", 0)
    normals.add("Version", 101)
    normals.add("Name", "")
    normals.add("MappingInformationType", "ByPolygonVertex")
    normals.add("ReferenceInformationType", "Direct")
    normals.add("Normals", relief.normals[corners].astype("<f8").reshape(-1))
    layers = ["LayerElementNormal", "LayerElementMaterial"]
    if with_uvs:
        layers.append("LayerElementUV")
        uvs = node.add("LayerElementUV", 0)
        uvs.add("Version", 101)
        uvs.add("Name", "UVMap")
        uvs.add("MappingInformationType", "ByPolygonVertex")
        uvs.add("ReferenceInformationType", "IndexToDirect")
        upwards = relief.uvs.astype("<f8") * (1, -1) + (0, 1)  # FBX counts v from the bottom
        uvs.add("UV", upwards.reshape(-1))
        uvs.add("UVIndex", corners.astype("<i4"))
    materials = node.add("LayerElementMaterial", 0)
    materials.add("Version", 101)
    materials.add("Name", "")
    materials.add("MappingInformationType", "AllSame")
    materials.add("ReferenceInformationType", "IndexToDirect")
    materials.add("Materials", np.zeros(1, "<i4"))
    layer = node.add("Layer", 0)
    layer.add("Version", 100)
    for kind in layers:
        element = layer.add("LayerElement")
        element.add("Type", kind)
        element.add("TypedIndex", 0)


def _model(objects: Node, name: str) -> None:
    node = objects.add("Model", Long(_MODEL), f"{name}{_SEPARATOR}Model", "Mesh")
    node.add("Version", 232)
    _properties(
        node,
        ("Lcl Translation", "Lcl Translation", "", "A", 0.0, 0.0, 0.0),
        ("Lcl Rotation", "Lcl Rotation", "", "A", 0.0, 0.0, 0.0),
        ("Lcl Scaling", "Lcl Scaling", "", "A", 1.0, 1.0, 1.0),
        ("DefaultAttributeIndex", "int", "Integer", "", 0),
    )
    node.add("Shading", True)
    node.add("Culling", "CullingOff")


def _material(objects: Node, name: str) -> None:
    node = objects.add("Material", Long(_MATERIAL), f"{name}{_SEPARATOR}Material", "")
    node.add("Version", 102)
    node.add("ShadingModel", "Phong")
    node.add("MultiLayer", 0)
    _properties(
        node,
        ("DiffuseColor", "Color", "", "A", 0.7, 0.7, 0.7),
        ("DiffuseFactor", "Number", "", "A", 1.0),
        ("SpecularFactor", "Number", "", "A", 0.25),
        ("Shininess", "Number", "", "A", 16.0),
        ("ShininessExponent", "Number", "", "A", 16.0),
        ("ReflectionFactor", "Number", "", "A", 0.0),
    )


def _texture(objects: Node, texture: int, video: int, name: str, data: bytes) -> None:
    file_name = f"{name}.{'jpg' if picture_format(data) == 'jpeg' else 'png'}"
    node = objects.add("Texture", Long(texture), f"{name}{_SEPARATOR}Texture", "")
    node.add("Type", "TextureVideoClip")
    node.add("Version", 202)
    node.add("TextureName", f"{name}{_SEPARATOR}Texture")
    node.add("Media", f"{name}{_SEPARATOR}Video")
    node.add("FileName", file_name)
    node.add("RelativeFilename", file_name)
    _properties(node, ("UVSet", "KString", "", "", "UVMap"), ("UseMaterial", "bool", "", "", 1))
    clip = objects.add("Video", Long(video), f"{name}{_SEPARATOR}Video", "Clip")
    clip.add("Type", "Clip")
    _properties(clip, ("Path", "KString", "XRefUrl", "", file_name))
    clip.add("UseMipMap", 0)
    clip.add("Filename", file_name)
    clip.add("RelativeFilename", file_name)
    clip.add("Content", data)
