"""Keeps a finished model as an asset: marked in this file, and as a .blend of its own in an asset library."""

import contextlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import bpy
import bpy.utils.previews

from ..core.asset_catalog import FILE_NAME, clean_path, with_catalog
from ..core.errors import Kind, TripoError
from ..core.sentences.text import Text, text
from ..core.text import as_file_stem, without_number
from . import verified_write

_log = logging.getLogger(__name__)

_LONGEST_TAG = 63  # bytes; Blender cuts longer ones, and then does not know them again
_PACKABLE = {"FILE", "GENERATED", "TILED"}
_ATTEMPTS = 5  # at the catalog file, which other Blenders write too


# -- in this file -------------------------------------------------------------------------------------------------


def mark(
    main: bpy.types.Object,
    objects: Sequence[bpy.types.Object],
    *,
    description: str,
    tags: Sequence[str],
    catalog_id: str = "",
    preview: Path | None = None,
    author: str = "",
) -> bpy.types.ID:
    """Make a model an asset of this file, or bring the asset up to date, and give what stands for it.

    A single object is the asset itself. Several are held by a collection that is in no scene: nothing moves or shows
    twice in the outliner, and `unmark` leaves no trace. A collection of just these objects with the model's name, or
    marked already, is taken where there is one. Tags of others stay; empty values change nothing.

    `preview` is a picture file; where there is none or it does not load, and the asset has no preview yet, Blender
    renders one if it has a window: some time later, see `preview_pending`.
    """
    asset = _asset_block(main, objects) or _new_collection(main, objects)
    asset.asset_mark()
    data = asset.asset_data
    assert data is not None
    data.description = description or data.description
    data.author = author or data.author
    if catalog_id:
        data.catalog_id = catalog_id
    for tag in tags:
        name = tag.strip().encode()[:_LONGEST_TAG].decode("utf-8", "ignore").strip()
        if name and name not in data.tags:
            data.tags.new(name)
    if not (preview is not None and _show(preview, asset)) and not _has_preview(asset) and not bpy.app.background:
        # In the background Blender would end the whole process on a machine without OpenGL.
        asset.asset_generate_preview()
    return asset


def unmark(asset: bpy.types.ID) -> None:
    """Undo `mark`: the model stays, a collection that was made for the asset goes."""
    asset.asset_clear()
    if isinstance(asset, bpy.types.Collection) and not asset.users:
        bpy.data.collections.remove(asset)


def asset_of(main: bpy.types.Object, objects: Sequence[bpy.types.Object]) -> bpy.types.ID | None:
    """Give what stands for the model as an asset already, if anything."""
    block = _asset_block(main, objects)
    return block if block is not None and block.asset_data is not None else None


def preview_pending() -> bool:
    """Whether Blender still renders previews; until then an asset marked without a picture has none to be saved."""
    return bool(bpy.app.is_job_running("RENDER_PREVIEW"))


def _asset_block(main: bpy.types.Object, objects: Sequence[bpy.types.Object]) -> bpy.types.ID | None:
    if len(set(objects) | {main}) == 1:
        return main
    own = [
        collection
        for collection in main.users_collection
        if not collection.is_embedded_data  # the scene's own
        and collection.library is None
        and set(collection.all_objects) == {main, *objects}
        # The collection that all models come into holds no other at first.
        and (collection.asset_data is not None or without_number(collection.name) == without_number(main.name))
    ]
    return min(own, key=lambda collection: collection.asset_data is None, default=None)


def _new_collection(main: bpy.types.Object, objects: Sequence[bpy.types.Object]) -> bpy.types.Collection:
    collection = bpy.data.collections.new(main.name)
    for obj in {main: None} | dict.fromkeys(objects):
        collection.objects.link(obj)
    root = main
    while root.parent is not None and root.parent in objects:
        root = root.parent
    # What is dropped into a scene lands there. The matrix of what was just moved is not up to date.
    collection.instance_offset = root.location if root.parent is None else root.matrix_world.translation
    return collection


def _show(picture: Path, asset: bpy.types.ID) -> bool:
    """Make a picture file the asset's preview, at the size that Blender makes previews; whether it could be loaded."""
    previews = bpy.utils.previews.new()
    try:
        loaded = previews.load("preview", str(picture), "IMAGE")
        if not all(loaded.image_size):  # no file, or not a picture: Blender says so in no other way
            _log.info("%s is no picture for a preview", picture.name)
            return False
        own = asset.preview_ensure()
        for size, pixels in (("image_size", "image_pixels"), ("icon_size", "icon_pixels")):
            setattr(own, size, getattr(loaded, size))
            setattr(own, pixels, getattr(loaded, pixels)[:])
    finally:
        bpy.utils.previews.remove(previews)
    return True


def _has_preview(asset: bpy.types.ID) -> bool:
    return asset.preview is not None and all(asset.preview.image_size)


# -- in a library -------------------------------------------------------------------------------------------------


def library_folder(context: bpy.types.Context, name_or_path: str) -> Path:
    """Give the folder of an asset library, by its name in the preferences or by its path; made where it is missing.

    A path needs a parent that is there. Raises `TripoError` of kind usage, which names the libraries there are.
    """
    libraries = {
        library.name: Path(library.path)
        for library in context.preferences.filepaths.asset_libraries
        if library.path and not getattr(library, "use_remote_url", False)  # 5.2 has libraries on the web too
    }
    known = libraries.get(name_or_path)
    path = known or Path(bpy.path.abspath(name_or_path)).expanduser().absolute()
    # A bare word that is neither is rather a library's name misspelt than a folder to be made.
    misspelt = known is None and not re.search(r"[/\\]", name_or_path) and not path.is_dir()
    error: OSError | None = None
    if name_or_path.strip() and not misspelt:
        try:
            # Blender sets its "User Library" up without making the folder.
            path.mkdir(parents=known is not None, exist_ok=True)
            return path
        except OSError as cannot:
            error = cannot
    raise TripoError(
        Kind.USAGE,
        text(
            "asset.no_library",
            library=name_or_path,
            known=", ".join(map(repr, libraries)) or text("asset.no_libraries"),
        ),
        detail=str(error or ""),
    ) from error


