"""GLB files from outside: each number, index and length that the importer would trust is held to its bounds."""

import base64
import copy
import json
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.formats.glb.arrays import all_below
from tripo_blender.core.formats.limits import COUNTS, Limits
from tripo_blender.core.formats.model import ModelFormat, check

from .test_model_file import PNG, chunk, glb, verdict

Scene = dict[str, Any]
MESHOPT = "EXT_meshopt_compression"
LIGHTS = "KHR_lights_punctual"
INSTANCES = "EXT_mesh_gpu_instancing"
DRACO = "KHR_draco_mesh_compression"


class _Buffer:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.data = scene, bytearray()

    def view(self, data: bytes, **more: Any) -> int:
        self.scene["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **more})
        self.data += data + bytes(-len(data) % 4)
        return len(self.scene["bufferViews"]) - 1

    def array(self, component: int, kind: str, count: int, data: bytes, **more: Any) -> int:
        entry = {"bufferView": self.view(data), "componentType": component, "type": kind, "count": count, **more}
        self.scene["accessors"].append(entry)
        return len(self.scene["accessors"]) - 1


POSITIONS, SHORTS, LONGS, BYTES, JOINTS, WEIGHTS, MATRICES, TIMES, TURNS, PATCHED = range(10)


def rich() -> tuple[Scene, bytes]:
    """A GLB with one of everything that is checked."""
    scene: Scene = {"asset": {"version": "2.0"}, "bufferViews": [], "accessors": []}
    buffer = _Buffer(scene)
    corners = struct.pack("<12f", 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    buffer.array(5126, "VEC3", 4, corners)
    buffer.array(5123, "SCALAR", 6, struct.pack("<6H", 0, 1, 2, 0, 2, 3))
    buffer.array(5125, "SCALAR", 6, struct.pack("<6I", 0, 1, 2, 0, 2, 3))
    buffer.array(5121, "SCALAR", 3, bytes((0, 1, 2)))
    buffer.array(5121, "VEC4", 4, bytes((0, 1, 0, 0)) * 4)
    buffer.array(5126, "VEC4", 4, struct.pack("<4f", 0.5, 0.5, 0, 0) * 4)
    buffer.array(5126, "MAT4", 2, bytes(128))
    buffer.array(5126, "SCALAR", 2, struct.pack("<2f", 0, 1))
    buffer.array(5126, "VEC4", 2, struct.pack("<4f", 0, 0, 0, 1) * 2)
    sparse = {
        "count": 2,
        "indices": {"bufferView": buffer.view(struct.pack("<2H", 0, 3)), "componentType": 5123},
        "values": {"bufferView": buffer.view(corners[:24])},
    }
    buffer.array(5126, "VEC3", 4, corners, sparse=sparse)
    picture = buffer.view(PNG)
    attributes = {"POSITION": POSITIONS, "JOINTS_0": JOINTS, "WEIGHTS_0": WEIGHTS}
    part = {"attributes": attributes, "indices": SHORTS, "material": 0, "targets": [{"POSITION": PATCHED}]}
    plain = [{"attributes": {"POSITION": POSITIONS}, "indices": number, "mode": 4} for number in (LONGS, BYTES)]
    plain += [{"attributes": {"POSITION": POSITIONS}, "mode": 6}, {"attributes": {}}]
    scene |= {
        "buffers": [{"byteLength": len(buffer.data)}],
        "images": [
            {"bufferView": picture},
            {"uri": "data:;base64," + base64.b64encode(PNG).decode()},
            {"name": "none"},
        ],
        "samplers": [{}],
        "textures": [{"source": 0, "sampler": 0}, {"extensions": {"EXT_texture_webp": {"source": 1}}}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}, "normalTexture": {"index": 1}}],
        "meshes": [{"primitives": [part]}, {"primitives": plain}],
        "nodes": [
            {"name": "hip", "children": [1]},
            {"name": "tip"},
            {"name": "body", "mesh": 0, "skin": 0},
            {"mesh": 1, "extensions": {INSTANCES: {"attributes": {"TRANSLATION": POSITIONS}}}},
            {"camera": 0, "extensions": {LIGHTS: {"light": 0}}},
        ],
        "skins": [{"joints": [0, 1], "skeleton": 0, "inverseBindMatrices": MATRICES}, {"joints": [0]}],
        "cameras": [{}],
        "extensions": {LIGHTS: {"lights": [{}]}},
        "animations": [
            {
                "samplers": [{"input": TIMES, "output": TURNS}],
                "channels": [{"sampler": 0, "target": {"node": 1, "path": "rotation"}}, {"sampler": 0}],
            }
        ],
        "scenes": [{"nodes": [0, 2, 3, 4]}],
        "scene": 0,
    }
    return scene, bytes(buffer.data)


