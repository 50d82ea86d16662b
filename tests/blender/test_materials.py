"""An FBX's materials: the tree and the look of the same model's GLB, from maps that are carried or lie beside it."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from simulator.sculpture import fbx_nodes
from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.fbx_nodes import Long, Node
from simulator.sculpture.glb import write_glb
from simulator.sculpture.outline import rounded_plate
from simulator.sculpture.png import read_png, write_png
from simulator.sculpture.relief import Relief, carve
from simulator.sculpture.textures import Textures

pytestmark = pytest.mark.every_version("the Principled BSDF and the importers differ")

VERSION = bpy.app.version_string.split()[0]
RENDERS = Path(__file__).parents[2] / "build" / "renders" / VERSION
SIDE = 256  # px of a render
# Mean of the absolute differences, from 0 to 1. Measured: 0.0009 and 0.0013, from quads against triangles; 0.017 and
# more if the normals, the colour spaces or a channel are wrong.
DIFFERENCE = 0.003

Rebuild = Callable[..., list[str]]


@pytest.fixture
def rebuild(module: Callable[[str], ModuleType]) -> Rebuild:
    return module("converter.materials").rebuild


@pytest.fixture
def relief() -> Relief:
    mask = rounded_plate(64, 64)
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    return carve(mask, 0.5 + 0.3 * np.sin(x / 5) * np.cos(y / 7), 400)


def picture(channels: int, seed: int, low: int = 40) -> bytes:
    """A PNG of 8 x 8 even patches."""
    random = np.random.default_rng(seed)
    return write_png(np.kron(random.integers(low, 256, (8, 8, channels), np.uint8), np.ones((8, 8, 1), np.uint8)))


def normals() -> bytes:
    y, x = np.mgrid[0:64, 0:64]
    slopes = np.stack([np.sin(x / 4) * 0.4, np.cos(y / 4) * 0.4, np.ones((64, 64))], axis=2)
    slopes /= np.linalg.norm(slopes, axis=2, keepdims=True)
    return write_png(((slopes * 0.5 + 0.5) * 255 + 0.5).astype(np.uint8))


def packed() -> bytes:
    """Glossy metal beside rough plastic; the occlusion in red must not be read."""
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[:, :, 1] = np.linspace(60, 230, 64).astype(np.uint8)
    pixels[:, :, 2] = np.where(np.arange(64)[:, None] < 32, 255, 0)
    return write_png(pixels)


def channel(data: bytes, index: int) -> bytes:
    pixels = read_png(data)
    assert pixels is not None
    return write_png(np.ascontiguousarray(pixels[:, :, index]))


TEXTURED = Textures(picture(3, 1))
PBR = Textures(picture(3, 1), packed(), channel(packed(), 1), channel(packed(), 2), normals())
PACKED = dataclasses.replace(PBR, roughness=packed(), metallic=packed())
SEE_THROUGH = dataclasses.replace(PACKED, colour=picture(4, 2))


def glb(relief: Relief, textures: Textures | None, **more: Any) -> bytes:
    """The simulator's GLB, with more entries for its material."""
    data = write_glb(relief, textures, "m")
    (length,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + length])
    document["materials"][0] |= more
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest


def take_in(path: Path, rebuild: Rebuild, trusted: bool = False) -> tuple[list[bpy.types.Material], list[str]]:
    """Import the way the add-on does: the materials, and the names of maps that are missing."""
    known = set(bpy.data.materials)
    missing: list[str] = []
    if path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path), import_pack_images=True)
    elif "fbx_import" in dir(bpy.ops.wm):
        bpy.ops.wm.fbx_import(filepath=str(path))
    else:
        bpy.ops.import_scene.fbx(filepath=str(path))
    materials = [material for material in bpy.data.materials if material not in known]
    if path.suffix == ".fbx":
        missing = rebuild(materials, path, trusted=trusted)
        bpy.data.batch_remove([image for image in bpy.data.images if not image.users])
    return materials, missing


def look(node: Any) -> tuple[Any, ...]:
    """What makes a node: its kind, name for people, place, and settings."""
    image = getattr(node, "image", None)
    settings = (
        (node.interpolation, node.extension, image.colorspace_settings.name, image.alpha_mode, image.source)
        if image
        else ()
    )
    strength = node.inputs["Strength"].default_value if node.type == "NORMAL_MAP" else None
    return (node.bl_idname, node.label, tuple(round(value) for value in node.location), settings, strength)