def check_library(folder: Path, catalog_path: str) -> None:
    """Raise `TripoError` of kind usage where nothing can be saved in a library's folder, under that catalog."""
    place = _sub_folder(folder, catalog_path)
    try:
        with_catalog(_read(folder / FILE_NAME), catalog_path)
        with tempfile.NamedTemporaryFile(dir=place if place.exists() else folder):
            pass
    except OSError as error:
        why = error.strerror.lower() if error.strerror else text("disk.refuses")
        raise TripoError(
            Kind.USAGE, text("asset.library_read_only", folder=str(folder), why=why), detail=str(error)
        ) from error
    except TripoError as error:
        raise TripoError(Kind.USAGE, error.failure.text, detail=error.failure.detail) from error


def catalog_in(folder: Path, catalog_path: str) -> str:
    """Make sure that a library has a catalog of this path, and give its id. Raises `TripoError` of kind disk."""
    file = (folder / FILE_NAME).resolve()  # a link to a shared one stays a link
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        for _ in range(_ATTEMPTS):
            before = _read(file)
            content, identity = with_catalog(before, catalog_path)
            if content == before:
                return identity
            part.write_bytes(content.encode("utf-8", "surrogateescape"))
            if file.exists():
                shutil.copymode(file, part)
            if _read(file) == before:  # else another Blender was quicker: its catalogs must not be lost
                part.replace(file)
                return identity
    except OSError as error:
        raise _not_saved(text("asset.of_catalog"), folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    raise _not_saved(text("asset.of_catalog"), folder, OSError(f"{FILE_NAME} changes all the time"))


def save_to_library(asset: bpy.types.ID, folder: Path, catalog_path: str) -> Path:
    """Write an asset with all it needs as a new .blend into a library's folder, and give the file.

    It lies in a sub-folder named after the catalog, which is made where it is missing. Files that are there stay as
    they are. Raises `TripoError` of kind disk, with nothing half left.
    """
    data = asset.asset_data
    assert data is not None, "only what is marked shows in a library"
    own_catalog = data.catalog_id
    sub_folder = _sub_folder(folder, catalog_path)
    made = not sub_folder.exists()
    try:
        _, data.catalog_id = with_catalog(_read(folder / FILE_NAME), catalog_path)
        sub_folder.mkdir(exist_ok=True)
        part, target = _reserved(sub_folder, as_file_stem(asset.name))
        try:
            with _images_inside(asset):
                bpy.data.libraries.write(str(part), {asset}, path_remap="ABSOLUTE", fake_user=True, compress=False)
            verified_write.check(part, ".blend")
            catalog_in(folder, catalog_path)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        raise _not_saved(text("asset.of_model", name=asset.name), folder, error) from error
    finally:
        data.catalog_id = own_catalog
        if made:
            with contextlib.suppress(OSError):
                sub_folder.rmdir()  # which fails where something is in it
    return target


def _sub_folder(folder: Path, catalog_path: str) -> Path:
    return folder / as_file_stem(clean_path(catalog_path).rpartition("/")[2])


def _read(file: Path) -> str:
    """Give the text of a catalog file, whatever bytes are in it; nothing where there is none."""
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""


def _reserved(folder: Path, stem: str) -> tuple[Path, Path]:
    """Give an empty file to write, and the name for it that no other file has; both are ours alone."""
    number = 0
    while True:
        number += 1
        target = folder / (f"{stem}.blend" if number == 1 else f"{stem} {number}.blend")
        part = target.with_name(f"{target.name}.part")
        try:
            part.open("xb").close()
        except FileExistsError:  # another Blender saves the same name
            continue
        if not target.exists():
            return part, target
        part.unlink()


@contextmanager
def _images_inside(asset: bpy.types.ID) -> Iterator[None]:
    """Have the pictures that an asset uses packed while it is written; those that lie in files are let go again.

    Painted ones stay packed: to let them go would lose what was painted.
    """
    let_go: list[bpy.types.Image] = []
    for image in _images_of(asset):
        painted = image.is_dirty
        if image.packed_file is not None and not painted:
            continue
        try:
            image.pack()
        except RuntimeError as error:  # its file is missing: nothing to pack, and the model is still good
            _log.warning("%s could not be packed: %s", image.name, error)
            continue
        if not painted:
            let_go.append(image)
    try:
        yield
    finally:
        for image in let_go:
            image.unpack(method="REMOVE")


def _images_of(asset: bpy.types.ID) -> list[bpy.types.Image]:
    """Give the pictures that are reached from an asset through what it uses."""
    users = bpy.data.user_map()  # type: ignore[call-arg]  # all of them may be left out

    def used(block: bpy.types.ID, seen: set[bpy.types.ID]) -> bool:
        if block == asset:
            return True
        seen.add(block)
        return any(used(user, seen) for user in users.get(block, ()) if user not in seen)

    return [
        image for image in bpy.data.images if image.source in _PACKABLE and image.library is None and used(image, set())
    ]


def _not_saved(what: Text, folder: Path, error: Exception) -> TripoError:
    return TripoError(Kind.DISK, text("asset.not_saved", what=what, folder=str(folder)), detail=str(error).strip())