RICH, BINARY = rich()


def packed(scene: Any, binary: bytes = BINARY) -> bytes:
    text = json.dumps(scene).encode()
    return glb(chunk(b"JSON", text + b" " * (-len(text) % 4)), chunk(b"BIN\0", binary))


def changed(*changes: tuple[str, Any]) -> Scene:
    """The rich scene with other values at places such as "nodes/0/children"."""
    scene = copy.deepcopy(RICH)
    for place, value in changes:
        *path, last = [int(step) if step.isdigit() else step for step in place.split("/")]
        holder: Any = scene
        for step in path:
            holder = holder[step]
        holder[last] = value
    return scene


def refusal(data: bytes, limits: Limits | None = None, **options: Any) -> str:
    with pytest.raises(TripoError) as caught:
        check(data, "Advice", limits or Limits(), **options)
    failure = caught.value.failure
    return f"{failure.sentence}: {failure.detail}"


def test_one_of_everything_is_let_through() -> None:
    assert check(packed(RICH)) is ModelFormat.GLB


WRONG: dict[str, Any] = {
    # numbers
    "buffers/0/byteLength": [-1, 1.0, True, "4", None, 2**63, len(BINARY) + 1],
    "bufferViews/0/buffer": [1, -1, 0.0, None],
    "bufferViews/0/byteOffset": [-4, 2**40, len(BINARY) - 8, "0", 0.5],
    "bufferViews/0/byteLength": [2**32, 47, -1, None],
    "bufferViews/0/byteStride": [-1, 2**20, 16, True],
    "accessors/0/bufferView": [99, -1, 0.0, "0", False],
    "accessors/0/byteOffset": [4, 2**62, -4],
    "accessors/0/count": [5, 2**31, 2**62, -1, 4.0, True, None],
    "accessors/0/componentType": [5124, 0, "5126", 5126.0],
    "accessors/0/type": ["VEC5", 3, None, ["VEC3"], "VEC4"],
    "accessors/9/sparse": [7, []],
    "accessors/9/sparse/count": [5, -1],
    "accessors/9/sparse/indices": [None, {"bufferView": 0}],
    "accessors/9/sparse/indices/componentType": [5126, 5125],
    "accessors/9/sparse/indices/byteOffset": [2],
    "accessors/9/sparse/indices/bufferView": [WEIGHTS],  # as whole numbers they pass the array
    "accessors/9/sparse/values/byteOffset": [4, -1],
    # pictures and materials
    "images": [7, [7], {"0": {}}],
    "images/0/bufferView": [99, None],
    "textures/0/source": [3, -1, "0"],
    "textures/0/sampler": [1],
    "textures/1/extensions": [7, {"EXT_texture_webp": 7}, {"EXT_texture_webp": {"source": 3}}],
    "materials/0/normalTexture": [7, {"index": 2}],
    "materials/0/pbrMetallicRoughness/baseColorTexture/index": [2, -1, None],
    # meshes
    "meshes/0/primitives": [7, [None]],
    "meshes/0/primitives/0/attributes": [[], {"POSITION": 99}, {"POSITION": None}, {"POSITION": WEIGHTS}],
    "meshes/0/primitives/0/attributes/POSITION": [TIMES, MATRICES],
    "meshes/0/primitives/0/attributes/WEIGHTS_0": [TURNS],
    "meshes/0/primitives/0/indices": [POSITIONS, TIMES, JOINTS, 99],
    "meshes/0/primitives/0/material": [1, -1],
    "meshes/0/primitives/0/mode": [7, -1, "4"],
    "meshes/0/primitives/0/targets": [7, [{"POSITION": MATRICES}], [{"POSITION": 99}]],
    # nodes
    "nodes/0/children": [[0], [5], [-1], ["1"], [1, 1], [True], 7],
    "nodes/2/children": [[1]],  # a second parent
    "nodes/1/children": [[0]],  # a circle
    "nodes/2/mesh": [2, -1],
    "nodes/2/skin": [2, 1],  # the second has one joint, the vertices name two
    "nodes/4/camera": [1],
    "nodes/4/extensions": [{LIGHTS: {"light": 1}}],
    "nodes/3/extensions": [{INSTANCES: {"attributes": {"TRANSLATION": 99}}}, {INSTANCES: {"attributes": 7}}],
    "skins/0/joints": [[9], [0, 0], 7],
    "skins/0/skeleton": [9],
    "skins/0/inverseBindMatrices": [POSITIONS, 99],
    "scenes/0/nodes": [[9], [0, 0]],
    "scenes": [[{}] * 101],
    "scene": [1, -1, 0.0],
    # movements
    "animations/0/samplers/0/input": [99, POSITIONS],
    "animations/0/samplers/0/output": [99],
    "animations/0/channels/0/sampler": [1, -1],
    "animations/0/channels/0/target": [{"node": 9}, 7],
    # texts and numbers anywhere
    "extras": ["\ud800", {"\udc00": 1}, 10**40, -(10**40), [[[1e300]]]],
    "asset": [7, None],
}


