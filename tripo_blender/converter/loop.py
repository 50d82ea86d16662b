"""The converter's main loop, in a windowless Blender: a model file in, out a .blend that only has to be appended."""

import logging
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO

import bpy

from ..core.errors import Failure, Kind, TripoError
from ..core.job import Prepared
from ..core.messages import Convert, Converted, Fault, decode, encode
from ..core.records import RecordError
from .prepare import prepare

_log = logging.getLogger(__name__)


def serve(orders: BinaryIO, answers: RawIOBase) -> None:
    """Carry out the orders, one after another, until their pipe closes. The first line says that Blender is up."""
    answers.write(encode(Converted("")))
    for line in orders:
        try:
            order = decode(line)
        except RecordError as error:
            answers.write(encode(Fault(f"an order could not be read: {error}")))
            continue
        if isinstance(order, Convert):
            answers.write(encode(_convert(order)))


def _convert(order: Convert) -> Converted:
    try:
        return Converted(order.job.id, _write(order))
    except TripoError as error:
        return Converted(order.job.id, failure=error.failure)
    except Exception as error:  # noqa: BLE001  # this model is imported in place then; the next may go well
        _log.exception("job %s", order.job.id)
        failure = Failure(Kind.INTERNAL, "The model could not be prepared", f"{type(error).__name__}: {error}")
        return Converted(order.job.id, failure=failure)


def _write(order: Convert) -> Prepared:
    """Set a model up in an empty file and write it, whole or not at all."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    ready = prepare(order.job, order.service, order.addon_version)
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
