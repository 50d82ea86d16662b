"""Materials of an FBX: each map finds its material and role, and no bytes do worse than be refused."""

import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from simulator.sculpture.fbx import write_fbx
from simulator.sculpture.outline import rounded_plate
from simulator.sculpture.relief import carve
from simulator.sculpture.textures import painted, pbr_textures
from tripo_blender.core.formats.fbx.materials import FbxMaterial, MapRole, Picture, read_materials
from tripo_blender.core.formats.limits import BadFile

MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"
MATERIAL, TEXTURE, VIDEO = 10, 20, 30

# A value of an FBX: its type's letter and the number or bytes; a node: its name, values and children.
Typed = tuple[str, Any]
Node = tuple[str, list[Typed], list[Any]]


def _value(kind: str, value: Any) -> bytes:
    if kind in "SR":
        return kind.encode() + struct.pack("<I", len(value)) + value
    if kind in "fdlibc":  # an array: its length, whether it is packed, its size in bytes
        return kind.encode() + struct.pack("<III", 1, 0, len(value)) + value
    return kind.encode() + struct.pack(
        {"Y": "<h", "C": "<B", "B": "<B", "Z": "<b", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}[kind], value
    )


def _write(nodes: list[Node], at: int, layout: struct.Struct) -> bytes:
    data = b""
    for name, values, children in nodes:
        packed = b"".join(_value(kind, value) for kind, value in values)
        body = name.encode() + packed
        if children:
            body += _write(children, at + len(data) + layout.size + len(body), layout)
        end = at + len(data) + layout.size + len(body)
        data += layout.pack(end, len(values), len(packed), len(name)) + body
    return data + bytes(layout.size)


def write(*nodes: Node, version: int = 7400) -> bytes:
    return (
        MAGIC
        + struct.pack("<I", version)
        + _write(list(nodes), 27, struct.Struct("<QQQB" if version >= 7500 else "<IIIB"))
    )


def nested(depth: int) -> Node:
    node: Node = ("Deep", [], [])
    for _ in range(depth):
        node = ("Deep", [], [node])
    return node


def material(name: bytes = b"Clay", uid: int = MATERIAL, **numbers: float) -> Node:
    rows = [("P", [("S", key.encode()), *[("S", b"")] * 3, ("D", value)], []) for key, value in numbers.items()]
    return ("Material", [("L", uid), ("S", name + b"\0\x01Material"), ("S", b"")], [("Properties70", [], rows)])


def holder(kind: str, uid: int, name: bytes, **children: bytes) -> Node:
    texts = [(key, [("R" if key == "Content" else "S", value)], []) for key, value in children.items()]
    return (kind, [("L", uid), ("S", name + b"\0\x01" + kind.encode()), ("S", b"")], texts)


def video(content: bytes = b"picture", uid: int = VIDEO, path: bytes = b"C:\\maps\\clay.png") -> Node:
    return holder("Video", uid, b"Clay picture", RelativeFilename=path, Content=content)


def texture(uid: int = TEXTURE, **paths: bytes) -> Node:
    return holder("Texture", uid, b"Clay texture", **paths)


def shows(picture: int = VIDEO, by: int = TEXTURE) -> Node:
    return ("C", [("S", b"OO"), ("L", picture), ("L", by)], [])


def paints(role: bytes = b"DiffuseColor", by: int = TEXTURE, target: int = MATERIAL) -> Node:
    return ("C", [("S", b"OP"), ("L", by), ("L", target), ("S", role)], [])


def model(objects: list[Node], connections: list[Node], version: int = 7400) -> bytes:
    return write(("Objects", [], objects), ("Connections", [], connections), version=version)


def maps(objects: Sequence[Node], connections: Sequence[Node]) -> dict[MapRole, Picture]:
    """The maps of the one material of a file."""
    (found,) = read_materials(model([material(), *objects], list(connections)))
    return dict(found.maps)


CLAY = Picture("clay.png", "C:\\maps\\clay.png", "", b"picture")


