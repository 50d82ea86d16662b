"""A finished model kept as an asset: marked here, and as a file of its own in an asset library."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy as np
import pytest

from .conftest import draw_disc

pytestmark = pytest.mark.every_version("asset libraries and previews differ")

ID = "11111111-2222-4333-8444-555555555555"
CATALOGS = "blender_assets.cats.txt"
ABOUT: dict[str, Any] = {"description": "A red chair", "tags": ["tripo", "chair"], "author": "Tripo"}

# Blender lost the previews of collections, not of objects, in what `libraries.write` wrote; 4.5.15 and 5.2 keep them.
LOSES_PREVIEWS = (4, 3) <= bpy.app.version < (4, 5) or bpy.app.version[:2] == (5, 0)


@pytest.fixture
def assets(module: Callable[[str], ModuleType]) -> ModuleType:
    return module("converter.assets")


@pytest.fixture
def failure(module: Callable[[str], ModuleType]) -> type[Exception]:
    """The add-on's error."""
    error: type[Exception] = module("core.errors").TripoError
    return error


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "My Library"
    folder.mkdir()
    return folder


@pytest.fixture
def webp(picture: Path) -> Path:
    """The red disc as the service renders models: a WebP file."""
    image = bpy.data.images.load(str(picture))
    assert len(image.pixels), "read now: its path is about to change"
    image.file_format, image.filepath_raw = "WEBP", str(picture.with_suffix(".webp"))
    image.save()
    bpy.data.images.remove(image)
    return picture.with_suffix(".webp")


def make_mesh(name: str, image: bpy.types.Image | None = None) -> bpy.types.Object:
    """Make a triangle in the scene, with a material that shows the picture."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    obj = bpy.data.objects.new(name, mesh)
    scene_collection().objects.link(obj)
    if image is not None:
        material = bpy.data.materials.new(name)
        if bpy.app.version < (5, 0):
            material.use_nodes = True
        material.node_tree.nodes.new("ShaderNodeTexImage").image = image
        mesh.materials.append(material)
    return obj


def make_rig(name: str) -> list[bpy.types.Object]:
    """Make an armature away from the origin with two meshes on it; the first mesh is the main object."""
    rig = bpy.data.objects.new(f"{name} Rig", bpy.data.armatures.new(name))
    scene_collection().objects.link(rig)
    rig.location = (3, 2, 1)
    meshes = [make_mesh(name), make_mesh(f"{name} Hat")]
    for obj in meshes:
        obj.parent = rig
        obj.modifiers.new("Armature", "ARMATURE").object = rig
    return [*meshes, rig]


def scene_collection() -> bpy.types.Collection:
    """Give the collection that models come into."""
    collection = bpy.data.collections.get("Tripo")
    if collection is None:
        collection = bpy.data.collections.new("Tripo")
        bpy.context.scene.collection.children.link(collection)
    return collection


def seen(asset: bpy.types.ID) -> np.ndarray[Any, Any]:
    """Give the preview's pixels, rows from below, each of red, green, blue and alpha from 0 to 1."""
    width, height = asset.preview.image_size
    pixels = np.empty(width * height * 4, np.float32)
    asset.preview.image_pixels_float.foreach_get(pixels)
    return pixels.reshape(height, width, 4)


