"""The converter's main loop, in a windowless Blender: a model file in, out a .blend that only has to be appended."""

import faulthandler
import logging
import os
import queue
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, NoReturn

import bpy

from ..core import retry
from ..core.errors import Failure, Kind, TripoError
from ..core.events import Prepared
from ..core.messages import CONVERTER_HOME, Convert, Converted, Fault, decode, encode
from ..core.sentences.text import text
from ..core.serialization import RecordError
from .preload import warm
from .prepare import prepare

_log = logging.getLogger(__name__)

_LATE_SECONDS = 5.0  # after the worker would have ended this process


def serve(orders: BinaryIO, answers: RawIOBase) -> None:
    """Carry out the orders, one after another, until their pipe closes. The first line says that Blender is up.

    Ends the process: Blender's own end may hang (seen in 4.5), and there is nothing that it would have to save.
    """
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders, lines), daemon=True).start()
    try:
        _empty()
        answers.write(encode(Converted("")))
        warm(lambda: not lines.empty())  # now, when nobody waits for it
        while True:
            answers.write(encode(_answer(lines.get())))
            _empty()  # now, when nobody waits for it; and the model's memory is free until the next one
    except OSError:  # nobody listens any more
        _leave()
    except BaseException:  # noqa: BLE001  # a mistake of ours: the worker starts another
        _log.exception("the converter ends")
        os._exit(1)


def _read(orders: BinaryIO, lines: "queue.SimpleQueue[bytes]") -> None:
    """Hand the orders on; when they have ended, so does the process, however long a file holds it up."""
    for line in orders:
        lines.put(line)
    _leave()


def _leave() -> NoReturn:
    """End, and remove what the worker gave this process to live in: one that was killed does not tidy up."""
    home = Path(os.environ.get("BLENDER_USER_RESOURCES", ""))
    if home.name.startswith(CONVERTER_HOME):
        os.chdir(home.parent)  # Windows removes no folder that a process is in
        shutil.rmtree(home, ignore_errors=True)
    os._exit(0)


def _empty() -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


def _answer(line: bytes) -> Converted | Fault:
    try:
        order = decode(line)
    except RecordError as error:
        return Fault(f"an order could not be read: {error}")
    return _convert(order) if isinstance(order, Convert) else Fault(f"{type(order).__name__} is no order of mine")


def _convert(order: Convert) -> Converted:
    try:
        with _ended_when_late(order.job.model_path):
            return Converted(order.job.id, _write(order))
    except TripoError as error:
        return Converted(order.job.id, failure=error.failure)
    except Exception as error:  # noqa: BLE001  # this model is imported in place then; the next may go well
        _log.exception("job %s", order.job.id)
        failure = Failure(Kind.INTERNAL, text("import.not_prepared"), f"{type(error).__name__}: {error}")
        return Converted(order.job.id, failure=failure)


@contextmanager
def _ended_when_late(model: str) -> Iterator[None]:
    """End the process where an importer hangs that lets no other thread run, and no worker is left to end it."""
    size = Path(model).stat().st_size if Path(model).is_file() else 0
    faulthandler.dump_traceback_later(retry.conversion_deadline(size) + _LATE_SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _write(order: Convert) -> Prepared:
    """Set a model up in the empty file and write it, whole or not at all."""
    scene, spot = bpy.context.scene, order.job.spot
    scene.render.fps, scene.render.fps_base = spot.fps, spot.fps_base
    scene.frame_set(spot.frame)
    ready = prepare(order.job, order.service, order.addon_version)
    for obj in ready.objects:
        obj.select_set(False)  # it would arrive selected, whatever the artist wished
    target = Path(order.blend)
    part = target.with_suffix(".part")
    try:
        # Appending a compressed file takes five times as long.
        bpy.data.libraries.write(str(part), {*ready.objects}, path_remap="NONE", compress=False)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    names = [ready.main.name, *(obj.name for obj in ready.objects if obj != ready.main)]
    return Prepared(str(target), "\n".join(names), ready.inspection)