@pytest.mark.parametrize("version", [7300, 7400, 7500, 7700])
def test_a_map_finds_its_material(version: int) -> None:
    data = model([material(), texture(), video()], [shows(), paints()], version)
    assert read_materials(data) == [FbxMaterial("Clay", {MapRole.BASE_COLOR: CLAY})]
    assert read_materials(memoryview(data)) == read_materials(data)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (b"DiffuseColor", MapRole.BASE_COLOR),
        (b"Maya|baseColor", MapRole.BASE_COLOR),
        (b"Maya|TEX_color_map", MapRole.BASE_COLOR),
        (b"3dsMax|Parameters|base_color_map", MapRole.BASE_COLOR),
        (b"3dsMax|main|baseColorMap", MapRole.BASE_COLOR),
        (b"ReflectionFactor", MapRole.METALLIC),
        (b"Maya|metalness", MapRole.METALLIC),
        (b"3dsMax|main|metalness_map", MapRole.METALLIC),
        (b"Shininess", MapRole.ROUGHNESS),
        (b"ShininessExponent", MapRole.ROUGHNESS),
        (b"Maya|TEX_roughness_map", MapRole.ROUGHNESS),
        (b"NormalMap", MapRole.NORMAL),
        (b"Bump", MapRole.NORMAL),
        (b"Maya|normalCamera", MapRole.NORMAL),
        (b"EmissiveColor", MapRole.EMISSION),
        (b"Maya|TEX_emissive_map", MapRole.EMISSION),
        (b"TransparentColor", MapRole.OPACITY),
        (b"TransparencyFactor", MapRole.OPACITY),
        (b"3dsMax|Parameters|cutout_map", MapRole.OPACITY),
        (b"Maya|TEX_ao_map", None),
        (b"ReflectionColor", None),
        (b"SpecularFactor", None),
        (b"\xff\xfe", None),
    ],
)
def test_the_property_tells_the_role(role: bytes, expected: MapRole | None) -> None:
    assert maps([texture(), video()], [shows(), paints(role)]) == ({} if expected is None else {expected: CLAY})


def test_each_material_has_its_own_maps_and_the_first_for_a_role_counts() -> None:
    objects = [material(b"Zinc"), material(b"Amber", 11), texture(), texture(21), video()]
    objects.append(video(b"second", 31, b"maps/glaze.png"))
    links = [shows(), shows(31, 21), paints(), paints(by=21), paints(b"Bump", 21), paints(by=21, target=11)]
    glaze = Picture("glaze.png", "maps/glaze.png", "", b"second")
    assert read_materials(model(objects, links)) == [
        FbxMaterial("Zinc", {MapRole.BASE_COLOR: CLAY, MapRole.NORMAL: glaze}),
        FbxMaterial("Amber", {MapRole.BASE_COLOR: glaze}),
    ]


def test_materials_of_the_same_name_stay_apart() -> None:
    found = read_materials(model([material(), material(uid=11), texture(), video()], [shows(), paints(target=11)]))
    assert [(told.name, dict(told.maps)) for told in found] == [("Clay", {}), ("Clay", {MapRole.BASE_COLOR: CLAY})]


def test_before_version_7_an_objects_name_is_its_number() -> None:
    name = ("S", b"Clay\0\x01Material")
    picture: Node = ("Video", [("S", b"Clip\0\x01Video"), ("S", b"Clip")], [("Filename", [("S", b"a.png")], [])])
    carrier: Node = ("Texture", [("S", b"Paint\0\x01Texture"), ("S", b"")], [])
    links: list[Node] = [
        ("Connect", [("S", b"OO"), picture[1][0], carrier[1][0]], []),
        ("Connect", [("S", b"OP"), carrier[1][0], name, ("S", b"DiffuseColor")], []),
    ]
    found = read_materials(model([("Material", [name, ("S", b"")], []), picture, carrier], links, 6100))
    assert found == [FbxMaterial("Clay", {MapRole.BASE_COLOR: Picture("a.png", "", "a.png")})]


@pytest.mark.parametrize(
    ("relative", "absolute", "name"),
    [
        (b"C:\\maps\\clay.png", b"", "clay.png"),
        (b"../maps/clay.png", b"", "clay.png"),
        (b"C:clay.png", b"", "clay.png"),
        (b"", b"/maps/clay.png", "clay.png"),
        (b"maps/", b"/maps/clay.png", "clay.png"),
        (b"../..", b"..", "Clay picture"),
        (b"maps/a\nb.png", b"", "Clay picture"),
        (b"x" * 300, b"", "x" * 255),
    ],
    ids=["Windows", "Unix", "drive", "absolute only", "a folder", "up", "two lines", "long"],
)
def test_a_picture_is_named_without_folders(relative: bytes, absolute: bytes, name: str) -> None:
    clip = holder("Video", VIDEO, b"Clay picture", RelativeFilename=relative, Filename=absolute)
    (picture,) = maps([texture(), clip], [shows(), paints()]).values()
    assert picture == Picture(name, relative.decode(), absolute.decode())


