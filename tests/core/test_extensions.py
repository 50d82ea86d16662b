"""glTF extensions: those that a file insists on are found, and each has its sentence in each Blender."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.formats.glb.extensions import required, unsupported_reason

from .fixtures import english
from .strategies import JSON_VALUES
from .test_model_file import chunk, glb, scene

MESHOPT, MESHOPT_KHR = "EXT_meshopt_compression", "KHR_meshopt_compression"
DRACO, BASISU = "KHR_draco_mesh_compression", "KHR_texture_basisu"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, ()),
        ({"extensionsRequired": []}, ()),
        ({"extensionsRequired": [DRACO, MESHOPT]}, (DRACO, MESHOPT)),
        ({"extensionsUsed": [DRACO]}, ()),
        ({"extensionsRequired": [7, None, DRACO, ["x"]]}, (DRACO,)),
        ({"extensionsRequired": None}, ()),
        ({"extensionsRequired": 7}, ()),
    ],
    ids=str,
)
def test_the_extensions_that_a_file_insists_on_are_named(content: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert required(memoryview(glb(scene(**content), chunk(b"BIN\0", bytes(64))))) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"glTF", bytes(16), glb(scene(extensionsRequired=[DRACO]))[:-8], glb(chunk(b"JSON", b"[]")),
     glb(chunk(b"JSON", b"\xff\xfe{")), glb(chunk(b"JSON", 100_000 * b"[")), glb(version=1)],
    ids=["empty", "magic", "zeros", "cut short", "list", "no text", "nested without end", "no chunk"],
)  # fmt: skip
def test_what_is_no_whole_file_insists_on_nothing(data: bytes) -> None:
    assert required(memoryview(data)) == ()


@given(st.binary(max_size=64) | JSON_VALUES.map(lambda value: glb(chunk(b"JSON", json.dumps(value).encode()))))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    assert all(isinstance(name, str) for name in required(memoryview(data)))


@given(JSON_VALUES)
def test_no_value_in_place_of_the_list_crashes_the_reader(value: Any) -> None:
    assert isinstance(required(memoryview(glb(scene(extensionsRequired=value)))), tuple)


@pytest.mark.parametrize(
    ("names", "blender", "in_the_way", "remedy"),
    [
        ((MESHOPT,), "4.2", "is compressed with meshopt", "Blender 5.2 reads it"),
        ((MESHOPT_KHR,), "5.0", "is compressed with meshopt", "Blender 5.2 reads it"),
        ((MESHOPT,), "5.2", "is compressed with meshopt", "A Blender from blender.org reads it"),
        ((MESHOPT_KHR,), "5.10", "is compressed with meshopt", "A Blender from blender.org reads it"),
        ((DRACO,), "4.2", "is compressed with Draco", "A Blender from blender.org reads it"),
        ((DRACO,), "5.2", "is compressed with Draco", "A Blender from blender.org reads it"),
        ((BASISU,), "5.2", "has KTX2 textures", "No Blender reads them"),
        (("KHR_unheard_of", BASISU, DRACO), "4.2", "has KTX2 textures", "No Blender reads them"),
    ],
)
def test_what_is_in_the_way_is_said_with_what_helps(
    names: tuple[str, ...], blender: str, in_the_way: str, remedy: str
) -> None:
    assert english(unsupported_reason(names, blender)) == (
        f"The GLB {in_the_way}, which this Blender {blender} cannot read. "
        f"{remedy}; or get the model again without compression"
    )


@pytest.mark.parametrize("names", [(), ("KHR_materials_unlit",), ("KHR_texture_transform", "KHR_unheard_of")], ids=str)
def test_another_extension_is_not_said_to_be_in_the_way(names: tuple[str, ...]) -> None:
    assert unsupported_reason(names, "4.2") is None
