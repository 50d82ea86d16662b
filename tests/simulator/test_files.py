"""GLB and FBX files as their formats want them."""

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.options import SMALL_MODELS
from simulator.sculpture.picture import picture_size
from simulator.sculpture.sculptor import Commission, sculpt

from .glb import array, carried, read_glb


@pytest.mark.parametrize(("texture", "pbr", "images"), [(True, True, 3), (True, False, 1), (False, False, 0)])
@pytest.mark.parametrize("face_limit", [48, 5000, None, 200_000])
def test_glb(picture: bytes, texture: bool, pbr: bool, images: int, face_limit: int | None) -> None:
    made = sculpt(Commission(picture, face_limit=face_limit, texture=texture, pbr=pbr, **SMALL_MODELS), "some-id")
    assert made.suffix == "glb"
    document, binary = read_glb(made.model)
    (primitive,) = document["meshes"][0]["primitives"]
    values = {name: array(document, binary, index) for name, index in primitive["attributes"].items()}
    triangles = array(document, binary, primitive["indices"])
    bounds = document["accessors"][primitive["attributes"]["POSITION"]]
    assert np.allclose(values["POSITION"].min(axis=0), bounds["min"])
    assert np.allclose(values["POSITION"].max(axis=0), bounds["max"])
    assert ("TEXCOORD_0" in values) == texture
    assert {len(entries) for entries in values.values()} == {len(values["POSITION"])}
    assert triangles.max() == len(values["POSITION"]) - 1
    most = face_limit or SMALL_MODELS["triangles"]
    assert 0.7 * most < len(triangles) / 3 <= most
    assert document["nodes"][0]["name"] == "tripo_node_some-id"
    assert document["materials"][0]["name"] == "tripo_mat_some-id"
    assert [image["mimeType"] for image in document.get("images", ())] == ["image/jpeg"] * images
    assert {picture_size(data) for data in carried(document, binary)} <= {(1024, 1024)}


def read_fbx(data: bytes) -> dict[str, list[Any]]:
    """All records by name as (properties, children), flat; follows every offset."""
    assert data.startswith(b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400))
    found: dict[str, list[Any]] = {}

    def record(at: int) -> int:
        end, count, length = struct.unpack_from("<III", data, at)
        if end == 0:
            assert data[at : at + 13] == bytes(13)
            return 0
        name_length = data[at + 12]
        name = data[at + 13 : at + 13 + name_length].decode()
        at += 13 + name_length
        values, stop = [], at + length
        for _ in range(count):
            value, at = fbx_property(data, at)
            values.append(value)
        assert at == stop
        found.setdefault(name, []).append(values)
        while at < end:
            at = record(at) or at + 13
        assert at == end
        return end

    at = 27
    while following := record(at):
        at = following
    footer = data[at + 13 :]
    assert footer[:16].hex() == "fabcab09d0c8d466b176fb831cf7267e"
    assert footer[-140:-136] == struct.pack("<I", 7400)
    assert (len(data) - 140) % 16 == 0
    return found


def fbx_property(data: bytes, at: int) -> tuple[Any, int]:
    code, at = data[at : at + 1], at + 1
    if code in b"SR":
        (length,) = struct.unpack_from("<I", data, at)
        return data[at + 4 : at + 4 + length], at + 4 + length
    if code in b"id":
        count, packed, length = struct.unpack_from("<III", data, at)
        raw = data[at + 12 : at + 12 + length]
        values = np.frombuffer(zlib.decompress(raw) if packed else raw, "<i4" if code == b"i" else "<f8")
        assert len(values) == count
        return values, at + 12 + length
    form = {b"C": "<?", b"I": "<i", b"L": "<q", b"D": "<d"}[code]
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


@pytest.mark.parametrize(("texture", "pbr", "images"), [(True, True, 4), (True, False, 1), (False, False, 0)])
@pytest.mark.parametrize("face_limit", [48, 5000, None])
def test_fbx(picture: bytes, texture: bool, pbr: bool, images: int, face_limit: int | None) -> None:
    made = sculpt(Commission(picture, face_limit=face_limit, texture=texture, pbr=pbr, quad=True), "some-id")
    assert made.suffix == "fbx"
    found = read_fbx(made.model)
    ((corners,),), ((points,),), ((normals,),) = (found[name] for name in ("PolygonVertexIndex", "Vertices", "Normals"))
    assert len(corners) % 4 == 0
    assert len(corners) / 4 <= (face_limit or 10_000)
    assert (corners.reshape(-1, 4)[:, :3] >= 0).all()
    assert (corners.reshape(-1, 4)[:, 3] < 0).all()
    assert np.where(corners < 0, ~corners, corners).max() == len(points) / 3 - 1
    assert len(normals) == 3 * len(corners)
    assert len(found.get("Content", ())) == images
    assert len(found["C"]) == 3 + 2 * images
    if texture:
        ((uvs,),), ((uv_index,),) = found["UV"], found["UVIndex"]
        assert len(uv_index) == len(corners)
        assert uv_index.max() == len(uvs) / 2 - 1
        assert [picture] in found["Content"]


def assert_faces_x(points: NDArray[Any], normals: NDArray[Any]) -> None:
    """The disc is thinnest along X, and bulges more towards +X than towards -X; its sides look their way."""
    assert np.argmin(np.ptp(points, axis=0)) == 0
    rim = np.hypot(points[:, 1], points[:, 2]) > 0.45
    assert points[rim, 0].mean() < 0
    assert np.einsum("ij,ij->i", points, normals).mean() > 0
    assert (normals[points[:, 0] > 0.2, 0] > 0).all()


@pytest.mark.parametrize("quad", [False, True], ids=["glb", "fbx"])
def test_the_model_faces_x_as_the_services_do(picture: bytes, quad: bool) -> None:
    made = sculpt(Commission(picture, face_limit=4000, quad=quad, **SMALL_MODELS), "some-id")
    if quad:
        found = read_fbx(made.model)
        ((corners,),), ((points,),), ((normals,),) = (
            found[name] for name in ("PolygonVertexIndex", "Vertices", "Normals")
        )
        places = np.where(corners < 0, ~corners, corners)
        assert_faces_x(points.reshape(-1, 3)[places], normals.reshape(-1, 3))
    else:
        document, binary = read_glb(made.model)
        attributes = document["meshes"][0]["primitives"][0]["attributes"]
        assert_faces_x(*(array(document, binary, attributes[name]) for name in ("POSITION", "NORMAL")))


def test_what_cannot_be_decoded_is_still_a_model() -> None:
    jpeg_like = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x40\x00\x80" + bytes(64)
    made = sculpt(Commission(jpeg_like, face_limit=1000), "x")
    document, _ = read_glb(made.model)
    size = np.subtract(document["accessors"][0]["max"], document["accessors"][0]["min"])
    assert size[2] == pytest.approx(2 * size[1], rel=0.05)  # the picture's own proportions, from its header
    assert jpeg_like in made.model


def test_webp_is_rewritten_and_words_are_painted() -> None:
    webp = sculpt(Commission(b"RIFF\0\0\0\0WEBPVP8 ", face_limit=1000, **SMALL_MODELS), "x")
    painted = (Commission(words=text, face_limit=1000, **SMALL_MODELS) for text in ("a box", "a crate"))
    words = [sculpt(commission, "x").model for commission in painted]
    for model in (webp.model, *words):
        assert {image["mimeType"] for image in read_glb(model)[0]["images"]} == {"image/jpeg"}
    assert carried(*read_glb(words[0])) != carried(*read_glb(words[1]))
