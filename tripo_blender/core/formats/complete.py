"""Whether a model file that was just written is whole, by its two ends: a full disk cuts files without a word."""

from __future__ import annotations

import struct

ENDS = 64  # bytes of each end that are looked at

_GLB = struct.Struct("<4sII")  # magic, version, length of the whole file
_FBX = b"Kaydara FBX Binary  \x00\x1a\x00"
_FBX_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")  # what every writer of binary FBX ends with
_BLEND = b"BLENDER"
_BLEND_END = b"ENDB"  # the last block, which is a header alone
_ZSTD = bytes.fromhex("28b52ffd")
_ZSTD_END = bytes.fromhex("b1ea928f")  # of the seek table, which Blender writes last


def is_whole(suffix: str, head: bytes, tail: bytes, size: int) -> bool:
    """Return whether a .blend, .glb or .fbx that Blender wrote ends as it must; the two ends have `ENDS` bytes each."""
    if suffix == ".glb":
        return len(head) >= _GLB.size and _GLB.unpack_from(head)[::2] == (b"glTF", size)
    if suffix == ".fbx":
        return head.startswith(_FBX) and tail.endswith(_FBX_END)
    if head.startswith(_ZSTD):
        return tail.endswith(_ZSTD_END)
    header = (
        32 if head[7:8].isdigit() else 24
    )  # bytes: Blender 5 begins with its own header's size, and has longer ones
    return head.startswith(_BLEND) and tail[-header:].startswith(_BLEND_END)
