"""Damages files: blindly, and with their format in mind, so that the damage passes the outer checks."""

from __future__ import annotations

import base64
import copy
import json
import random
import struct
from typing import Any

from fuzzing.fbx_tree import FbxTree, Node, Value

_NUMBERS = (0, 1, 2, 3, 4, 7, 8, 12, 16, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
_ODD: tuple[Any, ...] = (None, True, -1, 0.5, 1e30, "", "x", [], {}, [[]], {"a": 1}, "\ud800", "a" * 300, 10**20)
PATHS = (
    *("/etc/passwd", "../private.png", "..\\..\\private.png", "C:\\x.png", "\\\\host\\x.png", "//host/x.png", "a.png"),
    *("file:///x.png", "https://example.test/x.png", "data:/../private.png", "/dev/zero", "x" * 5000, "\0", "CON"),
)


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """Give a damaged file."""
    kind = chance.choice((b"glTF", b"Kayd"))
    data = chance.choice([seed for seed in seeds if seed[:4] == kind])
    knowing = _edited_glb if data[:4] == b"glTF" else _edited_fbx
    if chance.random() < 0.75:
        data = knowing(chance, data)
    if chance.random() < 0.45:
        blind = chance.choice((_flipped, _flipped, _numbered, _spliced, _cut))
        data = blind(chance, data, seeds)
    return data


def _flipped(chance: random.Random, data: bytes, _seeds: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        changed[_place(chance, data)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _numbered(chance: random.Random, data: bytes, _seeds: list[bytes]) -> bytes:
    """Put an odd number over what may be a length."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3))):
        number = chance.choice((*_NUMBERS, len(data), len(data) - 1, chance.randrange(len(data) + 1)))
        width = chance.choice((1, 2, 4, 4, 8))
        at = _place(chance, data)
        changed[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(changed)


def _spliced(chance: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    other = chance.choice((data, chance.choice(seeds)))
    start, at = _place(chance, other), _place(chance, data)
    piece = other[start : start + chance.choice((1, 4, 16, 100, 2000))]
    over = chance.choice((0, len(piece), chance.randrange(200)))
    return data[:at] + piece + data[at + over :]


def _cut(chance: random.Random, data: bytes, _seeds: list[bytes]) -> bytes:
    at = _place(chance, data)
    return chance.choice((data[:at], data + data[:at], data[:at] + data[at + chance.randrange(1, 40) :]))


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(min(len(data), chance.choice((30, 2000, len(data))))) if data else 0


def _edited_glb(chance: random.Random, data: bytes) -> bytes:
    """Change the JSON's values and the buffer's bytes, and put both together again."""
    (length,) = struct.unpack_from("<I", data, 12)
    scene, binary = json.loads(data[20 : 20 + length]), bytearray(data[28 + length :])
    if chance.random() < 0.3:
        chance.choice((_few_corners, _misaligned, _crowded, _said_of_all, _framed))(chance, scene)
        scene = json.loads(json.dumps(scene))  # nothing is in two places, where a change could put it into itself
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 6))):
        _change(chance, scene)
    for _ in range(chance.choice((0, 0, 1, 8, 50)) if binary else 0):
        at = chance.randrange(len(binary))
        binary[at : at + 4] = chance.choice(
            (b"\xff\xff\xff\xff", b"\0\0\xc0\x7f", b"\0\0\x80\x7f", bytes(4), chance.randbytes(4))
        )[: len(binary) - at]
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    rest = struct.pack("<I4s", len(binary), b"BIN\0") + binary if binary else b""
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest


def _few_corners(chance: random.Random, scene: Any) -> None:
    """Let primitives have another mode, and their arrays few values."""
    for mesh in scene.get("meshes", []):
        for part in mesh["primitives"]:
            part["mode"] = chance.randrange(7)
            for number in (part.get("indices"), part["attributes"].get("POSITION")):
                if number is not None and chance.random() < 0.7:
                    scene["accessors"][number]["count"] = chance.randrange(8)
            if chance.random() < 0.3:
                part.pop("indices", None)


def _misaligned(chance: random.Random, scene: Any) -> None:
    """Move arrays by a few bytes."""
    for entry in (*scene.get("accessors", []), *scene.get("bufferViews", [])):
        if chance.random() < 0.3:
            entry["byteOffset"] = entry.get("byteOffset", 0) + chance.randrange(1, 4)
        if chance.random() < 0.1:
            entry["byteStride"] = chance.randrange(1, 40)


def _crowded(chance: random.Random, scene: Any) -> None:
    """Say one thing hundreds of times, or let an array be long without bytes."""
    lists = [found for found in scene.values() if isinstance(found, list) and found]
    if lists and chance.random() < 0.5:
        found = chance.choice(lists)
        found += [copy.deepcopy(chance.choice(found))] * chance.choice((100, 1000, 3000))
    for entry in scene.get("accessors", []):
        if chance.random() < 0.2:
            entry.pop("bufferView", None)
            entry["count"] = chance.choice((10**5, 10**7, 2**40))


def _said_of_all(chance: random.Random, scene: Any) -> None:
    """Give everything custom properties with names that mean something to Blender or to the add-on."""
    names = ("tripo", "tripo_task_id", "cycles", "name", "location", "gltf2_animation_applied", "a" * 70)
    extras: dict[str, Any] = {name: chance.choice((1, "x", [1.0, 2.0], {"face_limit": 7}, [{}])) for name in names}
    for kind in ("scenes", "nodes", "meshes", "materials", "cameras", "skins", "animations"):
        for entry in scene.get(kind, []):
            if chance.random() < 0.7:
                entry["extras"] = extras


def _framed(chance: random.Random, scene: Any) -> None:
    """Add pictures with two sizes."""
    sizes = [chance.choice((1, 64, 20_000)) for _ in range(4)]
    frames = [b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, *size, 1) + b"\1\x11\0" for size in (sizes[:2], sizes[2:])]
    gap = chance.choice((b"", b"gap", b"\xff\xd0", b"\xff\xfe\0\x10", b"\xff\xff"))
    data = b"\xff\xd8\xff\xe0\0\4ab" + gap.join(frames) + b"\xff\xd9"
    scene.setdefault("images", []).append({"uri": "data:image/jpeg;base64," + base64.b64encode(data).decode()})


def _change(chance: random.Random, scene: Any) -> None:
    """Change one value anywhere: each level is as likely to be chosen from as any."""
    holder, steps = scene, chance.randrange(1, 9)
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = chance.choice(keys)
        if steps <= 0 or not isinstance(holder[key], dict | list) or not holder[key]:
            break
        holder, steps = holder[key], steps - 1
    kind = chance.randrange(7)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = copy.deepcopy(chance.choice(_ODD))  # a later change goes into it
    elif kind == 2 and isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    elif kind == 3:
        holder[key] = chance.choice(PATHS)
    elif kind == 4 and isinstance(holder, dict):
        holder[chance.choice(("uri", "children", "skin", "extras", "sparse", "indices", "mode"))] = copy.deepcopy(
            chance.choice((*holder.values(), 0, [0], 10**6))
        )
    elif isinstance(holder[key], int | float):
        near = holder[key] + chance.choice((-1, 1, 2, 3, -3))
        holder[key] = chance.choice((near, near, -holder[key], *_NUMBERS, 1e38, 1e-40))
    else:
        holder[key] = chance.choice(_NUMBERS)


def _edited_fbx(chance: random.Random, data: bytes) -> bytes:
    """Change values, arrays and the order of nodes, and write a whole file again."""
    tree = FbxTree.read(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        holder, at = chance.choice(tree.places())
        node, kind = holder[at], chance.randrange(8)
        if kind == 0:
            del holder[at]
        elif kind == 1:
            holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(node))
        elif kind == 2:
            other, place = chance.choice(tree.places())
            holder[at] = copy.deepcopy(other[place])
        elif kind == 4 and node.name in (b"Texture", b"Video"):
            _name_as_path(chance, node)
        elif kind == 3 and node.values:
            del node.values[chance.randrange(len(node.values))]
        elif node.values:
            place = chance.randrange(len(node.values))
            node.values[place] = _other_value(chance, node.values[place])
    return tree.write(packed=chance.random() < 0.5)


def _name_as_path(chance: random.Random, node: Node) -> None:
    """Name a picture as a path, and take away what says where it lies."""
    path = chance.choice(("", " ", "/ ")) + chance.choice(PATHS)
    node.values[1:2] = [("S", path.encode() + b"\0\1" + node.name)]
    node.children = [child for child in node.children if not child.name.lower().endswith(b"filename")]


def _other_value(chance: random.Random, value: Value) -> Value:
    kind, content = value
    if isinstance(content, bytes):
        texts = [path.encode() for path in PATHS] + [b"Mesh", b"Direct", b"ByPolygon", b"OO", b"OP", content[::-1]]
        return kind, chance.choice((*texts, content[: len(content) // 2], b"\xff\xfe" + content))
    if isinstance(content, list):
        content = list(content)
        for _ in range(chance.choice((1, 3, 20)) if content else 0):
            at = chance.randrange(len(content))
            odd = (0, -1, 1, len(content), -len(content), 2**31 - 1, -(2**31), chance.choice(content))
            content[at] = _fitting(kind, chance.choice((*odd, float("nan"), float("inf"), 1e300)))
        return kind, chance.choice((content, content, content[:-1], content[: len(content) // 2], content * 2, []))
    near = content + chance.choice((-1, 1, 7))
    return kind, _fitting(kind, chance.choice((near, -content, *_NUMBERS, -1, float("nan"), 1e300)))


def _fitting(kind: str, number: float) -> float:
    """Give a number as its kind can hold it."""
    if kind in "dD":
        return number
    if kind in "fF":
        return min(max(number, -3e38), 3e38)
    width = {"Y": 2, "C": 1, "B": 1, "Z": 1, "I": 4, "L": 8, "i": 4, "l": 8, "b": 1, "c": 1}[kind]
    whole = int(number) if abs(number) < 1e20 else -1
    bits = 8 * width
    whole %= 1 << bits
    return whole - (1 << bits) if whole >> (bits - 1) and kind not in "CBbc" else whole
