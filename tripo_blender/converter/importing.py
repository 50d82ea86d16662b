"""Imports a model file: the stock importers, called so that what they bring is known and nothing half stays."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import bpy

from ..core.errors import Kind, TripoError
from ..core.formats.glb import extensions
from ..core.formats.model import ModelFormat, check_arrays
from ..core.sentences.text import Text, text
from ..storage.mapped_file import mapped
from . import compat, custom_properties
from .surfaces import Matched, Surface, match, read_surfaces

_log = logging.getLogger(__name__)


class _Unlike(Exception):
    """A mesh came otherwise than its file says."""


def import_model(
    path: Path, model_format: ModelFormat, *, merge: bool, advice: Text
) -> tuple[list[bpy.types.Object], Matched]:
    """Import a model file into the current scene, one unit of it a metre; give its objects, and what is left to do.

    That is, for some meshes of a GLB, to take over the normals of the file: the importer takes up to three quarters
    of its time for them, and without them it merges vertices itself, where that is asked for. Other meshes come with
    their normals and unmerged. Blender must be in Object Mode. Raises `TripoError`: of kind import, or
    of kind model file where an FBX is found to be broken, with `advice`.
    """
    if model_format is ModelFormat.FBX:
        in_python = compat.reads_fbx_in_python(str(path))
        if in_python:  # it unpacks an array before it compares what comes out with what it says
            _check_arrays(path, advice)
        return _import(path, model_format, lambda: compat.import_fbx(str(path), in_python=in_python), advice), {}
    if surfaces := read_surfaces(path):
        with suppress(_Unlike), rolled_back():
            objects = _import(
                path, model_format, lambda: compat.import_glb(str(path), normals=False, merge=merge), advice
            )
            return objects, _match(objects, surfaces, merged=merge)
        _log.info("%s is imported once more: its meshes came otherwise than the file says", path.name)
        del surfaces  # they are large
    return _import(path, model_format, lambda: compat.import_glb(str(path)), advice), {}


def _match(objects: list[bpy.types.Object], surfaces: list[Surface], *, merged: bool) -> Matched:
    meshes = {obj.data for obj in objects if isinstance(obj.data, bpy.types.Mesh)}
    matched = match(meshes, surfaces, merged=merged)
    if matched is None:
        raise _Unlike
    return matched


def _check_arrays(path: Path, advice: Text) -> None:
    with mapped(path) as data:
        check_arrays(data, advice)


def _import(path: Path, model_format: ModelFormat, stock: Callable[[], None], advice: Text) -> list[bpy.types.Object]:
    known, actions = set(bpy.data.objects), set(bpy.data.actions)
    try:
        with custom_properties.scenes_undisturbed(), _undisturbed(bpy.context.scene):
            stock()
    except (RuntimeError, AttributeError) as error:  # what operators raise: their report, or that they are missing
        raise _import_failure(path, model_format, error, advice) from error
    imported = [obj for obj in bpy.data.objects if obj not in known]
    if not any(obj.type == "MESH" and len(obj.data.polygons) for obj in imported):  # type: ignore[union-attr]
        raise TripoError(
            Kind.IMPORT,
            text("import.no_mesh"),
            detail=f"{len(imported)} objects, no mesh with faces",
        )
    for action in bpy.data.actions:
        if action not in actions and action.use_fake_user and action.users > 1:
            action.use_fake_user = False  # by the FBX importers: it would outlive its model
    return imported


@contextmanager
def _undisturbed(scene: bpy.types.Scene) -> Iterator[None]:
    """Have a unit of the scene be a metre, and keep its frame rate.

    The FBX importers scale by the unit, the glTF importer does not; and they set the scene's rate to the file's.
    """
    units, render = scene.unit_settings, scene.render
    own, rate, base = units.scale_length, render.fps, render.fps_base
    if own != 1.0:
        units.scale_length = 1.0
    try:
        yield
    finally:
        if own != 1.0:
            units.scale_length = own
        if (render.fps, render.fps_base) != (rate, base):
            render.fps, render.fps_base = rate, base


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take out again all that came into the file meanwhile, when it ends with an error; the selection is as before."""
    before = snapshot()
    layer = bpy.context.view_layer
    selected, active = list(layer.objects.selected), layer.objects.active  # the context has none without a window
    try:
        yield
    except BaseException:
        _remove_all_but(before)
        for obj in selected:
            obj.select_set(True)
        bpy.context.view_layer.objects.active = active
        raise


@contextmanager
def taken_out_again() -> Iterator[None]:
    """Take out again all that comes into the file meanwhile: objects, what they use, and collections."""
    before = snapshot()
    try:
        yield
    finally:
        _remove_all_but(before)


def snapshot() -> dict[str, set[bpy.types.ID]]:
    """Give all that is in the file, by kind."""
    return {name: set(blocks) for name, blocks in _all_data()}


def new_blocks(before: dict[str, set[bpy.types.ID]]) -> list[bpy.types.ID]:
    """Return all that came into the file since."""
    return [block for name, blocks in _all_data() for block in blocks if block not in before[name]]


def _remove_all_but(before: dict[str, set[bpy.types.ID]]) -> None:
    for name, blocks in _all_data():
        bpy.data.batch_remove([block for block in blocks if block not in before[name]])


def remove_leftovers(before: dict[str, set[bpy.types.ID]]) -> None:
    """Take out what an importer brought and nothing uses: its collections, empties' data, materials, images."""
    for collection in [block for block in bpy.data.collections if block not in before["collections"]]:
        bpy.data.collections.remove(collection)  # their objects stay, the caller links them
    left = True
    while left:  # what a removed material used is unused itself then
        unused = [
            block
            for name, blocks in _all_data()
            for block in blocks
            if block not in before[name] and block.users == 0 and name not in ("objects", "window_managers")
        ]
        left = bool(unused)
        bpy.data.batch_remove(unused)


def _all_data() -> Iterator[tuple[str, Iterable[bpy.types.ID]]]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier != "all_ids":  # 5.2 brought it: all the others over again
            yield prop.identifier, getattr(bpy.data, prop.identifier)


def _import_failure(path: Path, model_format: ModelFormat, error: Exception, advice: Text) -> TripoError:
    if model_format is ModelFormat.FBX:
        try:
            _check_arrays(path, advice)  # what the importer in C++ says of a broken one helps nobody
        except TripoError as broken:
            return broken
    detail = str(error).strip()
    what = None
    if model_format is ModelFormat.GLB:
        with mapped(path) as data:
            needed = extensions.required(data)
        what = extensions.unsupported_reason(needed, ".".join(str(part) for part in bpy.app.version[:2]))
    if what is None and (isinstance(error, AttributeError) or "could not be found" in detail):
        what = text("import.importer_off", importer="glTF 2.0" if model_format is ModelFormat.GLB else "FBX")
    what = what or text("import.failed", format=model_format.upper(), advice=advice)
    _log.info("%s could not be imported: %s", path.name, detail)  # a traceback, of which the last line is told
    return TripoError(Kind.IMPORT, what, detail=_log_tail(detail))


def _log_tail(report: str) -> str:
    """Give what a traceback in an operator's report ends with; before 5.0 the place of the call follows."""
    lines = [line for line in report.splitlines() if line[:1].strip() and not line.startswith("Location: ")]
    return lines[-1] if lines else report
