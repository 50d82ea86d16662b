"""Materials of an FBX: each map finds its material and role, and no bytes do worse than be refused."""

import struct
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.fbx import EmbeddedPicture, FbxError, MapRole, read_maps

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
    return kind.encode() + struct.pack({"Y": "<h", "C": "<B", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}[kind], value)


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


def material(name: bytes = b"Clay", uid: int = MATERIAL) -> Node:
    return ("Material", [("L", uid), ("S", name + b"\0\x01Material"), ("S", b"")], [])


def video(content: bytes = b"picture", uid: int = VIDEO, path: bytes = b"C:\\maps\\clay.png", **names: Any) -> Node:
    children = [
        (names.get("path_name", "RelativeFilename"), [("S", path)], []),
        ("Content", [("R", content)], []),
    ]
    return ("Video", [("L", uid), ("S", b"Clay picture\0\x01Video"), ("S", b"Clip")], children)


def shows(picture: int = VIDEO, texture: int = TEXTURE) -> Node:
    return ("C", [("S", b"OO"), ("L", picture), ("L", texture)], [])


def paints(role: bytes = b"DiffuseColor", texture: int = TEXTURE, target: int = MATERIAL) -> Node:
    return ("C", [("S", b"OP"), ("L", texture), ("L", target), ("S", role)], [])


def model(objects: list[Node], connections: list[Node], version: int = 7400) -> bytes:
    return write(("Objects", [], objects), ("Connections", [], connections), version=version)


CLAY = EmbeddedPicture("clay.png", b"picture")


@pytest.mark.parametrize("version", [7300, 7400, 7500, 7700])
def test_a_map_finds_its_material(version: int) -> None:
    data = model([material(), video()], [shows(), paints()], version)
    assert read_maps(data) == {"Clay": {MapRole.BASE_COLOR: CLAY}}
    assert read_maps(memoryview(data)) == read_maps(data)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (b"DiffuseColor", MapRole.BASE_COLOR),
        (b"Maya|baseColor", MapRole.BASE_COLOR),
        (b"3dsMax|Parameters|base_color_map", MapRole.BASE_COLOR),
        (b"ReflectionFactor", MapRole.METALLIC),
        (b"Maya|metalness", MapRole.METALLIC),
        (b"Shininess", MapRole.ROUGHNESS),
        (b"ShininessExponent", MapRole.ROUGHNESS),
        (b"NormalMap", MapRole.NORMAL),
        (b"Bump", MapRole.NORMAL),
        (b"EmissiveColor", None),
        (b"\xff\xfe", None),
    ],
)
def test_the_property_tells_the_role(role: bytes, expected: MapRole | None) -> None:
    maps = read_maps(model([material(), video()], [shows(), paints(role)]))
    assert maps == {"Clay": {} if expected is None else {expected: CLAY}}


def test_each_material_has_its_own_maps_and_the_first_for_a_role_counts() -> None:
    objects = [material(), material(b"Glaze", 11), video(), video(b"second", 31, b"maps/glaze.png")]
    links = [shows(), shows(31, 21), paints(), paints(texture=21), paints(b"Bump", 21), paints(texture=21, target=11)]
    glaze = EmbeddedPicture("glaze.png", b"second")
    assert read_maps(model(objects, links)) == {
        "Clay": {MapRole.BASE_COLOR: CLAY, MapRole.NORMAL: glaze},
        "Glaze": {MapRole.BASE_COLOR: glaze},
    }


@pytest.mark.parametrize(
    ("path", "names", "name"),
    [
        (b"C:\\maps\\clay.png", {}, "clay.png"),
        (b"../maps/clay.png", {}, "clay.png"),
        (b"clay.png", {"path_name": "Filename"}, "clay.png"),
        (b"../../", {}, "Clay picture"),
        (b"", {}, "Clay picture"),
        (b"x", {"path_name": "Nothing"}, "Clay picture"),
    ],
    ids=["Windows", "Unix", "absolute only", "a folder", "empty", "no path"],
)
def test_a_picture_is_named_without_folders(path: bytes, names: dict[str, str], name: str) -> None:
    maps = read_maps(model([material(), video(path=path, **names)], [shows(), paints()]))
    assert maps["Clay"][MapRole.BASE_COLOR].name == name


@pytest.mark.parametrize(
    "objects",
    [
        [material()],
        [material(), video(b"")],
        [material(), ("Video", [("L", VIDEO)], [])],
        [material(), ("Video", [("L", VIDEO)], [("Content", [], [])])],
        [material(), ("Video", [("L", VIDEO)], [("Content", [("I", 7)], [])])],
        [material(), ("Video", [], [("Content", [("R", b"picture")], [])])],
        [material(), video(uid=31)],
    ],
    ids=["none", "empty", "no content", "content without value", "a number", "no id", "another id"],
)
def test_a_picture_that_is_not_in_the_file_is_left_to_the_importer(objects: list[Node]) -> None:
    assert read_maps(model(objects, [shows(), paints()])) == {"Clay": {}}