@pytest.mark.parametrize(
    ("place", "value"), [(place, value) for place, values in WRONG.items() for value in values], ids=repr
)
def test_what_passes_its_bounds_is_refused(place: str, value: Any) -> None:
    assert "broken" in refusal(packed(changed((place, value))))


LEAST = {0: {0, 1, 2, 3, 4}, 1: {0, 2, 4}, 2: {1, 2, 3, 4}, 3: {2, 3, 4}, 4: {0, 3}, 5: {2, 3, 4}, 6: {2, 3, 4}}


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("mode", LEAST)
def test_a_primitive_has_as_many_corners_as_its_mode_takes(mode: int, indexed: bool) -> None:
    """One or two corners of triangles ended Blender 4.2."""
    for count in range(5):
        scene = changed(("meshes/1/primitives", [{"attributes": {"POSITION": POSITIONS}, "mode": mode}]))
        part = scene["meshes"][1]["primitives"][0]
        number = len(scene["accessors"])
        if indexed:
            scene["accessors"].append({**scene["accessors"][SHORTS], "count": count})
            part["indices"] = number
        else:
            scene["accessors"].append({**scene["accessors"][POSITIONS], "count": count})
            part["attributes"]["POSITION"] = number
            scene["nodes"][3] = {"mesh": 1}
        if count in LEAST[mode]:
            assert check(packed(scene)) is ModelFormat.GLB
        else:
            assert f"mode {mode} has {count} corners" in refusal(packed(scene))


@pytest.mark.parametrize("off", [1, 2, 3])
@pytest.mark.parametrize("of", ["view", "accessor", "stride"])
def test_an_accessor_that_is_not_aligned_is_refused(of: str, off: int) -> None:
    scene = changed()
    scene["bufferViews"].append({"buffer": 0, "byteOffset": off if of == "view" else 0, "byteLength": 64})
    scene["accessors"].append(
        {
            "bufferView": len(scene["bufferViews"]) - 1,
            "byteOffset": off if of == "accessor" else 0,
            "componentType": 5126,
            "type": "VEC3",
            "count": 2,
        }
    )
    if of == "stride":
        scene["bufferViews"][-1]["byteStride"] = 12 + off
    assert "an accessor begins" in refusal(packed(scene))
    scene["accessors"][-1]["componentType"] = 5121
    assert check(packed(scene)) is ModelFormat.GLB


