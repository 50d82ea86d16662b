"""Imports a model file: the stock importers, called so that what they bring is known and nothing half stays."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..core.errors import Kind, TripoError
from ..core.model_file import ModelFormat
from . import compat, materials

_log = logging.getLogger(__name__)


def import_model(path: Path, model_format: ModelFormat) -> list[bpy.types.Object]:
    """Import a model file into the current scene and give its objects, textures packed.

    Blender must be in Object Mode. Raises `TripoError` of kind import with a sentence.
    """
    objects, images, known = (set(blocks) for blocks in (bpy.data.objects, bpy.data.images, bpy.data.materials))
    try:
        if model_format is ModelFormat.GLB:
            _import_glb(path)
        else:
            compat.import_fbx(str(path))
            materials.complete([material for material in bpy.data.materials if material not in known], path)
    except (RuntimeError, AttributeError) as error:  # what operators raise: their report, or that they are missing
        raise _import_failure(model_format, error) from error
    imported = [obj for obj in bpy.data.objects if obj not in objects]
    if not any(obj.type == "MESH" for obj in imported):
        raise TripoError(
            Kind.IMPORT,
            "The file that the service sent holds no model. Its support can look at the task",
            detail=f"{len(imported)} objects, no mesh",
        )
    _pack([image for image in bpy.data.images if image not in images])
    return imported


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take out again all that came into the file meanwhile, when it ends with an error."""
    before = {name: set(blocks) for name, blocks in _all_data()}
    try:
        yield
    except BaseException:
        for name, blocks in _all_data():
            bpy.data.batch_remove([block for block in blocks if block not in before[name]])
        raise


def _all_data() -> Iterator[tuple[str, Iterable[bpy.types.ID]]]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION":
            yield prop.identifier, getattr(bpy.data, prop.identifier)


def _import_glb(path: Path) -> None:
    bpy.ops.import_scene.gltf(filepath=str(path), import_pack_images=True)


def _import_failure(model_format: ModelFormat, error: Exception) -> TripoError:
    detail = str(error).strip()
    if isinstance(error, AttributeError) or "could not be found" in detail:
        name = "glTF 2.0" if model_format is ModelFormat.GLB else "FBX"
        sentence = f"Blender's {name} importer is switched off. Enable its add-on in the preferences, then try again"
    else:
        sentence = f"Blender could not import the {model_format.upper()} file. It is kept; try again"
    return TripoError(Kind.IMPORT, sentence, detail=detail)


def _pack(images: list[bpy.types.Image]) -> None:
    for image in images:
        if image.packed_file is None and image.source == "FILE":
            try:
                image.pack()
            except RuntimeError as error:  # its file is missing: nothing to pack, and the model is still good
                _log.warning("%s could not be packed: %s", image.name, error)
