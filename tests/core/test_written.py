"""What Blender wrote is known to be whole by its two ends; tests/blender cuts the files of real Blenders."""

import struct

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.formats.complete import ENDS, is_whole

BODY = bytes(range(200))
WHOLE = {
    "GLB": (".glb", struct.pack("<4sII", b"glTF", 2, 12 + len(BODY)) + BODY),
    "FBX": (".fbx", b"Kaydara FBX Binary  \0\x1a\0" + BODY + bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")),
    "4.2": (".blend", b"BLENDER-v402" + BODY + b"ENDB" + bytes(20)),
    "5.2": (".blend", b"BLENDER17-01v0502" + BODY + b"ENDB" + bytes(28)),
    "compressed": (".blend", bytes.fromhex("28b52ffd") + BODY + bytes.fromhex("b1ea928f")),
}


def judged(suffix: str, data: bytes) -> bool:
    return is_whole(suffix, data[:ENDS], data[max(0, len(data) - ENDS) :], len(data))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_and_no_cut_one(kind: str) -> None:
    suffix, data = WHOLE[kind]
    assert judged(suffix, data)
    assert not any(judged(suffix, data[:length]) for length in range(len(data)))
    assert not judged(suffix, data[:-1] + b"x" + data[-1:]), "something behind its end"


@given(st.sampled_from((".glb", ".fbx", ".blend")), st.binary(max_size=80))
def test_what_is_something_else_is_not_whole(suffix: str, data: bytes) -> None:
    assert not judged(suffix, data)
