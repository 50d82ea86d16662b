"""The models that the simulator gives by itself look like the service's, as files of it were found to be."""

import re
import uuid
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.options import Options
from simulator.sculpture.atlas import cut
from simulator.sculpture.outline import rounded_plate
from simulator.sculpture.picture import picture_size
from simulator.sculpture.relief import Relief, carve
from simulator.sculpture.sculptor import Commission, sculpt
from tripo_blender.core.formats.image.head import PictureHead, read_head
from tripo_blender.core.formats.model import ModelFormat, check

from .conftest import Start
from .glb import array, carried, read_glb
from .test_relief import assert_closed

IDENTITY = str(uuid.UUID(int=7, version=4))
Glb = tuple[dict[str, Any], bytes]


@pytest.fixture(scope="module")
def model(picture: bytes) -> bytes:
    """What the simulator makes of a picture when nothing else is said."""
    return sculpt(Commission(picture), IDENTITY).model


@pytest.fixture(scope="module")
def glb(model: bytes) -> Glb:
    return read_glb(model)


def test_its_json_says_what_the_services_say(glb: Glb) -> None:
    document, _ = glb
    assert document["asset"] == {"version": "2.0", "generator": "https://tripo3d.ai"}
    assert document["scenes"] == [{"nodes": [0]}]
    assert document["nodes"] == [{"name": f"tripo_node_{IDENTITY}", "mesh": 0}]
    ((primitive,),) = [mesh["primitives"] for mesh in document["meshes"]]
    assert set(primitive["attributes"]) == {"POSITION", "NORMAL", "TEXCOORD_0"}
    assert primitive["mode"] == 4
    indices = document["accessors"][primitive["indices"]]
    assert (indices["type"], indices["componentType"]) == ("SCALAR", 5125)
    (material,) = document["materials"]
    assert (material["name"], material["doubleSided"]) == (f"tripo_mat_{IDENTITY}", False)
    shading = material["pbrMetallicRoughness"]
    assert shading["baseColorFactor"] == [1, 1, 1, 1]
    assert (shading["metallicFactor"], shading["roughnessFactor"]) == (1, 1)
    assert not {"samplers", "extensionsUsed", "animations", "cameras", "skins"} & set(document)
    assert not {"occlusionTexture", "emissiveTexture", "alphaMode"} & set(material)
    textures = (shading["baseColorTexture"], shading["metallicRoughnessTexture"], material["normalTexture"])
    images = [document["images"][document["textures"][texture["index"]]["source"]] for texture in textures]
    assert [image["name"] for image in images] == [f"{name}_{IDENTITY}" for name in ("Color", "ORM", "NormalGL")]
    assert document["textures"] == [{"source": number} for number in range(3)]


def test_its_mesh_is_as_large_and_as_closed_and_has_as_many_seams(glb: Glb) -> None:
    document, binary = glb
    (primitive,) = document["meshes"][0]["primitives"]
    points = array(document, binary, primitive["attributes"]["POSITION"])
    triangles = array(document, binary, primitive["indices"]).reshape(-1, 3)
    places, place_of = np.unique(points, axis=0, return_inverse=True)
    assert 49_000 < len(triangles) <= 50_000
    assert 24_500 < len(places) < 25_010
    assert 29_000 < len(points) < 32_600
    assert_closed(place_of.reshape(-1)[triangles])
    assert 0.94 <= np.ptp(points, axis=0).max() <= 0.95
    assert np.abs(points.min(axis=0) + points.max(axis=0)).max() < 1e-5


def test_its_pictures_are_jpeg_of_4096_px_which_the_add_on_takes(glb: Glb) -> None:
    pictures = carried(*glb)
    for data in pictures:
        assert read_head(data) == PictureHead("jpg", 4096, 4096)
        assert data.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01")
        assert 400_000 <= len(data) <= 1_000_000
    assert len(set(pictures)) == 3


def test_the_add_on_takes_it(model: bytes) -> None:
    assert check(model) is ModelFormat.GLB


def test_without_texture_it_has_no_pictures_and_no_seams(picture: bytes) -> None:
    document, binary = read_glb(sculpt(Commission(picture, texture=False, pbr=False), IDENTITY).model)
    assert not {"images", "textures", "samplers"} & set(document)
    assert set(document["materials"][0]["pbrMetallicRoughness"]) == {"baseColorFactor", "metallicFactor"}
    points = array(document, binary, document["meshes"][0]["primitives"][0]["attributes"]["POSITION"])
    assert len(np.unique(points, axis=0)) == len(points)


def test_how_much_of_it_there_is_can_be_chosen(start: Start) -> None:
    assert (Options().triangles, Options().texture_size) == (50_000, 4096)
    _, client = start(triangles=300, texture_size=16)
    for limit, most in (({}, 300), ({"face_limit": 1000}, 1000)):
        created = client.create(type="text_to_model", prompt="a box", **limit)
        link = client.finish(created.json["data"]["task_id"])["output"]["pbr_model"]
        document, binary = read_glb(client.get(link).body)
        triangles = document["accessors"][document["meshes"][0]["primitives"][0]["indices"]]["count"] / 3
        assert 0.7 * most < triangles <= most
        assert [picture_size(data) for data in carried(document, binary)] == [(16, 16)] * 3
        assert re.fullmatch(r"tripo_node_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["nodes"][0]["name"])


def plate(quads: int) -> Relief:
    mask = rounded_plate(120, 180)
    y, x = np.mgrid[0:120, 0:180]
    return carve(mask, 0.5 + 0.3 * np.sin(x / 9) * np.cos(y / 7), quads)


@pytest.mark.parametrize("quads", [6, 24, 150, 2000, 25_000])
def test_an_island_shows_what_was_projected_there(quads: int) -> None:
    relief = plate(quads)
    islands, layout = cut(relief)
    side = 1024
    ramp = np.linspace(0, 255, 256).astype(np.uint8)
    projected = np.stack([*np.broadcast_arrays(ramp[None, :], ramp[:, None])], axis=2)
    atlas = layout.lay_out(projected, side)

    def shown(uvs: NDArray[Any], picture: NDArray[np.uint8]) -> NDArray[np.int64]:
        x, y = ((uvs * picture.shape[0]).astype(np.intp).clip(0, picture.shape[0] - 1)).T
        return picture[y, x].astype(np.int64)

    # The same places in the same faces, whatever their numbers.
    assert np.array_equal(islands.positions[islands.quads], relief.positions[relief.quads])
    before = shown(relief.uvs[relief.quads].reshape(-1, 2), projected)
    after = shown(islands.uvs[islands.quads].reshape(-1, 2), atlas)
    assert np.abs(before - after).max() <= 3
    assert islands.uvs.min() > 0
    assert islands.uvs.max() < 1


@pytest.mark.parametrize("quads", [2000, 25_000, 100_000])
def test_a_fifth_of_the_vertices_is_doubled_by_seams(quads: int) -> None:
    relief = plate(quads)
    islands, _ = cut(relief)
    assert 1.16 < len(islands.positions) / len(relief.positions) < 1.31  # as in the files that were looked into
    shared = np.unique(np.concatenate([islands.positions, islands.uvs], axis=1), axis=0)
    assert len(shared) == len(islands.positions)  # none is there twice for nothing