def test_matrices_without_bytes_count_as_memory() -> None:
    """584 bytes took 10 GB."""
    scene = changed()
    scene["accessors"][MATRICES] = {"componentType": 5126, "type": "MAT4", "count": 1_000_000}
    assert check(packed(scene)) is ModelFormat.GLB
    scene["accessors"][MATRICES]["count"] = 10_000_000
    assert "GB of memory" in refusal(packed(scene))


def crowded(what: str, count: int) -> Scene:
    """The rich scene with so many more of something."""
    scene = changed()
    part = scene["meshes"][0]["primitives"][0]
    lists = {name: scene[name] for name in ("materials", "images", "animations", "cameras")}
    lists |= {"lights": scene["extensions"][LIGHTS]["lights"], "arrays": scene["accessors"]}
    if what in lists:
        lists[what] += [lists[what][0] if what == "arrays" else {}] * (count - len(lists[what]))
    elif what == "bones":
        scene["skins"].append({"joints": list(range(len(scene["nodes"]), len(scene["nodes"]) + count))})
        scene["nodes"] += [{}] * count
    elif what == "skins":
        scene["skins"] += [{"joints": [0]}] * count
    elif what == "animation channels":
        scene["animations"][0]["channels"] += [{"sampler": 0}] * count
    elif what == "shape keys":
        part["targets"] = [{"POSITION": POSITIONS}] * count
    elif what == "attributes":
        part["attributes"] |= {f"_{number}": POSITIONS for number in range(count + 8 - len(part["attributes"]))}
    elif what == "attributes of parts":
        usual = {"attributes": {"POSITION": POSITIONS}, "indices": SHORTS}
        first = {**usual, "attributes": {"POSITION": POSITIONS, **{f"_{number}": POSITIONS for number in range(199)}}}
        scene["meshes"][1]["primitives"] = [first, *[usual] * (count // 200 - 1)]
    elif what == "material variants":
        scene["extensions"]["KHR_materials_variants"] = {"variants": [{}] * count}
    elif what == "custom properties":
        scene["nodes"][0]["extras"] = dict.fromkeys(map(str, range(count)), 1)
    return scene


@pytest.mark.parametrize("what", COUNTS)
def test_what_takes_minutes_by_its_number_is_refused(what: str) -> None:
    assert check(packed(crowded(what, COUNTS[what] - 10))) is ModelFormat.GLB
    assert what in refusal(packed(crowded(what, COUNTS[what] + 1)))


@pytest.mark.parametrize("where", ["asset", "scenes", "nodes", "meshes", "materials", "skins"])
@pytest.mark.parametrize("how", ["flat", "in a group", "in groups", "in a list", "of many things"])
def test_custom_properties_count_wherever_they_are(where: str, how: str) -> None:
    """50,000 in one group took 4.2 nine seconds, and twice as many four times as long."""
    for count, refused in ((COUNTS["custom properties"] - 10, False), (COUNTS["custom properties"] + 1, True)):
        flat = dict.fromkeys(map(str, range(count)), 1)
        extras: dict[str, Any] = {
            "flat": flat,
            "in a group": {"a": flat},
            "in groups": {"a": {str(number): {"b": 1} for number in range(count // 2)}},
            "in a list": {"a": [{"b": number} for number in range(count)]},
            "of many things": {"a": 1},
        }
        scene = changed()
        holder = scene[where] if where == "asset" else scene[where][0]
        holder["extras"] = extras[how]
        if how == "of many things":
            scene["samplers"] += [{"extras": {"a": 1}}] * (count - 1)
        if refused:
            assert "custom properties" in refusal(packed(scene))
        else:
            assert check(packed(scene)) is ModelFormat.GLB


def test_a_file_of_many_usual_meshes_has_no_attribute_too_many() -> None:
    scene = changed()
    usual = {"POSITION": POSITIONS, "NORMAL": POSITIONS, "TEXCOORD_0": POSITIONS, "TANGENT": POSITIONS}
    scene["meshes"] += [{"primitives": [{"attributes": usual, "indices": SHORTS}]}] * 3000
    assert check(packed(scene)) is ModelFormat.GLB


def test_only_of_what_faces_cause_fewer_faces_help() -> None:
    assert "fewer faces" not in refusal(packed(crowded("custom properties", COUNTS["custom properties"] + 1)))
    with pytest.raises(TripoError, match="Choose fewer faces"):
        check(packed(changed()), limits=Limits(vertices=3))


def framed(*frames: tuple[int, int], between: bytes = b"") -> bytes:
    """A JPEG with these frame headers: width and height."""
    headers = [b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, down, across, 1) + b"\1\x11\0" for across, down in frames]
    return b"\xff\xd8" + b"\xff\xe0\0\4ab" + between.join(headers) + b"\xff\xd9"


@pytest.mark.parametrize("between", [b"", b"garbage", b"\xff\xd0", b"\xff\xfe\0\x10"], ids=repr)
def test_a_jpeg_is_as_large_as_any_of_its_headers_says(between: bytes) -> None:
    scene = changed(("images/1/uri", "data:;base64," + base64.b64encode(framed((64, 64), (64, 64))).decode()))
    assert check(packed(scene)) is ModelFormat.GLB
    hidden = framed((64, 64), (64, 20_000), between=between)
    scene["images"][1]["uri"] = "data:;base64," + base64.b64encode(hidden).decode()
    assert "16384 px" in refusal(packed(scene))


FINE: dict[str, Any] = {
    "extras": {"name": "\N{GRINNING FACE}" * 1000, "numbers": [3.4e38, -3.4e38, 0, True, None]},
    "extensions/VENDOR_unknown": {"uri": "file:///x"},
    "extensionsUsed": ["VENDOR_unknown"],
    "nodes/0/name": "a" * 100_000,
    "bufferViews/0/byteStride": 12,
    "bufferViews/0/target": 34962,
    "images/0/mimeType": "image/jpeg",
    "nodes/1/matrix": [1.0] * 16,
}


@pytest.mark.parametrize(("place", "value"), FINE.items(), ids=FINE)
def test_what_exporters_write_is_let_through(place: str, value: Any) -> None:
    assert check(packed(changed((place, value)))) is ModelFormat.GLB


def test_an_interleaved_array_may_end_with_its_last_element() -> None:
    scene = changed(("bufferViews/0/byteStride", 12), ("accessors/0/count", 4), ("accessors/7/byteOffset", 0))
    scene["bufferViews"].append({"buffer": 0, "byteLength": 44, "byteStride": 16})
    scene["accessors"].append(
        {"bufferView": len(scene["bufferViews"]) - 1, "componentType": 5126, "type": "VEC2", "count": 3}
    )
    assert check(packed(scene)) is ModelFormat.GLB
    scene["accessors"][-1]["count"] = 4
    assert "broken" in refusal(packed(scene))


@pytest.mark.parametrize("accessor", [SHORTS, LONGS, BYTES])
def test_an_index_beyond_the_vertices_is_refused(accessor: int) -> None:
    view = RICH["bufferViews"][RICH["accessors"][accessor]["bufferView"]]
    binary = bytearray(BINARY)
    binary[view["byteOffset"] + 2 * (accessor != BYTES)] = 4 if accessor != LONGS else 0
    if accessor == LONGS:
        binary[view["byteOffset"] + 23] = 0x80
    assert "index names none" in refusal(packed(RICH, bytes(binary)))


@pytest.mark.parametrize("entry", [{}, {"extensions": {MESHOPT: {"fallback": True}}}], ids=["missing", "fallback"])
def test_a_view_into_a_buffer_that_is_not_there_is_refused(entry: Scene) -> None:
    scene = changed(("bufferViews/0/buffer", 1), ("bufferViews/0/byteOffset", 0))
    scene["buffers"].append({"byteLength": 48, **entry})
    assert "does not hold" in refusal(packed(scene))


def test_a_buffer_that_is_not_there_is_fine_while_nothing_lies_in_it() -> None:
    assert check(glb(chunk(b"JSON", b'{"asset":{},"buffers":[{"byteLength":4}]} '))) is ModelFormat.GLB


def test_a_binary_chunk_that_is_not_the_second_is_not_seen() -> None:
    text = json.dumps(RICH).encode()
    data = glb(chunk(b"JSON", text + b" " * (-len(text) % 4)), chunk(b"XTRA", b""), chunk(b"BIN\0", BINARY))
    assert "does not hold" in refusal(data)


@pytest.mark.parametrize("kind", [b"JSON", b"BIN\0"])
def test_a_chunk_twice_is_refused(kind: bytes) -> None:
    assert "chunks" in refusal(glb(chunk(b"JSON", b'{"asset":{}}'), *[chunk(kind, b"    ")] * 2))


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "[" * 70 + "]" * 70, "[" * 9000, "9" * 9000, "\ufeff{}"])
def test_json_that_blender_would_choke_on_is_refused(text: str) -> None:
    assert "broken" in refusal(glb(chunk(b"JSON", f'{{"asset":{{}},"extras":{text}}}'.encode())))


@pytest.mark.parametrize("data", ["data:;base64,A", "data:;base64,\u00e9", "data:;base64,AAAA"])
def test_broken_data_in_an_address_is_refused(data: str) -> None:
    assert "broken" in refusal(packed(changed(("buffers", [{"byteLength": 4, "uri": data}]))))


def meshopt(**changes: Any) -> bytes:
    """A GLB with a compressed view: what is compressed lies in the binary chunk, its goal in a buffer without bytes."""
    found = {"buffer": 0, "byteLength": 16, "byteStride": 12, "mode": "ATTRIBUTES", "count": 4} | changes
    view = {"buffer": 1, "byteLength": 48, "extensions": {MESHOPT: found}}
    positions = {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4}
    corners = {"bufferView": 0, "componentType": 5123, "type": "SCALAR", "count": 6}
    scene = {
        "asset": {},
        "buffers": [{"byteLength": 16}, {"byteLength": 48}],
        "bufferViews": [view],
        "accessors": [positions, corners],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "images": changes.get("images", []),
    }
    return packed(scene, bytes(16))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"byteStride": 8, "filter": "QUATERNION"},
        {"byteStride": 4, "filter": "OCTAHEDRAL", "mode": "ATTRIBUTES"},
        {"filter": "EXPONENTIAL"},
        {"filter": "NONE"},
        {"mode": "TRIANGLES", "byteStride": 2, "count": 6},
        {"mode": "INDICES", "byteStride": 4, "count": 5},
    ],
    ids=str,
)
def test_a_compressed_view_is_let_through(changes: Scene) -> None:
    assert check(meshopt(**changes)) is ModelFormat.GLB


