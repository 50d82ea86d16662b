"""Joining vertices by number gives what Blender's own removal of doubles gives, but for the order."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from .seen import seen


@pytest.fixture
def meshes(module: Any) -> ModuleType:
    return module("converter.meshes")


@pytest.fixture
def settings(module: Any) -> Any:
    return module("core.arrival").Arrival()


def ball(seed: int, *, side: int = 24, cut: float = 0.2, hard: float = 0.0) -> bpy.types.Mesh:
    """A bumpy ball in triangles and quads whose vertices are split at random, with attributes of many kinds."""
    random = np.random.default_rng(seed)
    polar, around = np.meshgrid(np.linspace(0.1, 3.0, side), np.linspace(0, 2 * math.pi, side, endpoint=False))
    radius = 1 + 0.05 * random.random(polar.shape)
    places = np.stack(
        (radius * np.sin(polar) * np.cos(around), radius * np.sin(polar) * np.sin(around), radius * np.cos(polar)), -1
    ).reshape(-1, 3)
    ids = np.arange(side * side).reshape(side, side)
    quads = np.stack((ids[:, :-1], ids[:, 1:], np.roll(ids, -1, 0)[:, 1:], np.roll(ids, -1, 0)[:, :-1]), -1)
    faces: list[list[int]] = []
    for quad in quads.reshape(-1, 4).tolist():
        faces += [quad] if random.random() < 0.3 else [quad[:3], [quad[0], *quad[2:]]]
    points = places.tolist()
    normals = [(np.array(point) / np.linalg.norm(point)).tolist() for point in points]
    for face in faces:
        for at, vertex in enumerate(face):
            if random.random() < cut:
                face[at] = len(points)
                points.append(points[vertex])
                turned = np.array(normals[vertex]) + (random.random() < hard) * random.normal(0, 0.5, 3)
                normals.append((turned / np.linalg.norm(turned)).tolist())
    return mesh_of(points, faces, normals, random)


def mesh_of(points: Any, faces: Any, normals: Any, random: np.random.Generator, edges: Any = ()) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new("ball")
    mesh.from_pydata(points, list(edges), faces)
    for name in ("Plain", "Light map"):
        mesh.uv_layers.new(name=name).data.foreach_set("uv", random.random(2 * len(mesh.loops), np.float32))
    chosen = mesh.attributes.get(".select_edge")
    if chosen is not None and chosen.data_type == "BOOLEAN":  # 5.0 makes it of a wrong type
        chosen.data.foreach_set("value", np.ones(len(mesh.edges), bool))
    mesh.uv_layers.active_index = 0
    mesh.uv_layers[1].active_render = True
    colour = mesh.color_attributes.new("Colour", "FLOAT_COLOR", "CORNER")
    colour.data.foreach_set("color", random.random(4 * len(mesh.loops), np.float32))
    paint = mesh.color_attributes.new("Paint", "BYTE_COLOR", "CORNER")
    paint.data.foreach_set("color_srgb", random.random(4 * len(mesh.loops), np.float32))
    mesh.color_attributes.active_color_index, mesh.color_attributes.render_color_index = 0, 1
    number = mesh.attributes.new("number", "INT", "FACE")
    number.data.foreach_set("value", np.arange(len(mesh.polygons), dtype=np.int32))
    mesh.polygons.foreach_set("material_index", np.arange(len(mesh.polygons), dtype=np.int32) % 3)
    bpy.context.collection.objects.link(bpy.data.objects.new("ball", mesh))
    if normals is not None:
        mesh.normals_split_custom_set_from_vertices(normals)
    return mesh


def check_both(meshes: ModuleType, settings: Any, mesh: bpy.types.Mesh, monkeypatch: Any, *, quick: bool) -> None:
    """The way by number is taken where it should be, and gives what the other gives."""
    other = mesh.copy()
    bpy.context.collection.objects.link(bpy.data.objects.new("other", other))
    slow: list[bpy.types.Mesh] = []
    one_by_one = meshes._merge_one_by_one

    def note(mesh: bpy.types.Mesh, *rest: Any) -> Any:
        slow.append(mesh)
        return one_by_one(mesh, *rest)

    monkeypatch.setattr(meshes, "_merge_one_by_one", note)
    meshes.set_up(mesh, settings)
    assert (not slow) == quick
    monkeypatch.setattr(meshes, "plan", lambda *_, **__: None)
    meshes.set_up(other, settings)
    monkeypatch.undo()
    assert slow
    assert not mesh.validate(verbose=True)
    first, second = seen(mesh), seen(other)
    ours, theirs = np.array(first.pop("normals")), np.array(second.pop("normals"))
    assert first == second
    assert np.linalg.norm(ours - theirs, axis=1).max() < 1e-3


@pytest.mark.parametrize("hard", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_a_ball(meshes: ModuleType, settings: Any, monkeypatch: pytest.MonkeyPatch, seed: int, hard: float) -> None:
    check_both(meshes, settings, ball(seed, hard=hard), monkeypatch, quick=True)


TRIANGLES: dict[str, tuple[list[tuple[float, ...]], list[tuple[int, ...]], list[tuple[int, int]], bool]] = {
    "without area": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0)],
        [(0, 1, 2), (1, 3, 2), (3, 4, 2), (0, 1, 3)],
        [],
        True,
    ),
    "a sliver that is lost": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (1, 1e-8, 0)],
        [(0, 1, 2), (3, 4, 2), (0, 1, 5)],
        [],
        False,
    ),
    "near": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1e-8, 0), (1, 1, 0), (0, 1, 0), (1, 2e-8, 0)],
        [(0, 1, 2), (3, 4, 2), (6, 4, 5)],
        [],
        False,
    ),
    "near each other": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1e-8, 0), (1, 1, 0), (0, 1, 0)],
        [(0, 1, 2), (3, 4, 5)],
        [],
        True,
    ),
    "a chain": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1.5e-6, 0), (1, 1, 0), (0, 1, 0), (1, 3e-6, 0), (2, 2, 2), (0, 0, 2)],
        [(0, 1, 2), (3, 4, 5), (6, 7, 8)],
        [],
        False,
    ),
    "loose": (
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (2, 2, 2), (2, 2, 2), (3, 0, 0), (3, 0, 0)],
        [(0, 1, 2), (3, 4, 5)],
        [(0, 8), (9, 0), (6, 7), (1, 2)],
        True,
    ),
    "two sides": ([(0, 0, 0), (1, 0, 0), (0, 1, 0)] * 2, [(0, 1, 2), (5, 4, 3)], [], False),
    "a bow": ([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0), (-1, 0, 0), (0, -1, 0)], [(0, 1, 2), (3, 4, 5)], [], True),
    "a folded quad": ([(0, 0, 0), (1, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 1)], [(0, 1, 2, 3), (0, 1, 4)], [], False),
}


@pytest.mark.parametrize("name", TRIANGLES)
@pytest.mark.parametrize("has_normals", [True, False])
def test_odd_ones(
    meshes: ModuleType, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, has_normals: bool
) -> None:
    points, faces, edges, quick = TRIANGLES[name]
    random = np.random.default_rng(5)
    normals = [(0.6, 0.0, 0.8)] * len(points) if has_normals else None
    mesh = mesh_of(points, faces, normals, random, edges)
    check_both(meshes, settings, mesh, monkeypatch, quick=quick)


def test_weights_are_left_to_blender(meshes: ModuleType, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = ball(1, side=8)
    bpy.data.objects["ball"].vertex_groups.new(name="bone").add(range(9), 0.5, "REPLACE")
    check_both(meshes, settings, mesh, monkeypatch, quick=False)
    assert sum(len(vertex.groups) for vertex in mesh.vertices) > 0


def test_what_the_random_sums_say_of_faces(module: Any) -> None:
    twice = module("converter.welding")._twice
    sizes = np.array([3, 4, 3])
    assert not twice(np.array([0, 1, 2, 0, 1, 2, 3, 1, 2, 3]), sizes, 4)
    assert twice(np.array([0, 1, 2, 0, 1, 2, 3, 1, 2, 0]), sizes, 4)
