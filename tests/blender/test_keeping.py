"""What stays of a model: where it came from, the same once more, the file once more, and as an asset."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

from fixtures.catalogue import write_all
from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.sculptor import Commission, sculpt

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "import os, sys; sys.path.insert(0, sys.argv[1]); import bpy;"
    "bpy.context.preferences.system.use_online_access = True;"
    "from tripo_blender.cli import main as cli; code = cli.run(sys.argv[2:]); sys.stdout.flush(); os._exit(code)"
)


@pytest.fixture
def model(picture: Path, tmp_path: Path) -> Path:
    path = tmp_path / "Lamp.glb"
    path.write_bytes(sculpt(Commission(picture=picture.read_bytes(), face_limit=400, **SMALL_MODELS), "x").model)
    return path


@pytest.fixture
def sidebar(preferences: Any, picture: Path) -> Any:
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.face_limit = "FILE", str(picture), 1000
    settings.pbr, settings.model_seed = False, 7
    return settings


def test_an_object_tells_how_it_was_made(sidebar: Any, picture: Path, simulator: SimulatorProcess, module: Any) -> None:
    bpy.ops.tripo.generate()

    main = bpy.context.object
    task = simulator.tasks()[-1]
    rows = dict(module("core.provenance").rows(module("scene.provenance").read(main)))
    assert rows["Task"] == main["tripo_task_id"] == task["task_id"]
    assert rows["Service"] == "ModelStream"
    assert rows["Version"] == "v3.1-20260211"
    assert rows["Image"] == "Red Disc.png"
    assert rows["Image Hash"] == hashlib.sha256(picture.read_bytes()).hexdigest()[:12]
    assert rows["Geometry Seed"] == "7"
    assert int(rows["Texture Seed"]) == task["input"]["texture_seed"] > 0, "the one that the service took"
    assert float(rows["Credits"]) > 0
    assert rows["PBR"] == "No"
    assert rows["Face Limit"] == "1000"
    assert simulator.key not in str(rows)


def test_what_an_object_tells_is_saved_with_the_file(sidebar: Any, tmp_path: Path, module: Any) -> None:
    bpy.ops.tripo.generate()
    before = module("scene.provenance").read(bpy.context.object)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))

    assert module("scene.provenance").read(bpy.data.objects["Red Disc"]) == before


def test_generate_again_orders_the_same_once_more(sidebar: Any, picture: Path, simulator: SimulatorProcess) -> None:
    bpy.ops.tripo.generate()
    first = bpy.context.object
    picture.unlink()  # what was sent is kept
    sidebar.pbr, sidebar.model_seed, sidebar.texture = True, 0, False

    bpy.ops.tripo.generate_again()

    once, again = simulator.creates()
    wanted = ("model_version", "texture", "pbr", "face_limit", "model_seed", "texture_quality")
    bodies = [{name: create["body"].get(name) for name in wanted} for create in (once, again)]
    assert bodies[0] == bodies[1]
    second = bpy.context.object
    assert second.name == "Red Disc.001"
    assert second["tripo_picture_hash"] == first["tripo_picture_hash"]
    assert second["tripo_picture"] == "Red Disc.png"
    assert second["tripo_task_id"] != first["tripo_task_id"]


def test_generate_again_without_the_picture_shows_the_settings(
    sidebar: Any, simulator: SimulatorProcess, module: Any
) -> None:
    bpy.ops.tripo.generate()
    for path in module("app.submit").jobs_folder().glob("*/picture.*"):
        path.unlink()
    sidebar.model_seed, sidebar.face_limit = 0, 0

    with pytest.raises(RuntimeError, match="choose the image there"):
        bpy.ops.tripo.generate_again()

    assert (sidebar.model_seed, sidebar.face_limit, sidebar.pbr) == (7, 1000, False)
    assert len(simulator.creates()) == 1


def test_generate_again_is_for_models_of_ours(preferences: Any, model: Path) -> None:
    assert not bpy.ops.tripo.generate_again.poll()
    bpy.ops.tripo.import_model(filepath=str(model))
    assert not bpy.ops.tripo.generate_again.poll()


def test_import_again_needs_no_network(
    jobs: SimpleNamespace, sidebar: Any, simulator: SimulatorProcess, preferences: Any
) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)
    first, job = bpy.context.object, jobs.list()[0]
    simulator.forget()
    preferences.api_key = ""
    bpy.context.scene.tripo.arrival.fit, bpy.context.scene.tripo.arrival.size = "height", 3

    bpy.ops.tripo.import_again(job_id=job.id)

    again = bpy.context.object
    assert again != first
    assert again["tripo_task_id"] == first["tripo_task_id"]
    assert again.dimensions.z == pytest.approx(3, rel=1e-4)
    assert simulator.requests() == []


def test_import_beside_the_artist_waits_for_object_mode(jobs: SimpleNamespace, model: Path, module: Any) -> None:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    job = module("app.submit").import_file(
        model, module("core.options.import_options").Arrival(), module("core.placement").Spot()
    )
    module("ui.operators.import_model").take_in(job, bpy.context, beside=True)
    jobs.pump(lambda: jobs.note(jobs.list()[0]) == "Waiting for Object Mode")
    bpy.ops.object.mode_set(mode="OBJECT")
    jobs.pump(lambda: jobs.list()[0].final)

    assert [str(job.state) for job in jobs.list()] == ["done"]
    assert bpy.context.object.name == "Lamp"
    assert jobs.list()[0].inspection.faces == 400


def test_what_was_half_prepared_is_imported_in_place_and_leaves_nothing(
    model: Path, module: Any, preferences: Any, tmp_path: Path
) -> None:
    mesh = bpy.data.meshes.new("Half")
    bpy.data.libraries.write(str(tmp_path / "half.blend"), {bpy.data.objects.new("Half", mesh)})
    bpy.ops.wm.read_homefile(use_empty=True)
    job = module("app.submit").import_file(
        model, module("core.options.import_options").Arrival(), module("core.placement").Spot()
    )
    job = job.after(module("core.job").Prepared(str(tmp_path / "half.blend"), "Half\nOther Half"))

    arrived = module("scene.deliver").bring_in(job, bpy.context)

    assert "Imported in place" in arrived.event.warnings[0].english()
    assert [obj.name for obj in bpy.data.objects] == ["Lamp"]
    assert [kept.name for kept in bpy.data.meshes] == ["Lamp"]
    assert not bpy.data.libraries


def test_importing_never_touches_the_artist_s_file(
    jobs: SimpleNamespace, model: Path, module: Any, sidebar: Any
) -> None:
    content = model.read_bytes()
    ordering, arrival, spot = (
        module("app.submit"),
        module("core.options.import_options").Arrival(),
        module("core.placement").Spot(),
    )
    jobs.start(bpy.context)
    module("ui.operators.import_model").take_in(ordering.import_file(model, arrival, spot), bpy.context, beside=True)
    jobs.pump(lambda: all(job.final for job in jobs.list()))
    jobs.session.close(5)

    assert model.read_bytes() == content
    assert len(list(ordering.jobs_folder().glob("*/job.json"))) >= 1


def test_quads_that_are_none_are_told(api: ModuleType, module: Any, picture: Path, model: Path) -> None:
    """The service was paid for quads and gave triangles: the job says so."""
    request, job_module = module("core.options.generation"), module("core.job")
    job = module("app.submit").import_file(
        model,
        module("core.options.import_options").Arrival(),
        module("core.placement").Spot(),
        like=job_module.image_job(
            "1",
            "Lamp",
            "",
            request.Settings(quad=True, face_limit=100),
            "",
            0.0,
            task_id="paid-for-task",
            source="Lamp.png",
        ),
    )

    event = module("scene.deliver").bring_in(job, bpy.context).event

    assert [told.english() for told in event.warnings] == [
        "Quads were ordered, but only 0% of the faces are quads",
        "At most 100 faces were ordered, and 400 came",
    ]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


def assets_in(folder: Path) -> list[tuple[str, str]]:
    """Name and description of what is kept in a library."""
    found = []
    for path in sorted(folder.rglob("*.blend")):
        with bpy.data.libraries.load(str(path), assets_only=True) as (there, here):
            here.objects = list(there.objects)
        found += [(obj.name, obj.asset_data.description) for obj in here.objects]
    return found


def test_arrival_keeps_an_asset_as_preferred(sidebar: Any, preferences: Any, library: Path) -> None:
    preferences.keep_as, preferences.asset_library, preferences.asset_catalog = "LIBRARY", str(library), "Props/Tripo"
    bpy.ops.tripo.generate()
    main = bpy.context.object

    assert main.asset_data is None, "only the copy in the library is an asset"
    assert ":Props/Tripo:" in (library / "blender_assets.cats.txt").read_text(encoding="utf-8")
    ((name, description),) = assets_in(library)
    assert name.startswith("Red Disc")
    assert "v3.1-20260211" in description


def test_arrival_in_the_file_marks_it(sidebar: Any, preferences: Any) -> None:
    preferences.keep_as, preferences.asset_tags = "FILE", "tripo, lamp"
    bpy.ops.tripo.generate()

    data = bpy.context.object.asset_data
    assert [tag.name for tag in data.tags] == ["tripo", "lamp"]
    assert bpy.context.object.preview.image_size[0] > 0


def test_a_library_that_is_gone_loses_no_model(
    jobs: SimpleNamespace, sidebar: Any, preferences: Any, tmp_path: Path
) -> None:
    preferences.keep_as, preferences.asset_library = "LIBRARY", "Not There"
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)

    (job,) = jobs.list()
    assert str(job.state) == "done"
    assert "There is no asset library 'Not There'" in job.warnings[0].english()
    assert bpy.context.object.name == "Red Disc"


def test_button_saves_an_asset(jobs: SimpleNamespace, sidebar: Any, library: Path) -> None:
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].final)
    job_id = jobs.list()[0].id

    bpy.ops.tripo.save_asset(job_id=job_id, where="LIBRARY", library=str(library), catalog="Tripo")
    assert bpy.context.object.asset_data is None
    assert len(assets_in(library)) == 1

    bpy.ops.tripo.save_asset(job_id=job_id, where="FILE", catalog="Tripo")
    assert bpy.context.object.asset_data is not None
    with pytest.raises(RuntimeError, match="Choose an asset library"):
        bpy.ops.tripo.save_asset(job_id=job_id, where="LIBRARY", catalog="Tripo")
    bpy.data.objects.remove(bpy.context.object)
    with pytest.raises(RuntimeError, match="no longer in the scene"):
        bpy.ops.tripo.save_asset(job_id=job_id, where="FILE", catalog="Tripo")


@pytest.mark.parametrize("name", ["glb_pbr", "glb_group", "glb_skinned", "glb_animated"])
def test_an_asset_is_the_model_without_what_the_artist_hung_it_on_or_on_it(
    name: str, api: ModuleType, module: Any, library: Path, tmp_path: Path
) -> None:
    main = api.import_model(write_all(tmp_path, [name])[0].file)
    keeping, scene = module("scene.assets"), bpy.context.scene.collection
    model = set(scene.all_objects)
    root = main
    while root.parent is not None:
        root = root.parent
    shelf, neighbour, lamp = (bpy.data.objects.new(name, None) for name in ("Shelf", "Neighbour", "Lamp"))
    for obj in (shelf, neighbour, lamp):
        scene.objects.link(obj)
    root.parent = neighbour.parent = shelf
    lamp.parent = main
    shelf.location = root.location = (1, 2, 3)
    bpy.context.view_layer.update()
    stands = root.matrix_world.copy()

    assert set(keeping.family(main)) == model
    keeping.keep(main, job_of(main, module), keeping.AssetOptions(library=str(library)), bpy.context)
    (saved,) = library.rglob("*.blend")
    with bpy.data.libraries.load(str(saved)) as (there, _):
        assert len(there.objects) == len(model)
        assert not {"Shelf", "Neighbour", "Lamp"} & set(there.objects)
    bpy.context.view_layer.update()
    assert (root.parent, root.matrix_world) == (shelf, stands)


def job_of(main: bpy.types.Object, module: Any) -> Any:
    """A job that is done."""
    job = module("core.job").image_job("1", main.name, "", module("core.options.generation").Settings(), "", 0.0)
    return replace(job, object_name=main.name, source="chair.glb")


def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BLENDER_", "MODELSTREAM_"))}
    return subprocess.run(
        [sys.executable, "-c", CODE, str(ROOT), *map(str, arguments)],
        env=kept | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_command_line_imports_a_file_without_a_key(model: Path, library: Path, tmp_path: Path) -> None:
    out = tmp_path / "lamp.blend"
    home = tmp_path / "home"

    done = run(
        *("import", model, "--fit", "height", "--size", 2, "--out", out, "--asset-library", library, "--json"),
        BLENDER_USER_RESOURCES=str(home),
    )

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["ok"], result["object"], result["faces"], result["format"]) == (True, "Lamp", 400, "glb")
    assert [name for name, _ in assets_in(library)] == ["Lamp"]
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert bpy.data.objects["Lamp"].dimensions.z == pytest.approx(2, rel=1e-4)


def test_command_line_knows_a_missing_library_before_money_is_spent(
    simulator: SimulatorProcess, picture: Path, tmp_path: Path
) -> None:
    simulator.forget()
    done = run(
        *("generate", picture, "--url", simulator.url, "--asset-library", "Not There", "--json"),
        BLENDER_USER_RESOURCES=str(tmp_path / "home"),
        MODELSTREAM_API_KEY=simulator.key,
    )

    assert done.returncode == 2
    assert "There is no asset library" in json.loads(done.stdout.splitlines()[-1])["error"]["message"]
    assert simulator.creates() == []
