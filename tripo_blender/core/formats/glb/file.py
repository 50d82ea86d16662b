"""Is this GLB whole, harmless and not too much? (bytes in, verdict out)"""

from __future__ import annotations

import json
import struct

from ...sentences.text import text
from ..limits import COUNTS, BadFile, Demand, Limits, cut_short, too_many
from .arrays import Arrays, Entry, broken
from .scene import check_scene

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")
_CORNER = 110  # bytes that the importers of 4.2 and 5.2 take for a corner, beside its arrays
_MOST_CHUNKS = 1000  # two are usual
_DEEPEST = 64  # lists and objects inside each other; the importer takes several calls for each
_LARGEST = 3.5e38  # of a number: beyond it there is no float of 32 bits, as Blender has them


def check_glb(data: memoryview, limits: Limits, *, trusted: bool) -> None:
    """Raise `BadFile` for what should not reach Blender's importer."""
    scene, arrays = open_glb(data, limits)
    check_scene(scene, arrays, Demand(limits, _CORNER, len(data), trusted))


def open_glb(data: memoryview, limits: Limits = Limits()) -> tuple[Entry, Arrays]:  # noqa: B008  # frozen
    """Give the JSON of a GLB and its arrays, which lie within it; raises `BadFile`."""
    json_text, binary = _chunks(data, limits)
    scene = _scene(json_text, limits)
    return scene, Arrays(scene, binary)


def _chunks(data: memoryview, limits: Limits) -> tuple[memoryview, memoryview | None]:
    """Give the JSON and the binary chunk, where there is one in its place: right after the JSON."""
    if len(data) < _HEADER.size + _CHUNK.size:
        raise cut_short("GLB", f"{len(data)} bytes")
    _, version, length = _HEADER.unpack_from(data)
    if version != 2:
        raise BadFile(text("model.glb_version", version=version), "not version 2")
    if length > len(data):
        raise cut_short("GLB", f"{len(data)} of {length} bytes")
    at, found = _HEADER.size, []
    while at < length:
        if at + _CHUNK.size > length:
            raise cut_short("GLB", f"a chunk's head at byte {at} of {length}")
        size, kind = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size + size
        found.append((kind, data[at - size : at]))
        if len(found) > _MOST_CHUNKS:
            raise broken(f"more than {_MOST_CHUNKS} chunks")
    if at > length:
        raise cut_short("GLB", f"a chunk ends at byte {at} of {length}")
    if not found:
        raise cut_short("GLB", "no chunk")
    kinds = [kind for kind, _ in found]
    if kinds[0] != b"JSON" or kinds.count(b"JSON") > 1 or kinds.count(b"BIN\0") > 1:
        raise broken(f"its chunks are {b', '.join(kinds[:8])!r}")
    if len(found[0][1]) > limits.json_bytes:
        raise broken(f"{len(found[0][1])} bytes of JSON")
    return found[0][1], found[1][1] if kinds[1:2] == [b"BIN\0"] else None


def _scene(json_text: memoryview, limits: Limits) -> Entry:
    raw = bytes(json_text)
    # What Python makes of each value takes up to 70 bytes, so they are counted before.
    values = sum(raw.count(mark) for mark in (b",", b":", b"[", b"{"))
    if values > limits.json_values:
        raise broken(f"its JSON has up to {values} values")
    try:
        scene = json.loads(raw.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise broken(f"its JSON: {error}") from None
    _check_values(scene)
    if not isinstance(scene, dict) or not isinstance(scene.get("asset"), dict):
        raise broken("its JSON is no glTF")
    return scene


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check_values(scene: object) -> None:
    """Look at all values, level by level: how deep they lie, and whether Blender takes such numbers and texts."""
    level: list[object] = [scene]
    custom: list[object] = []  # what is in custom properties
    depth = names = 0
    while level or custom:
        depth += 1
        if depth > _DEEPEST:
            raise broken(f"its JSON is more than {_DEEPEST} levels deep")
        names += sum(len(value) for value in custom if isinstance(value, dict))
        if names > COUNTS["custom properties"]:
            raise too_many("custom properties", names, COUNTS["custom properties"])
        extras: list[object] = []
        level, custom = _below(level, extras), _below(custom, extras)
        custom += extras


def _below(values: list[object], extras: list[object]) -> list[object]:
    """Check values, and return what is in them; what is in their custom properties is put to `extras`."""
    below: list[object] = []
    for value in values:
        if isinstance(value, dict):
            held = value
            if "extras" in value:
                held = dict(value)
                extras.append(held.pop("extras"))
            below += held.keys()
            below += held.values()
        elif isinstance(value, list):
            below += value
        else:
            _check_plain(value)
    return below


def _check_plain(value: object) -> None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise broken("half a letter in a text")
    elif isinstance(value, int | float) and not -_LARGEST < value < _LARGEST:
        raise broken(f"a number {str(value)[:40]}")