@pytest.mark.parametrize(
    "changes",
    [
        {"byteStride": 3},  # the decoder would write more than it was given room for
        {"byteStride": 512, "count": 0},
        {"byteStride": 0},
        {"byteStride": 1, "mode": "TRIANGLES", "count": 6},
        {"byteStride": 2, "mode": "TRIANGLES", "count": 7},
        {"byteStride": 12, "mode": "INDICES"},
        {"mode": "OTHER"},
        {"mode": ["ATTRIBUTES"]},
        {"byteStride": 4, "filter": "QUATERNION"},
        {"byteStride": 4, "mode": "INDICES", "filter": "OCTAHEDRAL"},
        {"filter": "OTHER"},
        {"filter": []},
        {"count": 5},
        {"count": -1},
        {"buffer": 1},
        {"buffer": 2},
        {"byteLength": 17},
        {"byteOffset": 1},
        {"images": [{"bufferView": 0}]},
    ],
    ids=str,
)
def test_a_compressed_view_that_its_decoder_must_not_see_is_refused(changes: Scene) -> None:
    assert "broken" in refusal(meshopt(**changes))


def draco(**changes: Any) -> Scene:
    scene = changed(("meshes/1/primitives", []))
    positions = {"componentType": 5126, "type": "VEC3", "count": 3}
    scene["accessors"] += [positions, {"componentType": 5125, "type": "SCALAR", "count": 3}]
    told = {"bufferView": 0, "attributes": {"POSITION": 0}} | changes
    part = {"attributes": {"POSITION": 10}, "indices": 11, "extensions": {DRACO: told}}
    scene["meshes"].append({"primitives": [part]})
    return scene