def signature(material: bpy.types.Material) -> dict[str, Any]:
    """A material as a user sees it in the editor; the values of free inputs only where the file decides none."""
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    read = {"Base Color", "Metallic", "Roughness"}  # an FBX has values of its own
    values = {
        socket.name: tuple(socket.default_value) if hasattr(socket.default_value, "__len__") else socket.default_value
        for socket in shader.inputs
        if hasattr(socket, "default_value") and not socket.is_linked and socket.name not in read
    }
    return {
        "nodes": sorted(look(node) for node in tree.nodes),
        "links": sorted(
            (look(link.from_node)[:2], link.from_socket.name, look(link.to_node)[:2], link.to_socket.name)
            for link in tree.links
        ),
        "values": values,
        "alpha": (material.surface_render_method, material.use_transparency_overlap),
        "culling": material.use_backface_culling,
    }


def both_ways(
    folder: Path, relief: Relief, textures: Textures, rebuild: Rebuild, **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    signatures = []
    for name, data in (("m.glb", glb(relief, textures, **more)), ("m.fbx", write_fbx(relief, textures, "m"))):
        path = folder / name
        path.write_bytes(data)
        ((material,), missing) = take_in(path, rebuild)
        assert missing == []
        signatures.append(signature(material))
    return signatures[0], signatures[1]


@pytest.mark.parametrize(
    ("textures", "more"),
    [(TEXTURED, {}), (PACKED, {}), (SEE_THROUGH, {"alphaMode": "BLEND"})],
    ids=["textured", "packed", "see-through"],
)
def test_the_tree_is_that_of_the_glb(
    textures: Textures, more: dict[str, Any], tmp_path: Path, relief: Relief, rebuild: Rebuild
) -> None:
    ours, expected = both_ways(tmp_path, relief, textures, rebuild, **more)
    assert ours == expected


def test_two_pictures_for_metal_and_roughness_replace_the_packed_one(
    tmp_path: Path, relief: Relief, rebuild: Rebuild
) -> None:
    glb_way, fbx_way = both_ways(tmp_path, relief, PBR, rebuild)
    assert glb_way["values"] == fbx_way["values"]
    separate = {"Separate Color", "METALLIC ROUGHNESS", "METALLIC", "ROUGHNESS"}

    def others(links: list[Any]) -> list[Any]:
        return [link for link in links if link[0][1] not in separate and "SeparateColor" not in link[0][0]]

    assert others(fbx_way["links"]) == others(glb_way["links"])
    own = [link for link in fbx_way["links"] if link not in others(fbx_way["links"])]
    assert [(source[1], out, into) for source, out, _, into in own] == [
        ("METALLIC", "Color", "Metallic"),
        ("ROUGHNESS", "Color", "Roughness"),
    ]
    spaces = {node[1]: node[3][2] for node in fbx_way["nodes"] if node[3]}
    assert spaces == {
        "BASE COLOR": "sRGB", "METALLIC": "Non-Color", "ROUGHNESS": "Non-Color", "NORMAL MAP": "Non-Color",
    }  # fmt: skip


def scene_for_pictures() -> None:
    """A camera in front of the relief, a lamp and a bright world; 24 samples of Cycles."""
    scene = bpy.context.scene
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (1.8, -0.55, 0.2), (1.5, 0, 1.28)
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "AREA"))
    lamp.data.energy, lamp.data.size, lamp.location, lamp.rotation_euler = 60, 1, (1.5, 1.2, 1.4), (0.9, 0, 2.2)
    for obj in (camera, lamp):
        scene.collection.objects.link(obj)
    world = scene.world = bpy.data.worlds.new("world")
    world.color = (0.4, 0.45, 0.5)
    if VERSION < "5":  # from 5.0 on a world always has nodes
        world.use_nodes = True
    background = next((node for node in world.node_tree.nodes if node.type == "BACKGROUND"), None)
    if background is not None:
        background.inputs["Color"].default_value = (0.4, 0.45, 0.5, 1)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.seed = "CPU", 24, 7
    scene.cycles.use_denoising = scene.cycles.use_adaptive_sampling = False
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"