def test_without_any_path_a_carried_picture_is_named_after_its_object() -> None:
    links = [shows(), paints()]
    carried = holder("Video", VIDEO, b"folder/Clip", Content=b"picture")
    assert maps([texture(), carried], links) == {MapRole.BASE_COLOR: Picture("Clip", "", "", b"picture")}
    nameless = holder("Video", VIDEO, b"..", Content=b"picture")
    assert maps([texture(), nameless], links) == {MapRole.BASE_COLOR: Picture("Picture", "", "", b"picture")}
    named = texture(FileName=b"/maps/clay.png")
    assert maps([named, carried], links) == {MapRole.BASE_COLOR: Picture("clay.png", "", "/maps/clay.png", b"picture")}


@pytest.mark.parametrize(
    ("objects", "links"),
    [
        ([texture(FileName=b"/maps/clay.png", RelativeFilename=b"clay.png")], [paints()]),
        ([texture(), holder("Video", VIDEO, b"", FileName=b"/maps/clay.png", RelativeFilename=b"clay.png")], [shows()]),
        ([texture(FileName=b"/maps/clay.png"), holder("Video", VIDEO, b"", RelativeFilename=b"clay.png")], [shows()]),
    ],
    ids=["texture", "video", "both"],
)
def test_a_picture_that_is_not_carried_has_its_paths(objects: list[Node], links: list[Node]) -> None:
    expected = {MapRole.BASE_COLOR: Picture("clay.png", "clay.png", "/maps/clay.png")}
    assert maps(objects, [*links, paints()]) == expected


def test_a_picture_that_is_carried_once_is_found_for_all_that_have_its_path() -> None:
    objects = [texture(), texture(21), texture(22, RelativeFilename=CLAY.relative.encode()), video(), video(b"", 31)]
    links = [shows(), shows(31, 21), paints(), paints(b"Bump", 21), paints(b"EmissiveColor", 22)]
    assert set(maps(objects, links).values()) == {CLAY}


def test_a_picture_in_pieces_is_put_together() -> None:
    content: Node = ("Content", [("R", b"piece")] * 20, [])
    clip: Node = ("Video", [("L", VIDEO), ("S", b"Clip")], [("Filename", [("S", b"a.png")], []), content])
    (picture,) = maps([texture(), clip], [shows(), paints()]).values()
    assert picture.data == b"piece" * 20


def test_of_a_layered_texture_the_first_picture_counts() -> None:
    layered = holder("LayeredTexture", 40, b"Layers")
    links = [shows(41, 40), shows(TEXTURE, 40), shows(), shows(21, 40), paints(by=40)]
    assert maps([layered, texture(), texture(21), video()], links) == {MapRole.BASE_COLOR: CLAY}
    assert maps([layered, texture()], [shows(TEXTURE, 40), paints(by=40)]) == {}


@pytest.mark.parametrize(
    ("role", "switch", "value", "is_read"),
    [
        (b"Maya|TEX_normal_map", "Maya|use_normal_map", 0.0, False),
        (b"Maya|TEX_normal_map", "Maya|use_normal_map", 1.0, True),
        (b"3dsMax|Parameters|bump_map", "3dsMax|Parameters|bump_map_on", 0.0, False),
        (b"DiffuseColor", "DiffuseColor", 0.0, True),
    ],
)
def test_a_map_may_be_switched_off(role: bytes, switch: str, value: float, is_read: bool) -> None:
    (found,) = read_materials(model([material(**{switch: value}), texture(), video()], [shows(), paints(role)]))
    assert bool(found.maps) == is_read


def test_the_strength_of_emission() -> None:
    silent, told = read_materials(model([material(), material(b"Glow", 11, EmissiveFactor=2.5)], []))
    assert (silent.emission_strength, told.emission_strength) == (None, 2.5)
    table: Node = (
        "Properties70",
        [],
        [("P", [("S", b"EmissiveFactor")], []), ("P", [("I", 1)] * 4 + [("S", b"")], [])],
    )
    (odd,) = read_materials(model([("Material", [("L", 1)], [table, ("Other", [], [table])])], []))
    assert odd == FbxMaterial("", {})


METAL, ROUGH = b"ReflectionFactor", b"ShininessExponent"


