"""Is this model file whole, and which format do its bytes say it is? (bytes in, verdict out)"""

from __future__ import annotations

import json
import struct
from enum import StrEnum

from .errors import Kind, TripoError

_FBX_MAGIC = b"Kaydara FBX Binary  \x00"
_FBX_HEADER = 27  # bytes: magic, two unknown bytes, version
_GLB_HEADER = struct.Struct("<4sII")
_GLB_CHUNK = struct.Struct("<I4s")


class ModelFormat(StrEnum):
    """The formats that are brought into Blender; the value is the file's suffix without the dot."""

    GLB = "glb"
    FBX = "fbx"


FROM_SERVICE = "The model is kept by the service: fetch it again, or ask its support"  # what to do about a bad file


def check(data: bytes | memoryview, advice: str = FROM_SERVICE) -> ModelFormat:
    """Give the format of a whole model file; raise `TripoError` of kind model file with a sentence otherwise.

    `advice` ends the sentence: what to do about it. The suffix and what was asked for do not count: the service gives
    an FBX under the same name as a GLB.
    """
    try:
        return _format(data)
    except _BadFile as bad:
        raise TripoError(Kind.MODEL_FILE, f"{bad.what}. {advice}", detail=bad.detail) from None


class _BadFile(Exception):
    def __init__(self, what: str, detail: str) -> None:
        super().__init__(what)
        self.what, self.detail = what, detail


def _format(data: bytes | memoryview) -> ModelFormat:
    head = bytes(data[:64])
    if head[:4] == b"glTF":
        _check_glb(data)
        return ModelFormat.GLB
    if head.startswith(_FBX_MAGIC):
        _check_fbx(data)
        return ModelFormat.FBX
    if head.startswith(b"PK\x03\x04"):
        raise _BadFile("The model file is a ZIP archive", "the file begins with PK")
    if b"FBX" in head and head.lstrip().startswith(b";"):
        raise _BadFile("The model file is a text FBX, which Blender cannot read", "ASCII FBX")
    if not head:
        raise _BadFile("The model file is empty", "0 bytes")
    raise _BadFile("The model file is neither GLB nor FBX", f"the file begins with {head[:16]!r}")


def _check_glb(data: bytes | memoryview) -> None:
    if len(data) < _GLB_HEADER.size + _GLB_CHUNK.size:
        raise _cut_short("GLB", f"{len(data)} bytes")
    _, version, length = _GLB_HEADER.unpack_from(data)
    if version != 2:
        raise _BadFile(f"The model file is a GLB of version {version}, which Blender cannot read", "not version 2")
    if length > len(data):
        raise _cut_short("GLB", f"{len(data)} of {length} bytes")
    at, kinds, text = _GLB_HEADER.size, [], b""
    while at < length:
        if at + _GLB_CHUNK.size > length:
            raise _cut_short("GLB", f"a chunk's head at byte {at} of {length}")
        size, kind = _GLB_CHUNK.unpack_from(data, at)
        at += _GLB_CHUNK.size + size
        kinds.append(kind)
        if len(kinds) == 1:
            text = bytes(data[at - size : at])
    if at > length:
        raise _cut_short("GLB", f"a chunk ends at byte {at} of {length}")
    if not kinds:
        raise _cut_short("GLB", "no chunk")
    if kinds[0] != b"JSON":
        raise _BadFile("The GLB is broken", f"its first chunk is {kinds[0]!r}")
    _check_addresses(text)


def _check_addresses(text: bytes) -> None:
    """Refuse a glTF that names anything outside itself: the importer would read that from the disk."""
    try:
        scene = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _BadFile("The GLB is broken", f"its JSON: {error}") from error
    for place in ("buffers", "images"):
        entries = scene.get(place) if isinstance(scene, dict) else None
        for entry in entries if isinstance(entries, list) else []:
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if uri is not None and not str(uri).startswith("data:"):
                raise _BadFile("The GLB names files outside itself", f"{place}: {str(uri)[:80]!r}")


def _check_fbx(data: bytes | memoryview) -> None:
    """Walk the top nodes: each says where it ends, and an empty record closes the list."""
    if len(data) < _FBX_HEADER:
        raise _cut_short("FBX", f"{len(data)} bytes")
    (version,) = struct.unpack_from("<I", data, 23)
    record = struct.Struct("<QQQB" if version >= 7500 else "<IIIB")  # 7.5 went to 64-bit offsets
    at = _FBX_HEADER
    while True:
        if at + record.size > len(data):
            raise _cut_short("FBX", f"{len(data)} bytes")
        end = record.unpack_from(data, at)[0]
        if end == 0:
            return
        if end <= at:
            raise _BadFile("The FBX is broken", f"a node at byte {at} ends at byte {end}")
        at = end


def _cut_short(kind: str, detail: str) -> _BadFile:
    return _BadFile(f"The {kind} is cut short", detail)
