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
T = TypeVar("T")


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    # This client sends its key to file hosts too, which ours must never do.
    with SimulatorProcess(seconds=0.2, key=KEY, file_host_key="ignored", **SMALL_MODELS) as process:
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


def test_text_to_model_is_created_and_polled(simulator: SimulatorProcess) -> None:
    async def make(made: TripoClient) -> str:
        task_id = await made.text_to_model(prompt="a wooden chest", model_version="v2.5-20250123")
        return str((await made.wait_for_task(task_id, timeout=60)).status)

    assert "success" in ask(simulator, make).lower()


def test_a_key_that_is_refused_is_its_error_1002(simulator: SimulatorProcess) -> None:
    with pytest.raises((TripoAPIError, TripoRequestError), match="1002"):
        ask(simulator, lambda made: made.text_to_model(prompt="a chest"), key="tsk_wrong")


def test_a_task_that_nobody_knows_is_its_error_2001(simulator: SimulatorProcess) -> None:
    with pytest.raises((TripoAPIError, TripoRequestError), match="2001"):
        ask(simulator, lambda made: made.get_task("11111111-2222-4333-8444-555555555555"))