@pytest.mark.parametrize("changes", [{"bufferView": 99}, {"attributes": {"POSITION": -1}}, {"attributes": 7}], ids=str)
def test_draco_is_held_to_what_describes_it(changes: Scene) -> None:
    assert check(packed(draco())) is ModelFormat.GLB
    assert "broken" in refusal(packed(draco(**changes)))


def test_nodes_may_lie_deep_but_not_too_deep() -> None:
    def chain(count: int, *, upwards: bool) -> bytes:
        order = range(count, 0, -1) if upwards else range(count)
        steps = [{"children": [below]} for below in (range(1, count) if not upwards else range(count - 1))]
        nodes: list[Scene] = [*steps, {}] if not upwards else [{}, *steps]
        assert len(nodes) == len(order)
        return packed({"asset": {}, "nodes": nodes}, b"")

    for upwards in (False, True):
        assert check(chain(200, upwards=upwards)) is ModelFormat.GLB
        assert "below each other" in refusal(chain(201, upwards=upwards))
        assert "below each other" in refusal(chain(5000, upwards=upwards))


COSTLY: dict[str, tuple[Callable[[], bytes], Limits, str]] = {
    "vertices": (lambda: packed(RICH), Limits(vertices=3), "3 vertices"),
    "corners": (lambda: packed(RICH), Limits(corners=5), "5 face corners"),
    "keys": (lambda: packed(RICH), Limits(keys=3), "3 keyframes"),
    "nodes": (lambda: packed(RICH), Limits(nodes=4), "4 objects"),
    "instances": (lambda: packed(RICH), Limits(nodes=8), "8 objects"),
    "parts": (lambda: packed(RICH), Limits(parts=2), "2 parts"),
    "pixels": (lambda: packed(RICH), Limits(side=3), "3 px a side"),
    "memory": (lambda: packed(RICH), Limits(memory=2000), "GB of memory"),
    "json": (lambda: packed(RICH), Limits(json_bytes=100), "bytes of JSON"),
    "values": (lambda: packed(RICH), Limits(json_values=10), "values"),
    "zeros": (
        lambda: packed(
            changed(
                ("accessors/0", {"componentType": 5126, "type": "VEC3", "count": 2**40}), ("meshes/0/primitives", [])
            )
        ),
        Limits(),
        "vertices",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "limits", "said"), COSTLY.values(), ids=COSTLY)