def test_a_picture_that_is_metal_and_roughness_is_packed() -> None:
    def told(objects: list[Node], links: list[Node]) -> FbxMaterial:
        (found,) = read_materials(model([material(), texture(), texture(21), *objects], [*links, paints(METAL)]))
        return found

    assert told([video()], [shows(), paints(ROUGH)]).packed  # one texture
    assert told([video()], [shows(), shows(by=21), paints(ROUGH, 21)]).packed  # one picture
    twice = [video(), video(uid=31, path=b"roughness.png")]
    assert told(twice, [shows(), shows(31, 21), paints(ROUGH, 21)]).packed  # two names for it
    beside = [video(b""), video(b"", 31)]
    assert told(beside, [shows(), shows(31, 21), paints(ROUGH, 21)]).packed
    apart = [video(), video(b"other", 31)]
    assert not told(apart, [shows(), shows(31, 21), paints(ROUGH, 21)]).packed
    assert not told([video(b""), video(b"", 31, b"other.png")], [shows(), shows(31, 21), paints(ROUGH, 21)]).packed
    assert not told([video()], [shows()]).packed


@pytest.mark.parametrize(
    ("name", "is_packed"),
    [
        (b"clay_ORM.png", True),
        (b"clayORM.png", True),
        (b"orm.jpg", True),
        (b"metallicRoughness.png", True),
        (b"Clay_Metallic-Roughness.png", True),
        (b"roughness_metalness.png", True),
        (b"metal_rough.png", True),
        (b"PLATFORM.png", False),
        (b"form.png", False),
        (b"storm_metal.png", False),
        (b"roughness.png", False),
    ],
)
@pytest.mark.parametrize("use", [METAL, ROUGH])
def test_a_name_may_tell_that_a_picture_is_packed(name: bytes, is_packed: bool, use: bytes) -> None:
    (told,) = read_materials(model([material(), texture(), video(path=name)], [shows(), paints(use)]))
    assert told.packed == is_packed
    assert len(told.maps) == 1 + is_packed
    assert all(picture.packed == is_packed for picture in told.maps.values())


def test_a_packed_name_does_not_take_a_role_from_another_picture() -> None:
    objects = [material(), texture(), texture(21), video(path=b"orm.png"), video(b"metal", 31, b"metal.png")]
    (told,) = read_materials(model(objects, [shows(), shows(31, 21), paints(ROUGH), paints(METAL, 21)]))
    assert {role: picture.name for role, picture in told.maps.items()} == {
        MapRole.ROUGHNESS: "orm.png", MapRole.METALLIC: "metal.png",
    }  # fmt: skip
    assert not told.packed


@pytest.mark.parametrize(
    ("use", "is_phong"),
    [(METAL, True), (ROUGH, True), (b"NormalMap", False), (b"Maya|metalness", False)],
)
def test_a_phong_material_with_metal_or_roughness_is_known_as_such(use: bytes, is_phong: bool) -> None:
    (told,) = read_materials(model([material(), texture(), video()], [shows(), paints(use)]))
    assert told.phong == is_phong


@pytest.mark.parametrize(
    "objects",
    [
        [],
        [texture()],
        [texture(), ("Video", [("L", VIDEO)], [])],
        [texture(), ("Video", [("L", VIDEO)], [("Content", [], [])])],
        [texture(), ("Video", [("L", VIDEO)], [("Content", [("I", 7)], []), ("Filename", [("I", 7)], [])])],
        [texture(), ("Video", [], [("Content", [("R", b"picture")], [])])],
        [texture(), video(uid=31)],
    ],
    ids=["none", "no video", "no content", "content without value", "numbers", "no id", "another id"],
)
def test_a_texture_without_a_picture_is_no_map(objects: list[Node]) -> None:
    assert maps(objects, [shows(), paints()]) == {}


@pytest.mark.parametrize(
    "link",
    [
        ("C", [], []),
        ("C", [("S", b"OO")], []),
        ("C", [("S", b"OP"), ("L", TEXTURE), ("L", MATERIAL)], []),
        ("C", [("S", b"OP"), ("L", TEXTURE), ("L", MATERIAL), ("I", 7)], []),
        ("C", [("I", 1), ("L", VIDEO), ("L", TEXTURE)], []),
        ("C", [("S", b"PO"), ("L", TEXTURE), ("L", MATERIAL), ("S", b"DiffuseColor")], []),
        ("C", [("S", b"OP"), ("L", TEXTURE), ("L", 99), ("S", b"DiffuseColor")], []),
        shows(TEXTURE, TEXTURE),
    ],
    ids=["empty", "half", "no property", "a number for a property", "a number for a kind", "odd", "to none", "circle"],
)
def test_an_odd_connection_connects_nothing(link: Node) -> None:
    assert maps([texture(), video()], [shows(), link]) == {}


