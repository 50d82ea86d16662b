"""Many objects are put into the scene and selected by going through them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

NUMBER = 40


class Listed(list[bpy.types.Object]):
    """A list that is not searched: with thousands of objects that takes their square."""

    def __contains__(self, _wanted: object) -> bool:
        raise AssertionError("each object was looked for in a list of all")


@pytest.fixture
def put(module: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """Put objects into the scene as those of a model."""
    job = module("core.job").image_job("id", "Model", "", module("core.options.generation").Settings(), "", 0.0)

    def put(objects: list[bpy.types.Object], **wanted: object) -> Any:
        model = SimpleNamespace(objects=objects, roots=objects, main=objects[0])
        told, _ = module("scene.place").put(model, replace(job, arrival=replace(job.arrival, **wanted)), bpy.context)
        return told  # type: ignore[no-any-return]

    return put


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Blender goes through every collection when an object is asked for its own."""

    def asked(_obj: bpy.types.Object) -> None:
        raise AssertionError("an object was asked for its collections")

    with monkeypatch.context() as patch:
        patch.setattr(bpy.types.Object, "users_collection", property(asked))
        yield


def test_objects_are_moved_and_selected_in_one_go(put: Callable[..., Any], unasked: None) -> None:
    scene = bpy.context.scene
    imported, second = bpy.data.collections.new("Imported"), bpy.data.scenes.new("Second")
    scene.collection.children.link(imported)
    stays = bpy.data.objects.new("Stays", None)
    objects = Listed(bpy.data.objects.new(f"Part {number}", None) for number in range(NUMBER))
    for number, obj in enumerate(objects):
        for where in [(imported,), (scene.collection,), (imported, second.collection)][number % 3]:
            where.objects.link(obj)
    imported.objects.link(stays)
    bpy.context.view_layer.update()
    stays.select_set(True)

    assert put(objects) is None

    assert list(bpy.data.collections["Tripo"].objects) == list(objects)
    assert list(imported.objects) == [stays]
    assert not scene.collection.objects
    assert not second.collection.objects
    assert set(bpy.context.selected_objects) == set(objects)
    assert bpy.context.view_layer.objects.active == objects[0]


def test_objects_that_are_there_already_stay(put: Callable[..., Any]) -> None:
    put([(first := bpy.data.objects.new("First", None))])
    put([first, (second := bpy.data.objects.new("Second", None))], select=False)

    assert list(bpy.data.collections["Tripo"].objects) == [first, second]
    assert bpy.context.selected_objects == [first]
