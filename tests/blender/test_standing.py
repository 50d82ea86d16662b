"""Empties of a model that moves: those that change nothing go, and everything stays where it was."""

from __future__ import annotations

import importlib

import bpy
from mathutils import Matrix

from .conftest import PACKAGE


def made(name: str, parent: bpy.types.Object | None, place: float = 0.0, *, mesh: bool = False) -> bpy.types.Object:
    obj = bpy.data.objects.new(name, bpy.data.meshes.new(name) if mesh else None)
    bpy.context.scene.collection.objects.link(obj)
    obj.parent = parent
    obj.location.x = place
    return obj


def test_idle_empties_go_and_everything_stays_where_it_was(preferences: object) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    above = made("root", None)  # idle
    moved = made("moved", above, 2)  # not where its parent is
    below = moved
    objects = [above, moved]
    for number in range(30):  # idle, each on the one before, with a mesh on each
        below = made(f"idle {number}", below)
        objects += [below, made(f"leaf {number}", below, number, mesh=True)]
    looked_at = made("looked at", moved)
    holder = made("holder", looked_at, mesh=True)
    looks = made("looks", looked_at, mesh=True)
    looks.constraints.new("TRACK_TO").target = looked_at
    child = made("child of a mesh", holder, 1)
    child.empty_display_size = 2
    objects = [*reversed(objects), looked_at, holder, looks, child]
    bpy.context.view_layer.update()
    worlds = {obj.name: obj.matrix_world.copy() for obj in objects if not obj.name.startswith("idle")}

    kept = importlib.import_module(f"{PACKAGE}.converter.normalize")._without_idle_empties(objects)

    bpy.context.view_layer.update()
    assert {obj.name for obj in kept} == worlds.keys() - {"root"} == set(bpy.data.objects.keys())
    assert {obj.parent for obj in kept if obj.name.startswith("leaf")} == {moved}
    assert (moved.parent, looks.parent, holder.parent) == (None, looked_at, looked_at)
    for obj in kept:
        if obj != looks:
            assert obj.matrix_world == worlds[obj.name], obj.name
    assert Matrix() != moved.matrix_world