def render(path: Path) -> Any:
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    pixels = np.empty(SIDE * SIDE * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(SIDE, SIDE, 4)


@pytest.mark.parametrize(
    ("name", "textures", "more"),
    [("separate", PBR, {}), ("packed see-through", SEE_THROUGH, {"alphaMode": "BLEND"})],
    ids=["separate", "packed see-through"],
)
def test_it_looks_like_the_glb(
    name: str, textures: Textures, more: dict[str, Any], tmp_path: Path, relief: Relief, rebuild: Rebuild
) -> None:
    scene_for_pictures()
    pictures = []
    for kind, data in (("glb", glb(relief, textures, **more)), ("fbx", write_fbx(relief, textures, "m"))):
        path = tmp_path / f"m.{kind}"
        path.write_bytes(data)
        known = set(bpy.data.objects)
        take_in(path, rebuild)
        imported = [obj for obj in bpy.data.objects if obj not in known]
        for obj in imported:
            if obj.type == "MESH":
                for polygon in obj.data.polygons:
                    polygon.use_smooth = True
        pictures.append(render(tmp_path / f"{kind}.png"))
        bpy.data.batch_remove(imported)
    first, second = pictures
    assert first[:, :, :3].std() > 0.05, "the model is not in the picture"
    difference = np.abs(first - second)[:, :, :3]
    amplified = np.ones_like(first)
    amplified[:, :, :3] = np.clip(difference * 10, 0, 1)
    RENDERS.mkdir(parents=True, exist_ok=True)
    for kind, pixels in (("glb", first), ("fbx", second), ("difference x10", amplified)):
        data = (np.flipud(pixels[:, :, :3]) * 255 + 0.5).astype(np.uint8)
        (RENDERS / f"{name}, {kind}.png").write_bytes(write_png(np.ascontiguousarray(data)))
    assert float(difference.mean()) < DIFFERENCE


def export(folder: Path, materials: dict[str, dict[str, bytes]], *, embed: bool = False) -> Path:
    """A plane for each material, with pictures for inputs, written by Blender's exporter; the scene is empty again."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    images: dict[bytes, bpy.types.Image] = {}
    for number, (name, maps) in enumerate(materials.items()):
        bpy.ops.mesh.primitive_plane_add()
        material = bpy.data.materials.new(name)
        if VERSION < "5":
            material.use_nodes = True
        bpy.context.object.data.materials.append(material)
        bpy.context.object.name = str(number)
        tree = material.node_tree
        shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
        shader.inputs["Emission Strength"].default_value = 2.0
        for socket, data in maps.items():
            if data not in images:
                path = pictures / f"{len(images)} {socket}.png"
                path.write_bytes(data)
                images[data] = bpy.data.images.load(str(path))
            texture = tree.nodes.new("ShaderNodeTexImage")
            texture.image = images[data]
            into = shader.inputs[socket]
            if socket == "Normal":
                normal = tree.nodes.new("ShaderNodeNormalMap")
                normal.inputs["Strength"].default_value = 0.5
                tree.links.new(normal.outputs["Normal"], into)
                into = normal.inputs["Color"]
            tree.links.new(texture.outputs["Color"], into)
    path = folder / "model.fbx"
    bpy.ops.export_scene.fbx(filepath=str(path), path_mode="COPY" if embed else "RELATIVE", embed_textures=embed)
    bpy.ops.wm.read_homefile(use_empty=True)
    return path


def feeds(material: bpy.types.Material) -> dict[str, tuple[bytes, str]]:
    """For each input, the bytes of the picture that feeds it, and its colour space."""
    found = {}
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    for socket in shader.inputs:
        node = socket.links[0].from_node if socket.is_linked else None
        while node is not None and node.type != "TEX_IMAGE":
            node = next(put.links[0].from_node for put in node.inputs if put.is_linked)
        if node is not None:
            image = node.image
            path = Path(bpy.path.abspath(image.filepath))
            data = bytes(image.packed_file.data) if image.packed_file else path.read_bytes()
            found[socket.name] = (data, image.colorspace_settings.name)
    return found


ALL = {
    "Base Color": (picture(3, 1), "sRGB"),
    "Metallic": (picture(1, 2), "Non-Color"),
    "Roughness": (picture(1, 3), "Non-Color"),
    "Normal": (normals(), "Non-Color"),
    "Emission Color": (picture(3, 4), "sRGB"),
    "Alpha": (picture(1, 5), "Non-Color"),
}


@pytest.mark.parametrize("embed", [True, False], ids=["carried", "beside"])
def test_all_maps_that_blender_exports_come_back(embed: bool, tmp_path: Path, rebuild: Rebuild) -> None:
    path = export(tmp_path, {"Clay": {name: data for name, (data, _) in ALL.items()}}, embed=embed)
    ((material,), missing) = take_in(path, rebuild)
    assert missing == []
    assert feeds(material) == ALL
    assert len(bpy.data.images) == len(ALL)
    nodes = {node.type: node for node in material.node_tree.nodes}
    assert nodes["NORMAL_MAP"].inputs["Strength"].default_value == 0.5
    assert nodes["BSDF_PRINCIPLED"].inputs["Emission Strength"].default_value == pytest.approx(2.0)
    assert material.surface_render_method == "BLENDED"


def test_a_picture_is_one_image_for_each_kind_of_colour_space(tmp_path: Path, rebuild: Rebuild) -> None:
    grey = picture(3, 1)
    maps = {"Base Color": grey, "Metallic": grey, "Roughness": grey}
    path = export(tmp_path, {"Clay": maps, "Glaze": maps}, embed=True)
    materials, missing = take_in(path, rebuild)
    assert missing == []
    assert len(materials) == 2
    assert sorted(image.colorspace_settings.name for image in bpy.data.images) == ["Non-Color", "sRGB"]


def test_each_material_has_its_own_maps_though_blender_renamed_it(tmp_path: Path, rebuild: Rebuild) -> None:
    names = ["Zinc", "Amber", "Zinc.001", "Zinc.002", "Long " * 12 + "a"]
    wanted = [picture(3, number) for number in range(len(names))]
    path = export(tmp_path, {name: {"Base Color": data} for name, data in zip(names, wanted, strict=True)}, embed=True)
    for name in ("Zinc", "Zinc.002", names[-1]):
        bpy.data.materials.new(name)
    take_in(path, rebuild)
    planes = sorted((obj for obj in bpy.data.objects if obj.type == "MESH"), key=lambda obj: int(obj.name))
    assert [feeds(obj.data.materials[0])["Base Color"][0] for obj in planes] == wanted


def test_a_name_longer_than_blenders(tmp_path: Path, relief: Relief, rebuild: Rebuild) -> None:
    path = tmp_path / "m.fbx"
    path.write_bytes(write_fbx(relief, PBR, "ü" * 150))
    for _ in range(2):  # the second one is numbered as well
        ((material,), _) = take_in(path, rebuild)
        assert set(feeds(material)) == {"Base Color", "Metallic", "Roughness", "Normal"}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("pictures/0 Base Color.png", True),
        ("0 Base Color.png", True),
        ("textures/0 Base Color.png", True),
        ("model.fbm/0 Base Color.png", True),
        ("elsewhere/0 Base Color.png", False),
        ("../0 Base Color.png", False),
    ],
)
def test_where_a_map_is_looked_for(place: str, found: bool, tmp_path: Path, rebuild: Rebuild) -> None:
    path = export(tmp_path / "model", {"Clay": {"Base Color": picture(3, 1)}})
    picture_path = path.parent / "pictures" / "0 Base Color.png"
    target = path.parent / place
    target.parent.mkdir(exist_ok=True)
    picture_path.rename(target)
    ((material,), missing) = take_in(path, rebuild)
    assert (set(feeds(material)), missing) == (({"Base Color"}, []) if found else (set(), ["0 Base Color.png"]))
    assert not [node for node in material.node_tree.nodes if node.type == "TEX_IMAGE"] or found


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, relief: Relief) -> Callable[..., Path]:
    """Write an FBX whose base colour lies where two paths say: the relative one and the absolute one."""

    def write(relative: str, absolute: str, use: str = "DiffuseColor") -> Path:
        def add_texture(objects: Node, texture: int, video: int, name: str, _data: bytes) -> None:
            for identity, kind in ((texture, "Texture"), (video, "Video")):
                node = objects.add(kind, Long(identity), f"{name}\0\1{kind}", "")
                node.add("FileName" if kind == "Texture" else "Filename", absolute)
                node.add("RelativeFilename", relative)

        def write_file(nodes: list[Node]) -> bytes:
            for link in nodes[-1].children:
                link.values = tuple(use if value == "DiffuseColor" else value for value in link.values)
            return fbx_nodes.write_file(nodes)

        monkeypatch.setattr("simulator.sculpture.fbx._texture", add_texture)
        monkeypatch.setattr("simulator.sculpture.fbx.write_file", write_file)
        path = tmp_path / "model" / "model.fbx"
        path.parent.mkdir()
        path.write_bytes(write_fbx(relief, TEXTURED, "m"))
        return path

    return write


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A picture of the user's own outside the model's folder."""
    path = tmp_path / "private" / "own.png"
    path.parent.mkdir()
    path.write_bytes(TEXTURED.colour)
    return path


Says = Callable[..., Path]


@pytest.mark.parametrize("trusted", [True, False], ids=["the user's", "the service's"])
def test_only_the_users_own_file_leads_out_of_its_folder(
    trusted: bool, says: Says, private: Path, rebuild: Rebuild
) -> None:
    ((material,), missing) = take_in(says("own.png", str(private)), rebuild, trusted)
    assert (set(feeds(material)), missing) == (({"Base Color"}, []) if trusted else (set(), ["own.png"]))


@pytest.mark.parametrize("trusted", [True, False], ids=["the user's", "the service's"])
def test_what_an_importer_takes_from_outside_is_turned_out(
    trusted: bool, says: Says, private: Path, rebuild: Rebuild
) -> None:
    """Of an input that is not rebuilt; and where the file's materials cannot be read, as in an ASCII FBX."""
    path = says("../private/own.png", str(private), "SpecularFactor")
    ((material,), missing) = take_in(path, rebuild, trusted)
    assert bool(feeds(material)) == trusted
    assert missing == ([] if trusted else ["own.png"])
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(private))
    path.write_bytes(b"; FBX 7.4.0 project file")
    assert rebuild([material], path, trusted=trusted) == ([] if trusted else ["own.png"])


