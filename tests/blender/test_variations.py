"""Variations of one request: they stand in a row, and the best is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from simulator.options import SMALL_MODELS
from simulator.sculpture.sculptor import Commission, sculpt

from .conftest import draw_disc

Module = Callable[[str], ModuleType]
GROUP = "20260101-000000-group"


@pytest.fixture(scope="module")
def chair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chairs")
    commission = Commission(picture=draw_disc(folder / "disc.png").read_bytes(), face_limit=2000, **SMALL_MODELS)
    path = folder / "Chair.glb"
    path.write_bytes(sculpt(commission, "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f").model)
    return path


@pytest.fixture
def bring_in(module: Module, preferences: Any, chair: Path) -> Callable[..., bpy.types.Object]:
    """Bring the model in as that of a variation, with these import options."""

    def bring(number: int, group: str = GROUP, **chosen: object) -> bpy.types.Object:
        options = module("core.options.import_options").asked(**chosen)
        place = module("scene.location").spot(bpy.context, options)
        job = module("app.submit").import_file(chair, options, place)
        job = replace(job, group=group, task_id=f"task-{number}", name=f"Chair {number}")
        main: bpy.types.Object = module("scene.deliver").bring_in(job, bpy.context).main
        return main

    return bring


def sides(obj: bpy.types.Object) -> tuple[float, float]:
    bpy.context.view_layer.update()
    corners = [(obj.matrix_world @ corner.co).x for corner in obj.data.vertices]
    return min(corners), max(corners)


@pytest.mark.parametrize("chosen", [{}, {"size": 3.0}, {"place": "origin", "fit": "height", "size": 0.5}], ids=str)
def test_they_stand_in_a_row(bring_in: Callable[..., bpy.types.Object], chosen: dict[str, object]) -> None:
    bpy.context.scene.cursor.location = (2, 1, 0)
    stand = [bring_in(number, **chosen) for number in range(3)]
    places = [sides(obj) for obj in stand]
    width = places[0][1] - places[0][0]
    for (_, right), (left, _) in pairwise(places):
        assert left - right == pytest.approx(0.2 * width, rel=0.01)
    assert len({round(obj.location.y, 5) for obj in stand}) == 1
    assert len({round(obj.location.z, 5) for obj in stand}) == 1


def test_another_request_stands_where_it_was_asked_for(bring_in: Callable[..., bpy.types.Object]) -> None:
    first, second, other = bring_in(1), bring_in(2), bring_in(3, group="another")
    assert other.location == first.location != second.location


@pytest.fixture
def three(bring_in: Callable[..., bpy.types.Object]) -> list[bpy.types.Object]:
    objects = [bring_in(number) for number in range(3)]
    bpy.context.view_layer.objects.active = objects[1]
    return objects


def test_the_others_are_hidden(three: list[bpy.types.Object]) -> None:
    bystander = bpy.data.objects.new("Bystander", None)
    bpy.context.scene.collection.objects.link(bystander)
    assert bpy.ops.tripo.keep_variation(others="HIDE") == {"FINISHED"}
    bpy.context.view_layer.update()
    assert [obj.visible_get() for obj in three] == [False, True, False]
    assert bystander.visible_get()
    assert bpy.data.collections["Tripo Variations"].hide_render


def test_the_others_are_removed_with_all_that_is_theirs(three: list[bpy.types.Object]) -> None:
    kept = three[1].name
    blocks = [len(each) for each in (bpy.data.meshes, bpy.data.materials, bpy.data.images)]
    assert bpy.ops.tripo.keep_variation(others="REMOVE") == {"FINISHED"}
    assert [obj.name for obj in bpy.data.objects] == [kept]
    assert [len(each) * 3 for each in (bpy.data.meshes, bpy.data.materials, bpy.data.images)] == blocks
    assert not bpy.ops.tripo.keep_variation.poll(), "the only one that is left"


def test_an_object_that_is_no_variation_keeps_nothing(bring_in: Callable[..., bpy.types.Object]) -> None:
    bring_in(1)
    assert not bpy.ops.tripo.keep_variation.poll()
    bpy.context.view_layer.objects.active = None
    assert not bpy.ops.tripo.keep_variation.poll()