def shows_the_disc(asset: bpy.types.ID) -> bool:
    pixels = seen(asset)
    height, width = pixels.shape[:2]
    middle, corner = pixels[height // 2, width // 2], pixels[2, 2]
    return bool(np.allclose(middle, (0.9, 0.1, 0.1, 1), atol=0.05) and np.allclose(corner, 1, atol=0.05))


def outline() -> dict[str, Any]:
    """Give what the outliner shows, and what is in the file."""
    return {
        "shown": {
            collection.name: sorted(obj.name for obj in collection.objects)
            for collection in (bpy.context.scene.collection, *bpy.context.scene.collection.children_recursive)
        },
        "places": {obj.name: tuple(obj.location) for obj in bpy.data.objects},
        **{
            name: sorted(getattr(bpy.data, name).keys())
            for name in ("objects", "collections", "images", "materials", "meshes", "scenes")
        },
    }


def from_library(path: Path) -> bpy.types.ID:
    """Give the one asset in a file, appended to this one."""
    with bpy.data.libraries.load(str(path), assets_only=True) as (there, here):
        here.objects, here.collections = there.objects, there.collections
        assert len(there.objects) + len(there.collections) == 1
    (asset,) = [*here.objects, *here.collections]
    assert isinstance(asset, bpy.types.ID)
    return asset


def tags_of(asset: bpy.types.ID) -> list[str]:
    return [tag.name for tag in asset.asset_data.tags]


# -- marked -------------------------------------------------------------------------------------------------------


def test_a_single_object_is_the_asset_itself(assets: ModuleType, picture: Path) -> None:
    chair = make_mesh("Chair")
    before = outline()

    asset = assets.mark(chair, [chair], **ABOUT, catalog_id=ID, preview=picture)

    assert asset == chair
    assert asset.asset_data.description == "A red chair"
    assert asset.asset_data.author == "Tripo"
    assert asset.asset_data.catalog_id == ID
    assert tags_of(asset) == ["tripo", "chair"]
    assert shows_the_disc(asset)
    assert outline() == before, "no image is left behind"
    assert assets.asset_of(chair, [chair]) == chair


def test_several_objects_are_held_by_a_collection_that_no_scene_shows(assets: ModuleType) -> None:
    parts = make_rig("Robot")
    before = outline()
    assert assets.asset_of(parts[0], parts) is None

    asset = assets.mark(parts[0], parts, **ABOUT)

    assert isinstance(asset, bpy.types.Collection)
    assert asset.name == "Robot"
    assert set(asset.objects) == set(parts)
    assert tuple(asset.instance_offset) == (3, 2, 1), "an instance stands where it was dropped"
    assert outline()["shown"] == before["shown"]
    assert assets.mark(parts[0], parts, **ABOUT) == asset, "the one that is there"
    assert assets.asset_of(parts[0], parts) == asset

    assets.unmark(asset)

    assert outline() == before


def test_the_models_own_collection_is_taken(assets: ModuleType) -> None:
    parts = make_rig("Robot")
    own = bpy.data.collections.new("Robot")
    scene_collection().children.link(own)
    for obj in parts:
        scene_collection().objects.unlink(obj)
        own.objects.link(obj)
    before = outline()

    asset = assets.mark(parts[0], parts, **ABOUT)

    assert asset == own
    assets.unmark(asset)
    assert own.asset_data is None
    assert outline() == before


def test_what_all_models_come_into_is_no_models_own(assets: ModuleType) -> None:
    parts = make_rig("Robot")

    assert assets.mark(parts[0], parts, **ABOUT) != scene_collection()


def test_marked_again_the_asset_is_brought_up_to_date(assets: ModuleType, picture: Path, tmp_path: Path) -> None:
    chair = make_mesh("Chair")
    assets.mark(chair, [chair], **ABOUT, catalog_id=ID)
    chair.asset_data.tags.new("my own")
    long = "ü" * 40

    for _ in range(2):
        tags = [" chair ", "", "new", long]
        assets.mark(chair, [chair], description="Blue now", tags=tags, preview=picture)

    assert chair.asset_data.description == "Blue now"
    assert chair.asset_data.author == "Tripo"
    assert chair.asset_data.catalog_id == ID
    assert tags_of(chair) == ["tripo", "chair", "my own", "new", long[:31]]
    assert shows_the_disc(chair)
    assets.mark(chair, [chair], **ABOUT, preview=tmp_path / "gone.png")
    assert shows_the_disc(chair), "a preview is not lost for want of a picture"


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_a_picture_that_does_not_load_is_no_preview(assets: ModuleType, tmp_path: Path, content: bytes | None) -> None:
    chair = make_mesh("Chair")
    file = tmp_path / "broken.png"
    if content is not None:
        file.write_bytes(content)

    assets.mark(chair, [chair], **ABOUT, preview=file)

    assert chair.asset_data is not None
    assert chair.preview is None, "nor an empty one, which would keep Blender from making one"
    assert not assets.preview_pending()


def test_a_wide_picture_keeps_its_shape(assets: ModuleType, tmp_path: Path) -> None:
    chair = make_mesh("Chair")
    image = bpy.data.images.new("wide", 600, 300)
    image.filepath_raw, image.file_format = str(tmp_path / "wide.jpg"), "JPEG"
    image.save()
    bpy.data.images.remove(image)

    assets.mark(chair, [chair], **ABOUT, preview=tmp_path / "wide.jpg")

    assert tuple(chair.preview.image_size) == (256, 128)


# -- in a library -------------------------------------------------------------------------------------------------


def test_a_saved_object_comes_back_whole(assets: ModuleType, library: Path, picture: Path, webp: Path) -> None:
    image = bpy.data.images.load(str(picture))
    image.pack()
    chair = make_mesh("Chair: red/green", image)
    asset = assets.mark(chair, [chair], **ABOUT, catalog_id=ID, preview=webp)

    file = assets.save_to_library(asset, library, "Props/Tripo")

    assert file == library / "Tripo" / "Chair_ red_green.blend"
    assert sorted(path.name for path in library.rglob("*")) == ["Chair_ red_green.blend", "Tripo", CATALOGS]
    identity = assets.catalog_in(library, "Props/Tripo")
    assert f"\n{identity}:Props/Tripo:Props-Tripo\n" in (library / CATALOGS).read_text(encoding="utf-8")
    assert chair.asset_data.catalog_id == ID, "this file has catalogs of its own"

    assets.unmark(asset)
    assert chair.asset_data is None
    bpy.ops.wm.read_homefile(use_empty=True)
    picture.unlink()
    found = from_library(file)
    assert found.name == "Chair: red/green"
    assert found.asset_data.description == "A red chair"
    assert found.asset_data.author == "Tripo"
    assert found.asset_data.catalog_id == identity
    assert tags_of(found) == ["tripo", "chair"]
    assert shows_the_disc(found)
    assert isinstance(found, bpy.types.Object)
    nodes = found.active_material.node_tree.nodes
    (shown,) = [node.image for node in nodes if node.type == "TEX_IMAGE"]
    assert shown.packed_file is not None
    assert tuple(shown.size) == (96, 96)


def test_a_saved_rig_comes_back_whole(assets: ModuleType, library: Path, picture: Path) -> None:
    parts = make_rig("Robot")
    before = outline()
    asset = assets.mark(parts[0], parts, **ABOUT, preview=picture)

    file = assets.save_to_library(asset, library, "Tripo")

    assets.unmark(asset)
    assert outline() == before, "the library alone was wanted"
    bpy.ops.wm.read_homefile(use_empty=True)
    found = from_library(file)
    assert isinstance(found, bpy.types.Collection)
    assert sorted(obj.name for obj in found.all_objects) == ["Robot", "Robot Hat", "Robot Rig"]
    rig = bpy.data.objects["Robot Rig"]
    assert all(obj.parent == rig for obj in found.all_objects if obj != rig)
    if not LOSES_PREVIEWS:
        assert shows_the_disc(found)


def test_no_file_is_overwritten(assets: ModuleType, library: Path) -> None:
    chair = make_mesh("Chair")
    asset = assets.mark(chair, [chair], **ABOUT)

    files = [assets.save_to_library(asset, library, "Tripo") for _ in range(3)]

    assert [file.name for file in files] == ["Chair.blend", "Chair 2.blend", "Chair 3.blend"]
    text = (library / CATALOGS).read_text(encoding="utf-8")
    assert text.count(":Tripo:Tripo\n") == 1


def test_a_catalog_file_edited_by_hand_keeps_all_that_is_in_it(assets: ModuleType, library: Path) -> None:
    mine = f"# mine, h\u00e4nd-made\r\nVERSION 1\r\n{ID}: Props/Tripo/ :x\r\nwhat is this?\r\n".encode() + b"# \xff\xfe"
    (library / CATALOGS).write_bytes(mine)
    chair = make_mesh("Chair")
    asset = assets.mark(chair, [chair], **ABOUT)

    in_mine = assets.save_to_library(asset, library, "Props\\Tripo")
    assert (library / CATALOGS).read_bytes() == mine, "it has the catalog"
    in_new = assets.save_to_library(asset, library, "Chairs")

    identity = assets.catalog_in(library, "Chairs")
    assert (library / CATALOGS).read_bytes() == mine + f"\r\n{identity}:Chairs:Chairs\r\n".encode()
    assert from_library(in_mine).asset_data.catalog_id == ID
    assert from_library(in_new).asset_data.catalog_id == identity


def test_pictures_in_files_are_packed_for_the_library_alone(assets: ModuleType, library: Path, picture: Path) -> None:
    image = bpy.data.images.load(str(picture))
    unrelated = bpy.data.images.load(str(draw_disc(picture.with_name("other.png"))))
    painted = bpy.data.images.new("Painted", 8, 8)
    painted.pixels[0] = 0.5
    chair = make_mesh("Chair", image)
    chair.active_material.node_tree.nodes.new("ShaderNodeTexImage").image = painted
    gone = bpy.data.images.load(str(draw_disc(picture.with_name("gone.png"))))
    chair.active_material.node_tree.nodes.new("ShaderNodeTexImage").image = gone
    picture.with_name("gone.png").unlink()
    asset = assets.mark(chair, [chair], **ABOUT)

    file = assets.save_to_library(asset, library, "Tripo")

    assert image.packed_file is None
    assert image.filepath == str(picture)
    assert unrelated.packed_file is None
    assert painted.packed_file is not None, "what was painted is nowhere else"
    bpy.ops.wm.read_homefile(use_empty=True)
    from_library(file)
    packed = {image.name: image.packed_file is not None for image in bpy.data.images}
    assert packed == {"Red Disc.png": True, "Painted": True, "gone.png": False}


def test_a_library_that_cannot_be_written_is_told_in_a_sentence(
    assets: ModuleType, failure: type[Exception], library: Path, tmp_path: Path
) -> None:
    chair = make_mesh("Chair")
    asset = assets.mark(chair, [chair], **ABOUT, catalog_id=ID)

    with pytest.raises(failure, match=r"could not be saved in the asset library .*gone.*Check that") as caught:
        assets.save_to_library(asset, tmp_path / "gone", "Tripo")
    assert caught.value.failure.kind == "disk"  # type: ignore[attr-defined]
    assert not (tmp_path / "gone").exists()
    with pytest.raises(failure, match="could not be saved"):
        assets.catalog_in(tmp_path / "gone", "Tripo")

    (library / "Tripo").write_bytes(b"a file")
    with pytest.raises(failure, match="could not be saved"):
        assets.save_to_library(asset, library, "Tripo")
    assert [path.name for path in library.iterdir()] == ["Tripo"]

    (library / CATALOGS).write_text("VERSION 2\n", encoding="utf-8")
    with pytest.raises(failure, match="Update the add-on"):
        assets.save_to_library(asset, library, "Props")
    assert (library / CATALOGS).read_text(encoding="utf-8") == "VERSION 2\n"
    assert sorted(path.name for path in library.iterdir()) == ["Tripo", CATALOGS]

    (library / CATALOGS).unlink()
    (library / CATALOGS).mkdir()
    with pytest.raises(failure, match="could not be saved"):
        assets.save_to_library(asset, library, "Props")
    assert sorted(path.name for path in library.rglob("*")) == ["Tripo", CATALOGS]
    assert chair.asset_data.catalog_id == ID


@pytest.mark.skipif(sys.platform == "win32", reason="a full disk is played by a limit that Windows does not have")
def test_a_full_disk_leaves_nothing_half(assets: ModuleType, failure: type[Exception], library: Path) -> None:
    chair = make_mesh("Chair")
    asset = assets.mark(chair, [chair], **ABOUT)

    with at_most_bytes_a_file(20_000), pytest.raises(failure, match="has room"):
        assets.save_to_library(asset, library, "Tripo")
    assert list(library.rglob("*")) == []

    (library / CATALOGS).write_text("VERSION 1\n" + 30_000 * "#", encoding="utf-8")
    with at_most_bytes_a_file(20_000), pytest.raises(failure, match="has room"):
        assets.catalog_in(library, "Tripo")
    assert [path.name for path in library.rglob("*")] == [CATALOGS]


@contextlib.contextmanager
def at_most_bytes_a_file(limit: int) -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_another_blenders_catalog_is_not_lost(assets: ModuleType, library: Path, monkeypatch: Any) -> None:
    """Another one writes between our reading and our writing."""
    read, said = assets._read, []

    def interrupted(file: Path) -> str:
        text: str = read(file)
        if not said:
            said.append("once")
            file.write_text(f"VERSION 1\n{ID}:Theirs:Theirs\n", encoding="utf-8")
        return text

    monkeypatch.setattr(assets, "_read", interrupted)
    identity = assets.catalog_in(library, "Tripo")

    text = f"VERSION 1\n{ID}:Theirs:Theirs\n{identity}:Tripo:Tripo\n"
    assert (library / CATALOGS).read_text(encoding="utf-8") == text
    assert [path.name for path in library.iterdir()] == [CATALOGS]


# -- which library ------------------------------------------------------------------------------------------------


@pytest.fixture
def configured(library: Path) -> Iterator[Any]:
    """A library in the preferences."""
    libraries = bpy.context.preferences.filepaths.asset_libraries
    added = libraries.new(name="Studio", directory=str(library))
    yield added
    libraries.remove(added)


def test_a_library_is_found_by_its_name_or_its_path(assets: ModuleType, configured: Any, library: Path) -> None:
    assert assets.library_folder(bpy.context, "Studio") == library
    assert assets.library_folder(bpy.context, str(library)) == library
    assert assets.library_folder(bpy.context, str(library / "new")) == library / "new"
    assert (library / "new").is_dir()


def test_a_library_of_the_preferences_is_made_where_it_is_missing(
    assets: ModuleType, configured: Any, library: Path
) -> None:
    configured.path = str(library / "not" / "yet")

    assert assets.library_folder(bpy.context, "Studio") == library / "not" / "yet"
    assert (library / "not" / "yet").is_dir()


@pytest.mark.parametrize("wanted", ["Studoi", "", " ", "{folder}/no/such", "{folder}/file/x", "{folder}/file"])
def test_what_is_no_library_is_refused_with_the_names_there_are(
    assets: ModuleType, failure: type[Exception], configured: Any, tmp_path: Path, wanted: str
) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(failure, match="'Studio'") as caught:
        assets.library_folder(bpy.context, wanted.format(folder=tmp_path))

    assert caught.value.failure.kind == "usage"  # type: ignore[attr-defined]


@pytest.mark.skipif(bpy.app.version < (5, 2), reason="libraries on the web came with 5.2")
def test_a_library_on_the_web_is_none(assets: ModuleType, failure: type[Exception]) -> None:
    bpy.ops.preferences.asset_library_add(type="REMOTE", remote_url="https://assets.example.test/", name="Web")
    libraries = bpy.context.preferences.filepaths.asset_libraries
    assert libraries["Web"].path, "it has a folder: what was fetched so far"

    try:
        with pytest.raises(failure, match="no asset library 'Web'"):
            assets.library_folder(bpy.context, "Web")
    finally:
        libraries.remove(libraries["Web"])