@pytest.mark.parametrize(
    ("relative", "absolute"),
    [
        ("../private/own.png", ""),
        ("..\\private\\own.png", ""),
        ("link.png", ""),
        ("folder/own.png", ""),
        ("//localhost/own.png", "\\\\localhost\\own.png"),
        ("C:\\own.png", "C:\\own.png"),
        ("a/" * 200 + "own.png", "\x01/own.png"),
        ("x" * 5000 + ".png", ""),
        ("model.fbx", ""),
        ("folder", ""),
    ],
    ids=["up", "up, backslashes", "link", "link to a folder", "network", "drive", "deep", "long", "model", "folder"],
)
def test_no_path_leads_anywhere_else(relative: str, absolute: str, says: Says, private: Path, rebuild: Rebuild) -> None:
    path = says(relative, absolute)
    (path.parent / "link.png").symlink_to(private)
    (path.parent / "folder").symlink_to(private.parent, target_is_directory=True)
    ((material,), missing) = take_in(path, rebuild)
    assert feeds(material) == {}
    assert len(missing) == 1


def test_a_network_path_is_not_followed_for_the_user_either(says: Says, private: Path, rebuild: Rebuild) -> None:
    """On Windows two slashes lead to another computer; here the path is a local one, so a look would find it."""
    path = says("nothing.png", f"/{private}")
    ((material,), missing) = take_in(path, rebuild, trusted=True)
    assert (feeds(material), missing) == ({}, ["nothing.png"])