def test_what_is_too_much_is_refused(make: Callable[[], bytes], limits: Limits, said: str) -> None:
    assert said in refusal(make(), limits)


def test_what_is_used_often_counts_as_often() -> None:
    part = RICH["meshes"][1]["primitives"][0]
    assert "vertices" in refusal(packed(changed(("meshes/1/primitives", [part] * 100))), Limits(vertices=300))


def png(width: int, height: int, depth: int = 8) -> bytes:
    return PNG[:16] + struct.pack(">IIB", width, height, depth) + PNG[25:]


def jpeg(width: int, height: int, thumbnail: int = 0) -> bytes:
    block = b"\xff\xe2" + struct.pack(">H", 60_002) + bytes(60_000)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 0)
    return b"\xff\xd8" + block * thumbnail + frame


def pictured(data: bytes) -> bytes:
    return packed({"asset": {}, "images": [{"uri": "data:image/png;base64," + base64.b64encode(data).decode()}]}, b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(16_385, 1), "16384 px a side"),
        (png(2**31, 2**31), "16384 px a side"),
        (jpeg(20_000, 5), "16384 px a side"),
        (jpeg(20_000, 5, 10), "16384 px a side"),
        (b"BM" + bytes(60), "no whole PNG"),
        (b"\x89PNG\r\n\x1a\n", "no whole PNG"),
        (b"\xff\xd8\xff", "no whole PNG"),
        (b"<svg/>", "no whole PNG"),
    ],
    ids=["wide", "huge", "jpeg", "jpeg behind a thumbnail", "bitmap", "cut png", "cut jpeg", "drawing"],
)
def test_a_picture_that_is_too_large_or_of_unknown_size_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(pictured(data))


