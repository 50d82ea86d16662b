"""FBX files from outside: every length holds, nothing unpacks to more than it says, no path leads out of the folder."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.formats.limits import Limits
from tripo_blender.core.formats.model import ModelFormat, check, check_arrays

from .test_fbx import MAGIC, Node, holder, material, nested, paints, shows, texture, video, write
from .test_glb_file import png
from .test_model_file import PNG, verdict

Array = tuple[str, list[float]]


def array(kind: str, numbers: list[float], *, packed: int = 1, **wrong: Any) -> bytes:
    """A node `Array` with an array as the file has it."""
    raw = struct.pack(f"<{len(numbers)}{kind if kind in 'fdi' else 'q' if kind == 'l' else 'B'}", *numbers)
    data = wrong.get("data", zlib.compress(raw) if packed else raw)
    return (
        kind.encode()
        + struct.pack("<III", wrong.get("length", len(numbers)), packed or 0, wrong.get("size", len(data)))
        + data
    )


def node(name: bytes, values: bytes, count: int, children: bytes = b"", *, at: int = 27, **wrong: Any) -> bytes:
    """A node of FBX 7.4 that begins at a byte."""
    end = at + 13 + len(name) + len(values) + len(children)
    head = struct.pack(
        "<IIIB", wrong.get("end", end), wrong.get("count", count), wrong.get("length", len(values)), len(name)
    )
    return head + name + values + children


def file(*nodes: bytes, version: int = 7400) -> bytes:
    return MAGIC + struct.pack("<I", version) + b"".join(nodes) + bytes(13)


def refusal(data: bytes, limits: Limits | None = None, **options: Any) -> str:
    with pytest.raises(TripoError) as caught:
        check(data, "Advice", limits or Limits(), **options)
    assert caught.value.failure.kind is Kind.MODEL_FILE
    return f"{caught.value.failure.sentence}: {caught.value.failure.detail}"


KINDS = [
    ("Y", -3),
    ("C", 1),
    ("B", 0),
    ("Z", -1),
    ("I", -7),
    ("F", 0.5),
    ("D", 1e300),
    ("L", 2**40),
    ("S", b"x"),
    ("R", b""),
]


@pytest.mark.parametrize("version", [6100, 7400, 7500, 7700])
def test_all_kinds_of_values_are_let_through(version: int) -> None:
    inner: Node = ("Inner", list(KINDS), [("Leaf", [], [])])
    assert check(write(("Outer", list(KINDS), [inner, inner]), nested(20), version=version)) is ModelFormat.FBX


@pytest.mark.parametrize("packed", [0, 1])
@pytest.mark.parametrize("kind", "fdlibc")
def test_arrays_are_let_through(kind: str, packed: int) -> None:
    assert check(file(node(b"Array", array(kind, [1, 2, 3, 4] * 100, packed=packed), 1))) is ModelFormat.FBX
    assert check(file(node(b"Array", array(kind, [], packed=packed), 1))) is ModelFormat.FBX


MEGABYTES = zlib.compress(bytes(3_000_000))
BROKEN = {
    "a version nobody has": (file(version=4000), "version 4000"),
    "a version to come": (file(version=2**31), "version 2147483648"),
    "a node that passes the file": (file(node(b"N", b"", 0, end=999)), "cut short"),
    "a node that passes its parent": (
        file(node(b"N", b"", 0, node(b"M", b"", 0, at=41, end=69) + bytes(13))), "ends at byte 69",
    ),
    "a node that ends within its values": (file(node(b"N", b"I\0\0\0\0", 1, end=43)), "broken"),
    "an end without a node": (MAGIC + struct.pack("<IIIIB", 7400, 0, 1, 0, 0) + bytes(13), "has no end"),
    "bytes after the last child": (file(node(b"N", b"", 0, bytes(7))), "7 bytes too many"),
    "values that pass their list": (file(node(b"N", b"L\0\0", 1)), "passes byte"),
    "a text that passes its list": (file(node(b"N", b"S" + struct.pack("<I", 2**32 - 1), 1)), "passes byte"),
    "a text without a length": (file(node(b"N", b"S\0", 1)), "a value of kind 83"),
    "an array that passes its list": (file(node(b"N", array("i", [1], size=99), 1)), "passes byte"),
    "an array without a length": (file(node(b"N", b"i\0", 1)), "a value of kind 105"),
    "more values than there are": (file(node(b"N", b"C\0", 2)), "a value of kind 0"),
    "fewer values than there are": (file(node(b"N", b"C\0C\0", 1)), "values end"),
    "no such kind": (file(node(b"N", b"?", 1)), "a value of kind 63"),
    "millions of values": (file(node(b"N", b"C\0", 2**32 - 1)), "values"),
    "an array that is longer": (file(node(b"N", array("i", [1, 2], length=1), 1)), "an array of"),
    "an array that is shorter": (file(node(b"N", array("i", [1, 2], length=3), 1)), "an array of"),
    "a plain array that is longer": (file(node(b"N", array("i", [1, 2], packed=0, length=1), 1)), "8 bytes"),
    "an array packed otherwise": (file(node(b"N", array("i", [1, 2], packed=2), 1)), "packed by method 2"),
    "an array that unpacks to far more": (file(node(b"N", array("d", [], data=MEGABYTES, length=9), 1)), "not 72"),
    "an array that is no archive": (file(node(b"N", array("d", [], data=b"xxxx", length=1), 1)), "an array: "),
    "an array cut short": (file(node(b"N", array("d", [], data=MEGABYTES[:-9], length=375_000), 1)), "cut short"),
    "an array that claims the memory of all": (file(node(b"N", array("d", [1], length=2**31), 1)), "GB of memory"),
    "too deep": (write(nested(70)), "inside each other"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


WITHIN = {
    "an array that is longer",
    "an array that is shorter",
    "an array that unpacks to far more",
    "an array that is no archive",
    "an array cut short",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_within_packed_arrays_can_be_left_for_later(name: str) -> None:
    data, said = BROKEN[name]
    if name not in WITHIN:
        assert said in refusal(data, unpacks=False)
        return
    assert check(data, unpacks=False) is ModelFormat.FBX
    with pytest.raises(TripoError, match=r"The FBX is broken\. Advice") as caught:
        check_arrays(data, "Advice")
    assert said in caught.value.failure.detail


def test_a_list_of_nodes_may_end_without_an_empty_one() -> None:
    assert check(file(node(b"N", b"", 0, node(b"M", b"", 0, at=41)))) is ModelFormat.FBX


def test_a_megabyte_from_one_kilobyte_is_no_bomb() -> None:
    assert check(file(node(b"N", array("d", [0.0] * 375_000), 1))) is ModelFormat.FBX


COSTLY = {
    "vertices": (b"Vertices", Limits(vertices=3), "3 vertices"),
    "corners": (b"PolygonVertexIndex", Limits(corners=11), "11 face corners"),
    "keys": (b"KeyTime", Limits(keys=11), "11 keyframes"),
    "memory": (b"Anything", Limits(memory=130), "GB of memory"),
    "values": (b"Anything", Limits(fbx_values=0), "0 values"),
    "nodes": (b"Anything", Limits(fbx_nodes=0), "0 nodes"),
}


@pytest.mark.parametrize(("name", "limits", "said"), COSTLY.values(), ids=COSTLY)
def test_what_is_too_much_is_refused(name: bytes, limits: Limits, said: str) -> None:
    data = file(node(name, array("i", [0] * 12), 1))
    assert check(data) is ModelFormat.FBX
    assert said in refusal(data, limits)


def test_vertices_of_old_files_count_too() -> None:
    old = write(("Vertices", [("D", 0.0)] * 12, []), version=6100)
    assert "3 vertices" in refusal(old, Limits(vertices=3))


def test_objects_are_counted() -> None:
    data = write(("Objects", [], [("Model", [], [])] * 5))
    assert check(data, "", Limits(nodes=5)) is ModelFormat.FBX
    assert "4 objects" in refusal(data, Limits(nodes=4))


def pictured(*objects: Node, links: tuple[Node, ...] = (), version: int = 7400) -> bytes:
    return write(("Objects", [], [material(), *objects]), ("Connections", [], list(links)), version=version)


@pytest.mark.parametrize(
    ("data", "said"),
    [(png(2**31, 2), "16384 px a side"), (b"BM" + bytes(40), "no whole PNG"), (b"\x89PNG\r\n\x1a\n", "no whole PNG")],
    ids=["huge", "bitmap", "cut"],
)
def test_a_picture_that_is_too_large_or_of_unknown_size_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(pictured(video(data)))


def test_the_users_own_file_may_have_any_kind_of_picture() -> None:
    bitmap = pictured(video(b"BM" + bytes(40)))
    assert check(bitmap, trusted=True) is ModelFormat.FBX
    check_arrays(bitmap)


OUTSIDE = (
    "/home/ann/a.png", "C:\\Users\\ann\\a.png", "c:a.png", "..\\a.png", "../a.png", "maps/../../a.png", "maps\\..",
    "\\a.png", "a.png:stream", " /home/ann/a.png", "/ /home/ann/a.png", "//\t/a.png"[1:], "\u3000/a.png",
)  # fmt: skip
INSIDE = (
    "a.png",
    "maps/a.png",
    "maps\\a.png",
    "..a.png",
    "a..png",
    "",
    "con cord.png",
    "com.png",
    "a.con.png",
    " a.png",
)
NETWORK = (
    "\\\\host\\share\\a.png", "//host/share/a.png", "\\/host/a.png", "\\\\?\\UNC\\host\\a.png", "\\\\.\\pipe\\a",
    "http://example.test/a.png", " //host/a.png", "/ //host/a.png", "SMB://host/a.png", "file:///a.png", "FILE:a.png",
)  # fmt: skip
DEVICES = (
    "/dev/zero",
    "/proc/self/environ",
    "/sys/a",
    "CON",
    "aux.png",
    "maps\\nul.png",
    "C:\\com1.png",
    "C:lpt9",
    "a/PRN",
    " /dev/zero",
    "/\n/dev/zero",
)
NAMES = ("FileName", "Filename", "RelativeFilename")


def nowhere(path: str) -> bool:
    return False


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["Texture", "Video"])
@pytest.mark.parametrize("path", [*OUTSIDE, *NETWORK, *DEVICES])
def test_a_path_out_of_the_folder_is_refused_but_in_the_users_own_file(path: str, kind: str, name: str) -> None:
    data = pictured(holder(kind, 20, b"Clay", **{name: path.encode()}))
    assert "The FBX names" in refusal(data)
    assert check(data, trusted=True) is ModelFormat.FBX


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", INSIDE)
def test_a_path_inside_the_folder_is_let_through(path: str, name: str) -> None:
    assert check(pictured(holder("Texture", 20, b"Clay", **{name: path.encode()}))) is ModelFormat.FBX


def test_what_follows_a_zero_is_no_part_of_a_path() -> None:
    assert check(pictured(texture(FileName=b"a.png\0/x"))) is ModelFormat.FBX
    assert "outside" in refusal(pictured(texture(FileName=b"/a.png\0x")))


@pytest.mark.parametrize("path", OUTSIDE)
def test_an_authors_path_that_leads_nowhere_here_is_let_through(path: str) -> None:
    asked: list[str] = []

    def leads(told: str) -> bool:
        asked.append(told)
        return False

    data = pictured(texture(FileName=path.encode()), video(PNG, path=path.encode()), links=(shows(), paints()))
    assert check(data, leads=leads) is ModelFormat.FBX
    assert path in asked or path.lstrip("/").lstrip() in asked
    assert len(asked) <= 2


def test_a_picture_that_is_carried_excuses_no_path_that_leads_somewhere() -> None:
    assert "outside its folder" in refusal(pictured(video(PNG, path=b"/a.png")), leads=lambda path: path == "/a.png")


@pytest.mark.parametrize("path", [*NETWORK, *DEVICES])
def test_another_computer_and_a_device_are_refused_wherever_they_lead(path: str) -> None:
    assert "The FBX names a" in refusal(pictured(video(PNG, path=path.encode())), leads=nowhere)


def test_thousands_of_paths_and_long_ones_are_refused() -> None:
    assert "2000 paths" in refusal(pictured(*(texture(FileName=b"/%d" % n) for n in range(2000))), leads=nowhere)
    assert "a path of 1001 bytes" in refusal(pictured(texture(FileName=b"a" * 1001)), leads=nowhere)


def test_a_shaders_path_is_a_path_too() -> None:
    row = ("P", [("S", b"3dsMax|params|FileName"), *[("S", b"")] * 3, ("S", b"//host/a.png")], [])
    other = ("P", [("S", b"Name"), *[("S", b"")] * 3, ("S", b"//host/a.png")], [])
    short = ("P", [("S", b"FileName")], [])
    shader: Node = ("Texture", [("L", 20)], [("Properties70", [], [other, short])])
    assert check(pictured(shader)) is ModelFormat.FBX
    shader[2][0][2].append(row)
    assert "another computer" in refusal(pictured(shader))


def named(name: bytes, kind: str = "Texture", **files: bytes) -> bytes:
    return pictured(holder(kind, 20, name, **files))


@pytest.mark.parametrize("kind", ["Texture", "Video"])
@pytest.mark.parametrize("path", [*OUTSIDE, *NETWORK, *DEVICES])
def test_a_picture_without_a_file_is_taken_for_a_path_by_its_name(path: str, kind: str) -> None:
    """By the importer in Python; one that has a file may be called as it likes."""
    name = path.encode()
    for files in ({}, {"FileName": b"", "RelativeFilename": b"\0a.png"}, {"FILENAME": b"a.png"}):
        assert "The FBX names" in refusal(named(name, kind, **files))
        assert check(named(name, kind, **files), trusted=True) is ModelFormat.FBX
    for key in NAMES:
        assert check(named(name, kind, **{key: b"a.png"})) is ModelFormat.FBX
    last = pictured(holder("Texture", 20, b"Clay"), holder(kind, 20, name))
    assert "The FBX names" in refusal(last)
    assert check(pictured(("Cache", [("L", 1), ("S", name), ("S", b"")], []))) is ModelFormat.FBX


def test_of_several_file_names_the_first_counts_as_it_does_for_the_importer() -> None:
    twice = ("Texture", [("L", 20), ("S", b"/x\0\1Texture"), ("S", b"")], [])
    rows = [("FileName", [("S", text)], []) for text in (b"", b"a.png")]
    assert "outside" in refusal(pictured((*twice[:2], rows)))
    assert check(pictured((*twice[:2], rows[::-1]))) is ModelFormat.FBX
    deeper = [("Properties70", [], [("FileName", [("S", b"a.png")], [])])]
    assert "outside" in refusal(pictured((*twice[:2], deeper)))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([("L", 20), ("L", 20), ("S", b"/x\0\1Texture"), ("S", b"")], "outside"),
        ([("S", b"/x\0\1Texture"), ("S", b"")], "outside"),
        ([("L", 1)] * 7 + [("S", b"/x"), ("S", b"")], "9 values"),
        ([("S", b"/x\0\1Texture")], ""),
        ([("L", 20), ("L", 20), ("S", b"/x")], ""),
        ([], ""),
    ],
    ids=["more", "old", "many", "one", "a number", "none"],
)
def test_the_name_is_the_last_value_but_one(values: list[Any], said: str) -> None:
    data = pictured(("Texture", values, []))
    if said:
        assert said in refusal(data)
    else:
        assert check(data) is ModelFormat.FBX


def test_a_texture_without_a_number_is_let_through() -> None:
    assert (
        check(pictured(("Texture", [], [("FileName", [("I", 7)], []), ("Content", [("R", b"")], [])])))
        is ModelFormat.FBX
    )


PARTS = st.sampled_from((b"\0", b"\1", b"\xff\xff\xff\xff", b"S", b"i", b"d", struct.pack("<I", 40), MEGABYTES[:40]))
WHOLE = pictured(texture(FileName=b"C:\\a.png"), video(PNG), links=(shows(), paints())) + bytes(99)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), PARTS | st.binary(max_size=5)), min_size=1, max_size=4))
def test_a_damaged_file_gives_a_verdict(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(WHOLE)
    for at, part in changes:
        data[at : at + len(part)] = part
    assert verdict(bytes(data)) in {*ModelFormat, Kind.MODEL_FILE}