@pytest.mark.parametrize(
    "link",
    [
        ("C", [], []),
        ("C", [("S", b"OO")], []),
        ("C", [("S", b"OP"), ("L", TEXTURE), ("L", MATERIAL)], []),
        ("C", [("S", b"OP"), ("L", TEXTURE), ("L", MATERIAL), ("I", 7)], []),
        ("C", [("I", 1), ("L", VIDEO), ("L", TEXTURE)], []),
        ("C", [("S", b"PO"), ("L", VIDEO), ("L", TEXTURE)], []),
    ],
    ids=["empty", "half", "no property", "a number for a property", "a number for a kind", "odd kind"],
)
def test_an_odd_connection_connects_nothing(link: Node) -> None:
    assert read_maps(model([material(), video()], [shows(), link])) == {"Clay": {}}


def test_values_of_all_types_are_passed_over() -> None:
    values = [("Y", 1), ("C", 1), ("I", 1), ("F", 1.5), ("D", 1.5), ("L", 1), ("S", b"s"), ("R", b"r")]
    arrays = [(kind, bytes(12)) for kind in "fdlibc"]
    odd: Node = ("Geometry", values + arrays, [("Vertices", [("d", bytes(24))], [])])
    nameless: Node = ("Material", [("L", 12)], [])
    short: Node = ("Material", [("L", 13), ("S", b"Glaze\0\x01Material")], [])
    maps = read_maps(model([odd, material(), nameless, short, video()], [shows(), paints()]))
    assert maps == {"Clay": {MapRole.BASE_COLOR: CLAY}, "": {}, "Glaze": {}}


@pytest.mark.parametrize(
    "data",
    [write(), write(("Objects", [], [material()])), write(("Connections", [], [paints()])), write()[:27]],
    ids=["nothing", "no connections", "no objects", "a header alone"],
)
def test_a_file_without_materials_has_no_maps(data: bytes) -> None:
    assert read_maps(data) == {}


def nested(depth: int) -> Node:
    node: Node = ("Deep", [], [])
    for _ in range(depth):
        node = ("Deep", [], [node])
    return node


def head(end: int, count: int, length: int, name: bytes = b"N") -> bytes:
    return MAGIC + struct.pack("<IIIIB", 7400, end, count, length, len(name)) + name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        write(nested(40)),
        head(10_000, 0, 0),
        head(20, 0, 0),
        head(45, 0, 100) + bytes(40),
        head(46, 1, 1) + b"Z" + bytes(40),
        head(46, 2, 5) + b"I" + bytes(40),
        head(46, 1, 5) + b"S" + struct.pack("<I", 400),
        head(46, 1, 5) + b"R" + struct.pack("<I", 2**32 - 1),
        head(42, 1, 1) + b"D",
        head(42, 1, 1) + b"d",
        head(41, 2**32 - 1, 0),
    ],
    ids=[
        "empty", "magic", "deep", "beyond the file", "before itself", "values beyond", "unknown type",
        "one value missing", "text beyond", "huge text", "cut number", "cut array", "many values",
    ],
)  # fmt: skip
def test_what_does_not_follow_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(FbxError):
        read_maps(data)


WHOLE = model([material(), video()], [shows(), paints()])


def check_verdict(data: bytes) -> None:
    try:
        maps = read_maps(data)
    except FbxError:
        return
    for roles in maps.values():
        for picture in roles.values():
            assert picture.data
            assert "/" not in picture.name
            assert "\\" not in picture.name


def test_a_file_cut_short_anywhere_gives_a_verdict() -> None:
    for length in range(len(WHOLE)):
        check_verdict(WHOLE[:length])


@given(st.sampled_from((7400, 7500)), st.binary(max_size=200))
def test_byte_soup_gives_a_verdict(version: int, soup: bytes) -> None:
    check_verdict(MAGIC + struct.pack("<I", version) + soup)


@given(st.sampled_from((7400, 7500)), st.data())
def test_a_damaged_file_gives_a_verdict(version: int, data: st.DataObject) -> None:
    damaged = bytearray(model([material(), video()], [shows(), paints()], version))
    number = st.integers(0, len(damaged)).map(lambda value: struct.pack("<I", value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        new = data.draw(number | st.binary(min_size=1, max_size=2))
        damaged[at : at + len(new)] = new
    check_verdict(bytes(damaged))
