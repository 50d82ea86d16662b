"""The service's own Python client, as published, against the simulator: what it reads, the simulator plays rightly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from tripo3d import TaskStatus, TripoClient
from tripo3d.exceptions import TripoAPIError, TripoRequestError

from simulator.options import SMALL_MODELS
from simulator.process import SimulatorProcess
from simulator.sculpture.png import write_png

KEY = "tsk_of-the-tests"  # the client takes no other beginning
DRAFT_VERSION = "v1.4-20240625"
MODEL = {"rendered_image", "pbr_model"}
VIEWS = {"front_view", "left_view", "back_view", "right_view"}
MAGIC = {".glb": b"glTF", ".png": b"\x89PNG"}
T = TypeVar("T")


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    # This client sends its key to file hosts too, which ours must never do.
    options = {"seconds": 0.2, "file_host_key": "ignored", "draft_versions": [DRAFT_VERSION], **SMALL_MODELS}
    with SimulatorProcess(key=KEY, **options) as process:
        yield process


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A disc, 96 px a side."""
    y, x = np.mgrid[0:96, 0:96]
    pixels = np.full((96, 96, 3), 240, np.uint8)
    pixels[np.hypot(x - 48, y - 48) < 35] = (200, 40, 30)
    path = tmp_path / "disc.png"
    path.write_bytes(write_png(pixels))
    return path


@asynccontextmanager
async def client(simulator: SimulatorProcess, key: str = KEY) -> AsyncIterator[TripoClient]:
    class Local(TripoClient):  # type: ignore[misc,unused-ignore]
        BASE_URL = simulator.url

    async with Local(api_key=key) as made:
        yield made


def ask(simulator: SimulatorProcess, question: Callable[[TripoClient], Awaitable[T]], key: str = KEY) -> T:
    async def asked() -> T:
        async with client(simulator, key) as made:
            return await question(made)

    return asyncio.run(asked())


@pytest.mark.parametrize(("quad", "suffix", "magic"), [(False, ".glb", b"glTF"), (True, ".fbx", b"Kaydara FBX Binary")])
def test_image_to_model_from_the_file_to_the_model(
    simulator: SimulatorProcess, image: Path, tmp_path: Path, quad: bool, suffix: str, magic: bytes
) -> None:
    async def make(made: TripoClient) -> dict[str, str]:
        options = {"quad": True, "face_limit": 2000} if quad else {"face_limit": 2000}
        task_id = await made.image_to_model(image=str(image), model_version="v2.5-20250123", **options)
        task = await made.wait_for_task(task_id, timeout=60)
        assert task.status == TaskStatus.SUCCESS
        assert task.progress == 100
        files: dict[str, str] = await made.download_task_models(task, str(tmp_path))
        rendered = await made.download_rendered_image(task, str(tmp_path))
        assert rendered is not None
        assert Path(rendered).stat().st_size > 0
        return files

    files = ask(simulator, make)
    model = Path(next(path for name, path in files.items() if name.endswith("model") and path))
    assert model.suffix == suffix
    assert model.read_bytes().startswith(magic)


def test_each_type_of_task_is_created_polled_and_downloaded(
    simulator: SimulatorProcess, image: Path, tmp_path: Path
) -> None:
    picture, version = str(image), {"model_version": "v2.5-20250123"}
    types: dict[str, str] = {}

    async def done(made: TripoClient, **tasks: Awaitable[str]) -> dict[str, tuple[str, set[str]]]:
        """Follow tasks to their end; gives the id of each and what could be downloaded of it."""
        ids = dict(zip(tasks, await asyncio.gather(*tasks.values()), strict=True))
        ended = await asyncio.gather(*(made.wait_for_task(task_id, timeout=60) for task_id in ids.values()))
        result = {}
        for (name, task_id), task in zip(ids.items(), ended, strict=True):
            assert task.status == TaskStatus.SUCCESS
            files = await made.download_task_models(task, str(tmp_path))
            for path in files.values():
                assert Path(path).read_bytes().startswith(MAGIC[Path(path).suffix])
            types[name] = task.type
            result[name] = task_id, set(files)
        return result

    async def make(made: TripoClient) -> dict[str, set[str]]:
        first = await done(
            made,
            text_to_model=made.text_to_model(prompt="a wooden chest", **version),
            draft=made.text_to_model(prompt="a wooden chest", model_version=DRAFT_VERSION),
            image_to_model=made.image_to_model(image=picture, **version),
            text_to_image=made.text_to_image(prompt="a wooden chest", negative_prompt="iron"),
            generate_image=made.generate_image(prompt="make it blue", files=[picture, picture], t_pose=True),
            template=made.generate_image(template="3d-enhance", file=picture, model_version="gpt_4o"),
            generate_multiview_image=made.generate_multiview_image(image=picture),
        )
        views = first["generate_multiview_image"][0]
        second = await done(
            made,
            multiview_to_model=made.multiview_to_model(images=[picture, None, picture, None], **version),
            # Its methods do not reach these.
            of_views=made.create_task({"type": "multiview_to_model", "original_task_id": views, **version}),
            refine_model=made.refine_model(first["draft"][0]),
            edit_multiview_image=made.edit_multiview_image(views, [{"view": "back", "prompt": "make it green"}]),
        )
        edited = second["edit_multiview_image"][0]
        third = await done(
            made, of_edited=made.create_task({"type": "multiview_to_model", "original_task_id": edited, **version})
        )
        return {name: files for name, (_, files) in (first | second | third).items()}

    assert ask(simulator, make) == {
        "text_to_model": MODEL,
        "draft": {"rendered_image", "model"},
        "image_to_model": MODEL,
        "text_to_image": {"image"},
        "generate_image": {"image"},
        "template": {"image"},
        "generate_multiview_image": VIEWS,
        "multiview_to_model": MODEL,
        "of_views": MODEL,
        "refine_model": MODEL,
        "edit_multiview_image": VIEWS,
        "of_edited": MODEL,
    }
    assert len(set(types.values())) == 8
    assert all(name == kind for name, kind in types.items() if name in types.values())


def test_what_the_service_refuses_is_its_error(simulator: SimulatorProcess) -> None:
    async def make(made: TripoClient) -> str:
        return await made.refine_model(await made.text_to_image(prompt="a chest"))

    with pytest.raises((TripoAPIError, TripoRequestError), match="2006"):
        ask(simulator, make)


def test_a_key_that_is_refused_is_its_error_1002(simulator: SimulatorProcess) -> None:
    with pytest.raises((TripoAPIError, TripoRequestError), match="1002"):
        ask(simulator, lambda made: made.text_to_model(prompt="a chest"), key="tsk_wrong")


def test_a_task_that_nobody_knows_is_its_error_2001(simulator: SimulatorProcess) -> None:
    with pytest.raises((TripoAPIError, TripoRequestError), match="2001"):
        ask(simulator, lambda made: made.get_task("11111111-2222-4333-8444-555555555555"))
