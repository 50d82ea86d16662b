"""Model files: whole ones have a format, all else a sentence; no bytes crash or hang the check."""

import base64
import json
import mmap
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Kind, TripoError
from tripo_blender.core.formats.model import FROM_SERVICE, HEAD, OF_USER, ModelFormat, check, format_of
from tripo_blender.core.sentences.text import Text

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 4, 4, 8, 2, 0, 0, 0)
FBX_MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<I4s", len(body), kind) + body


def glb(*chunks: bytes, version: int = 2, length: int | None = None) -> bytes:
    body = b"".join(chunks)
    return struct.pack("<4sII", b"glTF", version, 12 + len(body) if length is None else length) + body


def scene(**content: Any) -> bytes:
    text = json.dumps({"asset": {"version": "2.0"}, **content}).encode()
    return chunk(b"JSON", text + b" " * (-len(text) % 4))


def fbx(*nodes: bytes, version: int = 7400) -> bytes:
    """Top nodes with nothing but a name and one value, and the empty record that closes the list."""
    layout = struct.Struct("<QQQB" if version >= 7500 else "<IIIB")
    data = FBX_MAGIC + struct.pack("<I", version)
    for body in nodes:
        name, value = b"Objects", b"R" + struct.pack("<I", len(body)) + body
        end = len(data) + layout.size + len(name) + len(value)
        data += layout.pack(end, 1, len(value), len(name)) + name + value
    return data + bytes(layout.size)


GLB = glb(scene(), chunk(b"BIN\0", bytes(range(64))))
FBX = fbx(bytes(20), bytes(33))
WHOLE = {
    "glb": (GLB, ModelFormat.GLB),
    "glb without a buffer": (glb(scene()), ModelFormat.GLB),
    "glb with a chunk of another kind": (glb(scene(), chunk(b"BIN\0", bytes(8)), chunk(b"XTRA", b"")), ModelFormat.GLB),
    "fbx 7.4": (FBX, ModelFormat.FBX),
    "fbx 7.5": (fbx(bytes(20), bytes(33), version=7500), ModelFormat.FBX),
    "fbx 7.7": (fbx(bytes(1), version=7700), ModelFormat.FBX),
    "fbx 6.1": (fbx(bytes(1), version=6100), ModelFormat.FBX),
}


def refusal(data: bytes, *advice: Text) -> str:
    with pytest.raises(TripoError) as caught:
        check(data, *advice)
    assert caught.value.failure.kind is Kind.MODEL_FILE
    assert caught.value.failure.detail
    return caught.value.failure.sentence


@pytest.mark.parametrize(("data", "expected"), WHOLE.values(), ids=WHOLE)
def test_the_bytes_tell_the_format(data: bytes, expected: ModelFormat) -> None:
    assert check(data) is expected
    assert check(memoryview(data)) is expected
    assert check(data + b"footer") is expected
    assert format_of(data[:HEAD]) is expected


@pytest.mark.parametrize("head", [b"", b"PK\x03\x04", b"; FBX 7.3.0 project file\n", b"<!DOCTYPE html>"])
def test_the_first_bytes_are_refused_as_the_whole_would_be(head: bytes) -> None:
    with pytest.raises(TripoError) as caught:
        format_of(head, OF_USER)
    assert caught.value.failure.sentence == refusal(head, OF_USER)


@pytest.mark.parametrize("data", [data for data, _ in WHOLE.values()], ids=WHOLE)
def test_a_file_cut_short_anywhere_is_refused(data: bytes) -> None:
    for length in range(len(data)):
        refusal(data[:length])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>403</body></html>", "neither GLB nor FBX"),
        (b'{"code":2001,"message":"The task is not found"}', "neither GLB nor FBX"),
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (b"; FBX 7.3.0 project file\n; Created by", "text FBX"),
        (b"\n; FBX 7.3.0 project file\n", "text FBX"),
        (b"Kaydara FBX Text", "neither GLB nor FBX"),
        (glb(scene(), version=1), "version 1"),
        (glb(scene(), length=10_000), "cut short"),
        (glb(scene(), length=12), "cut short"),
        (glb(scene(), length=0), "cut short"),
        (glb(scene(), length=16), "cut short"),
        (glb(scene(), bytes(4)), "cut short"),
        (glb(scene(), struct.pack("<I4s", 2**32 - 1, b"BIN\0")), "cut short"),
        (glb(chunk(b"BIN\0", bytes(8)), scene()), "broken"),
        (FBX_MAGIC, "cut short"),
        (FBX_MAGIC + struct.pack("<I", 7400) + struct.pack("<IIIB", 27, 0, 0, 0) + bytes(40), "broken"),
        (FBX_MAGIC + struct.pack("<I", 7400) + struct.pack("<IIIB", 1, 0, 0, 0) + bytes(40), "broken"),
        (FBX_MAGIC + struct.pack("<I", 7500) + struct.pack("<QQQB", 2**63, 0, 0, 0), "cut short"),
    ],
    ids=[
        "empty", "html", "json", "zip", "ascii fbx", "ascii fbx after a blank line", "fbx text", "glb 1",
        "glb too long", "glb of a header alone", "glb of no length", "glb that ends in its chunk's head",
        "glb that ends in another chunk's head", "huge chunk",
        "buffer first", "fbx of a magic alone", "fbx node that ends where it begins", "fbx node that ends before",
        "fbx node beyond",
    ],
)  # fmt: skip
def test_what_is_no_whole_model_is_refused_by_what_it_is(data: bytes, said: str) -> None:
    assert said in refusal(data)