@pytest.mark.parametrize("data", [b"Kaydara FBX Binary  \0\x1a\0" + bytes(8), b"; FBX 7.4.0 project file"])
def test_a_file_that_cannot_be_read_leaves_the_materials_alone(data: bytes, tmp_path: Path, rebuild: Rebuild) -> None:
    path = tmp_path / "m.fbx"
    path.write_bytes(data)
    material = bpy.data.materials.new("Clay")
    assert rebuild([material], path, trusted=True) == []


def test_values_without_a_map_stay(tmp_path: Path, relief: Relief, rebuild: Rebuild) -> None:
    path = tmp_path / "m.fbx"
    path.write_bytes(write_fbx(relief, None, "m"))
    ((material,), _) = take_in(path, rebuild)
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert tuple(shader.inputs["Base Color"].default_value)[:3] == pytest.approx((0.7, 0.7, 0.7))
    assert shader.inputs["Metallic"].default_value == 0
    assert len(material.node_tree.nodes) == 2


def test_alpha_that_is_nowhere_used_leaves_the_material_opaque(
    tmp_path: Path, relief: Relief, rebuild: Rebuild
) -> None:
    pixels = read_png(picture(4, 2))
    assert pixels is not None
    pixels[:, :, 3] = 255
    path = tmp_path / "m.fbx"
    path.write_bytes(write_fbx(relief, Textures(write_png(pixels)), "m"))
    ((material,), _) = take_in(path, rebuild)
    assert set(feeds(material)) == {"Base Color"}
    assert material.surface_render_method == "DITHERED"
