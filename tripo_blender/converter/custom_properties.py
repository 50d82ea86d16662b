"""Keeps what a model file says in custom properties from being read as settings.

The importers put them onto whatever they belong to: onto the scene too, where Blender 4.2 keeps the settings of all
add-ons under the same names.
"""

from collections.abc import Iterable, Iterator, Set as AbstractSet
from contextlib import contextmanager
from typing import Any

import bpy

from ..core.custom_properties import kept

_Holder = Any  # a block, a bone or a group: the stubs lack what they have in common
_Values = dict[str, Any]

_KEPT_ON = (bpy.types.Object, bpy.types.Mesh, bpy.types.Material)  # where artists look for them
_SHOWS_VARIANTS = "KHR_materials_variants_ui"


def limit(blocks: Iterable[bpy.types.ID]) -> None:
    """Take the custom properties of a file off what it brought, but for a few plain ones of objects and the like."""
    for block in blocks:
        _take_off(block, kept(_plain(block).items()) - _registered(block) if isinstance(block, _KEPT_ON) else set())
        for bone in _bones(block):
            _take_off(bone, set())


def take_off_registered(blocks: Iterable[bpy.types.ID]) -> None:
    """Take the properties off appended data that would be the settings of an add-on of this Blender."""
    for block in blocks:
        _take_off(block, _plain(block).keys() - _registered(block))


@contextmanager
def scenes_undisturbed() -> Iterator[None]:
    """Have the properties of the scenes be as before at the end, which an importer puts the file's onto."""
    before = {
        scene: [_plain(holder) for holder in _holders(scene)] for scene in bpy.data.scenes if scene.library is None
    }
    try:
        with _variants_unshown():
            yield
    finally:
        for scene, values in before.items():
            for holder, wanted in zip(_holders(scene), values, strict=True):
                _restore(holder, wanted)


@contextmanager
def _variants_unshown() -> Iterator[None]:
    """Undo what the glTF importer does to its own preferences for a file with variants of materials."""
    preferences = bpy.context.preferences
    addon: Any = preferences.addons.get("io_scene_gltf2")
    shown, is_dirty = getattr(addon and addon.preferences, _SHOWS_VARIANTS, None), preferences.is_dirty
    try:
        yield
    finally:
        if addon is not None and shown != getattr(addon.preferences, _SHOWS_VARIANTS, None):
            setattr(addon.preferences, _SHOWS_VARIANTS, shown)
            preferences.is_dirty = is_dirty


def _holders(scene: bpy.types.Scene) -> list[_Holder]:
    """Return what holds a scene's properties: from 5.0 on those of add-ons lie apart, where there are any."""
    system = getattr(scene, "bl_system_properties_get", None)
    return [scene] if system is None else [scene, system()]


def _restore(holder: _Holder, wanted: _Values) -> None:
    if holder is None:
        return
    for name, value in _plain(holder).items():
        if name not in wanted:
            del holder[name]
        elif value != wanted[name]:
            holder[name] = wanted[name]
    for name in wanted.keys() - set(holder.keys()):
        holder[name] = wanted[name]


def _bones(block: bpy.types.ID) -> Iterator[bpy.types.Bone | bpy.types.PoseBone]:
    if isinstance(block, bpy.types.Armature):
        yield from block.bones
    elif isinstance(block, bpy.types.Object) and block.pose is not None:
        yield from block.pose.bones


def _registered(block: _Holder) -> set[str]:
    """Return which of its properties an add-on has registered for this kind of data."""
    known = block.bl_rna.properties
    return {name for name in block.keys() if name in known and known[name].is_runtime}  # noqa: SIM118


def _take_off(holder: _Holder, but: AbstractSet[str]) -> None:
    for name in set(holder.keys()) - but:
        del holder[name]


def _plain(holder: _Holder) -> _Values:
    """Return all properties as Python's own values, which nothing changes or frees."""
    return {name: _value(value) for name, value in holder.items()} if holder is not None else {}


def _value(value: Any) -> Any:
    if isinstance(value, list):  # of groups
        return [_value(part) for part in value]
    for turn in ("to_dict", "to_list"):
        if hasattr(value, turn):
            return getattr(value, turn)()
    return value