@pytest.mark.parametrize("data", [png(16_384, 8), jpeg(4000, 4000, 10), b"", b"\xabKTX 20\xbb\r\n\x1a\n"], ids=len)
def test_pictures_that_are_let_through(data: bytes) -> None:
    assert check(pictured(data)) is ModelFormat.GLB


def test_the_users_own_file_may_have_any_kind_of_picture_but_not_any_size() -> None:
    assert check(pictured(b"BM" + bytes(60)), trusted=True) is ModelFormat.GLB
    assert "px a side" in refusal(pictured(png(2**31, 8)), trusted=True)


def test_deep_pictures_take_four_times_the_memory() -> None:
    limits = Limits(memory=1_000_000)
    assert check(pictured(png(400, 400)), "", limits) is ModelFormat.GLB
    assert refusal(pictured(png(400, 400, 16)), limits).endswith("bytes by estimate")


@given(st.sampled_from((1, 2, 4)), st.integers(-1, 300) | st.integers(0, 2**31), st.data())
def test_the_lanes_find_what_max_finds(width: int, bound: int, data: st.DataObject) -> None:
    top = (1 << 8 * width) - 1
    near = st.integers(max(0, min(bound - 2, top)), max(0, min(bound + 1, top)))
    numbers = data.draw(st.lists(near | st.integers(0, top), max_size=20)) * data.draw(st.sampled_from((1, 7)))
    raw = b"".join(number.to_bytes(width, "little") for number in numbers)
    assert all_below(memoryview(raw), width, bound) == all(number < bound for number in numbers)


@pytest.mark.parametrize("at", [0, 65_532, 65_536, 131_072, 199_996])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_the_lanes_look_at_every_piece(at: int, width: int) -> None:
    data = bytearray(200_000)
    assert all_below(memoryview(data), width, 7)
    data[at] = 7
    assert not all_below(memoryview(data), width, 7)


def test_millions_of_indices_are_looked_at_quickly() -> None:
    data = memoryview(struct.pack("<4I", 0, 1, 1_999_999, 77) * 500_000)
    start = time.perf_counter()
    assert all_below(data, 4, 2_000_000)
    assert time.perf_counter() - start < 1  # 0.02 s for 2 million on the machine this was written on


PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=8)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=3)
    | st.just([])
    | st.just({})
)


@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=3))
def test_any_value_anywhere_gives_a_verdict(changes: list[tuple[list[int], Any]]) -> None:
    scene = copy.deepcopy(RICH)
    for path, value in changes:
        holder: Any = scene
        for number, step in enumerate(path):
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = keys[step % len(keys)]
            if number == len(path) - 1 or not isinstance(holder[key], dict | list):
                holder[key] = value
                break
            holder = holder[key]
    assert verdict(packed(scene)) in {*ModelFormat, Kind.MODEL_FILE}