def test_values_of_all_types_are_passed_over() -> None:
    values = [("Y", 1), ("C", 1), ("B", 1), ("Z", 1), ("I", 1), ("F", 1.5), ("D", 1.5), ("S", b"s"), ("R", b"r")]
    arrays = [(kind, bytes(12)) for kind in "fdlibc"]
    odd: Node = ("Geometry", arrays + values, [("Vertices", [("d", bytes(24))], [])])
    nameless: Node = ("Material", [("L", 12)], [])
    short: Node = ("Material", [("L", 13), ("S", b"Glaze\0\x01Material")], [])
    objects = [odd, ("Geometry", values, []), material(), nameless, short, texture(), video()]
    found = read_materials(model(objects, [shows(), paints()]))
    assert [(told.name, len(told.maps)) for told in found] == [("Clay", 1), ("", 0), ("Glaze", 0)]


@pytest.mark.parametrize(
    "data",
    [
        write(),
        write(("Objects", [], [material()])),
        write(("Connections", [], [paints()])),
        model([nested(40)], []),
    ],
    ids=["nothing", "no connections", "no objects", "deep"],
)
def test_a_file_without_materials_has_no_maps(data: bytes) -> None:
    assert read_materials(data) == []


def head(end: int, count: int, length: int, name: bytes = b"N") -> bytes:
    return MAGIC + struct.pack("<IIIIB", 7400, end, count, length, len(name)) + name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        write()[:27],
        b"; FBX 7.4.0 project file" + bytes(40),
        head(10_000, 0, 0),
        head(20, 0, 0),
        head(45, 0, 100) + bytes(40),
        head(46, 1, 1) + b"Z" + bytes(40),
        head(46, 1, 2) + b"?" + bytes(40),
        head(60, 1, 19) + b"?" + bytes(40),
        head(46, 2, 5) + b"I" + bytes(40),
        head(46, 1, 5) + b"S" + struct.pack("<I", 400),
        head(46, 1, 5) + b"R" + struct.pack("<I", 2**32 - 1),
        head(42, 1, 1) + b"D",
        head(42, 1, 1) + b"d",
        head(41, 2**32 - 1, 0),
    ],
    ids=[
        "empty", "magic", "a header alone", "ASCII", "beyond the file", "before itself", "values beyond", "no value",
        "short unknown", "unknown type", "one value missing", "text beyond", "huge text", "cut number", "cut array",
        "many values",
    ],
)  # fmt: skip
def test_what_does_not_follow_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(BadFile):
        read_materials(data)


@cache
def whole(version: int) -> bytes:
    objects = [material(EmissiveFactor=1.0), texture(), texture(21), video(), video(b"", 31, b"maps/orm.png")]
    return model(objects, [shows(), shows(31, 21), paints(), paints(METAL, 21)], version)


@cache
def simulated() -> bytes:
    """A whole file as a service would send it."""
    mask = rounded_plate(16, 16)
    pixels = painted("clay", 32)
    return write_fbx(carve(mask, np.full(mask.shape, 0.5), 50), pbr_textures(b"\xff\xd8\xffcolour", pixels), "m")


def check_verdict(data: bytes) -> None:
    try:
        materials = read_materials(data)
    except BadFile:
        return
    for told in materials:
        assert isinstance(told.packed, bool)
        for picture in told.maps.values():
            assert 0 < len(picture.name) <= 255
            assert picture.name.isprintable()
            assert not set(picture.name) & set("/\\:")
            assert picture.data or picture.relative or picture.absolute


def test_a_whole_file_has_all_maps() -> None:
    (told,) = read_materials(simulated())
    assert set(told.maps) == {MapRole.BASE_COLOR, MapRole.METALLIC, MapRole.ROUGHNESS, MapRole.NORMAL}
    assert all(picture.data for picture in told.maps.values())
    assert (told.phong, told.packed) == (True, False)


def test_a_file_cut_short_anywhere_gives_a_verdict() -> None:
    for length in range(len(whole(7400))):
        check_verdict(whole(7400)[:length])


@given(st.sampled_from((6100, 7400, 7500)), st.binary(max_size=200))
def test_byte_soup_gives_a_verdict(version: int, soup: bytes) -> None:
    check_verdict(MAGIC + struct.pack("<I", version) + soup)


@given(st.sampled_from((whole(7400), whole(7500), simulated())), st.data())
def test_a_damaged_file_gives_a_verdict(file: bytes, data: st.DataObject) -> None:
    damaged = bytearray(file)
    number = st.integers(0, len(damaged)).map(lambda value: struct.pack("<I", value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        new = data.draw(number | st.binary(min_size=1, max_size=2))
        damaged[at : at + len(new)] = new
    check_verdict(bytes(damaged))
