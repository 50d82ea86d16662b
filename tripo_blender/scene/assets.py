"""Keeps a model as an asset: at its arrival by the preferences, later by the button, headless by the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..core.asset_catalog import clean_path, with_catalog
from ..core.errors import Kind, TripoError
from ..core.job import Job
from ..core.provenance import PART_OF
from ..core.sentences.text import Text, text
from . import addon_preferences

CATALOG, TAGS = "Tripo", "tripo"


@dataclass(frozen=True)
class AssetOptions:
    """Where a model is kept as an asset: nowhere, in the file (`in_file`), in a library (its name or folder).

    Where it is `required` a model that cannot be kept does not come in; otherwise it is good all the same.
    """

    in_file: bool = False
    library: str = ""
    catalog: str = CATALOG
    tags: tuple[str, ...] = (TAGS,)
    required: bool = False


def asset_options(context: bpy.types.Context, library: str = "", catalog: str = "") -> AssetOptions:
    """Give what the preferences ask for; a library that is named here stands for theirs."""
    chosen = addon_preferences.get(context)
    asked = AssetOptions()
    if chosen is not None:
        tags = tuple(tag.strip() for tag in chosen.asset_tags.split(",") if tag.strip())
        asked = AssetOptions(
            chosen.keep_as == "FILE",
            chosen.asset_library if chosen.keep_as == "LIBRARY" else "",
            chosen.asset_catalog.strip() or CATALOG,
            tags,
        )
    if library:
        asked = replace(asked, in_file=False, library=library, required=True)
    return replace(asked, catalog=catalog or asked.catalog)


def check(asked: AssetOptions, context: bpy.types.Context) -> None:
    """Raise `TripoError` of kind usage where a model cannot be kept so: before one is ordered for it."""
    from ..converter import assets  # noqa: PLC0415  # see `keep`

    if asked.in_file or asked.library:
        clean_path(asked.catalog)
    if asked.library:
        assets.check_library(assets.library_folder(context, asked.library), asked.catalog)


def keep(main: bpy.types.Object, job: Job, asked: AssetOptions, context: bpy.types.Context) -> Text:
    """Keep a model as asked for, and say where it went; raises `TripoError`."""
    from ..converter import assets  # noqa: PLC0415  # Blender's start shall not wait for it

    objects = family(main)
    preview = Path(job.preview_path) if job.preview_path else None
    marked_before = assets.asset_of(main, objects) is not None
    asset = assets.mark(
        main,
        objects,
        description=_description(job),
        tags=asked.tags,
        catalog_id=_catalog_of_file(asked.catalog, context) if asked.in_file else "",
        preview=preview,
    )
    if not asked.library:
        return text("asset.marked", catalog=asked.catalog)
    try:
        with _on_its_own(objects[0]):
            saved = assets.save_to_library(asset, assets.library_folder(context, asked.library), asked.catalog)
    finally:
        if not (asked.in_file or marked_before):
            assets.unmark(asset)
    return text("asset.saved", path=str(saved))


def family(main: bpy.types.Object) -> list[bpy.types.Object]:
    """Return all objects of a model, and none that an artist has hung it on, or hung on it."""
    model = main.get(PART_OF)
    if model is None:
        return [main]
    root = main
    while root.parent is not None and root.parent.get(PART_OF) == model:
        root = root.parent
    return [root, *(obj for obj in root.children_recursive if obj.get(PART_OF) == model)]


@contextmanager
def _on_its_own(root: bpy.types.Object) -> Iterator[None]:
    """Take a model off what an artist has hung it on meanwhile: what is written takes its parents along."""
    parent = root.parent
    if parent is None:
        yield
        return
    kind, bone, inverse, basis = (
        root.parent_type,
        root.parent_bone,
        root.matrix_parent_inverse.copy(),
        root.matrix_basis.copy(),
    )
    world = root.matrix_world.copy()
    root.parent = None
    root.matrix_world = world
    try:
        yield
    finally:
        root.parent, root.parent_type, root.parent_bone = parent, kind, bone
        root.matrix_parent_inverse, root.matrix_basis = inverse, basis


def _description(job: Job) -> str:
    if job.task_id:
        return f"Made by Tripo ({job.settings.model_version}) of {job.source or job.name}, task {job.task_id}"
    return f"Imported from {job.source}"


def _catalog_of_file(catalog: str, context: bpy.types.Context) -> str:
    """Give the catalog's id for assets of the open file: written beside it, or in the library that it lies in."""
    from ..converter.assets import catalog_in  # noqa: PLC0415

    if not bpy.data.filepath:
        return with_catalog("", catalog)[1]  # the same that a library will have for it
    folder = Path(bpy.data.filepath).parent
    libraries = [Path(library.path) for library in context.preferences.filepaths.asset_libraries if library.path]
    inside = next((library for library in libraries if folder.is_relative_to(library)), folder)
    return catalog_in(inside, catalog)


def main_of(job: Job) -> bpy.types.Object:
    """Give the main object of a job that is done; raises `TripoError` of kind usage where it is gone."""
    obj = bpy.context.scene.objects.get(job.object_name)
    if obj is None:
        raise TripoError(Kind.USAGE, text("asset.not_in_scene", name=job.object_name or job.name))
    return obj