BROKEN = {
    "empty": b"",
    "zip": b"PK\x03\x04",
    "page": b"<html>",
    "cut glb": GLB[:-1],
    "broken glb": glb(chunk(b"JSON", b"{")),
    "glb with addresses": glb(scene(images=[{"uri": "x.png"}])),
    "cut fbx": FBX[:-1],
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_refusal_ends_with_the_advice_that_suits_where_the_file_is_from(data: bytes) -> None:
    own = refusal(data, OF_USER)
    assert own.endswith(f". {OF_USER.english()}")
    assert "service" not in own
    assert refusal(data) == own.replace(OF_USER.english(), FROM_SERVICE.english())


@pytest.mark.parametrize("place", ["images", "buffers"])
@pytest.mark.parametrize(
    "uri",
    [
        "", 7, "/etc/passwd", "../../secret.png", "data:,x", "data:/../../secret.png", "data:image/png,x",
        "C:\\secret.png", "\\\\host\\share\\x.png", "file:///x.png", "https://e.test/x.png",
    ],
)  # fmt: skip
def test_a_glb_that_reaches_for_other_files_is_not_harmless(place: str, uri: str) -> None:
    refusal(glb(scene(**{place: [{"uri": uri, "byteLength": 4}]})))


@pytest.mark.parametrize("place", ["images", "buffers"])
def test_a_glb_that_holds_its_data_in_its_text_is_harmless(place: str) -> None:
    uri = "data:application/octet-stream;base64," + base64.b64encode(PNG).decode()
    assert check(glb(scene(**{place: [{"uri": uri, "byteLength": 4}]}))) is ModelFormat.GLB


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff",
        b'{"images":7}',
        b'{"images":[7]}',
        b'{"images":[{}]}',
        b'{"images":[{"uri":7}]}',
    ],
    ids=repr,
)
def test_an_odd_scene_gives_a_verdict(text: bytes) -> None:
    assert verdict(glb(chunk(b"JSON", text))) in {*ModelFormat, Kind.MODEL_FILE}


def verdict(data: bytes) -> ModelFormat | Kind:
    try:
        return check(data)
    except TripoError as error:
        return error.failure.kind


STARTS = st.sampled_from(
    (b"", b"glTF\x02\0\0\0", b"glTF", FBX_MAGIC, FBX_MAGIC + struct.pack("<I", 7500), b"PK\x03\x04")
)


@given(STARTS, st.binary(max_size=200))
def test_byte_soup_gives_a_verdict(start: bytes, soup: bytes) -> None:
    assert verdict(start + soup) in {*ModelFormat, Kind.MODEL_FILE}


@given(st.sampled_from([data for data, _ in WHOLE.values()]), st.data())
def test_a_damaged_model_gives_a_verdict(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(whole) - 1, 60)) | st.integers(0, len(whole) - 1))
        number = st.integers(0, len(whole)).map(lambda value: struct.pack("<I", value))
        damaged[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4) | number)
    assert verdict(bytes(damaged)) in {*ModelFormat, Kind.MODEL_FILE}


def test_a_megabyte_of_empty_chunks_comes_to_an_end() -> None:
    assert "broken" in refusal(glb(scene(), chunk(b"XTRA", b"") * 131_072))


def test_a_mapped_file_can_be_closed_after_a_refusal(tmp_path: Path) -> None:
    bad = tmp_path / "bad.glb"
    bad.write_bytes(glb(scene(buffers=[{"byteLength": 100}]), chunk(b"BIN\0", bytes(64))))
    with (
        pytest.raises(TripoError) as caught,
        bad.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        memoryview(data) as view,
    ):
        check(view)
    assert "broken" in caught.value.failure.sentence
