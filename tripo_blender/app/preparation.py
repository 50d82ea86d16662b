"""Brings models in for scripts and the command line, which wait for it: set up in a second Blender where there is one.

A file on which an importer crashes, hangs or takes all memory costs that process then, not the run.
"""

import atexit
import contextlib
from collections.abc import Callable
from pathlib import Path

import bpy

from ..core.errors import TripoError
from ..core.events import Delayed, Event, Failed, Prepared
from ..core.job import Job
from ..core.messages import Configure
from ..core.sentences.text import text
from ..scene import assets, deliver
from ..storage.model_check import check_model
from ..storage.version import addon_version
from ..worker.conversion import Converter
from ..worker.interrupt import Interrupt
from .account import Access
from .on_exit import on_exit

_converter: Converter | None = None


def warm(given: Access) -> None:
    """Start the second Blender, so that it is up when a model comes."""
    global _converter
    if not given.converts:
        return
    if _converter is None:
        _converter = Converter(Configure("", blender=bpy.app.binary_path, addon_version=addon_version()), None)
        atexit.register(end)
    _converter.warm()


def bring_in(
    job: Job,
    given: Access,
    context: bpy.types.Context,
    asset: assets.AssetOptions | None = None,
    tell: Callable[[Event], None] = lambda _event: None,
) -> deliver.Arrived:
    """Bring a ready job's model in as `arrival.bring_in`, and wait for the second Blender if there is one.

    `tell` is called when the wait begins. Raises `TripoError` as that does, and of kind model dangerous where the
    second Blender ended on the file.
    """
    prepared = _prepared(job, given, tell) if given.converts and Path(job.model_path).is_file() else None
    try:
        return deliver.bring_in(job.after(prepared) if prepared is not None else job, context, asset)
    finally:
        if prepared is not None and prepared.path:
            with contextlib.suppress(OSError):  # it goes with the second Blender otherwise
                Path(prepared.path).unlink()
        release()


def release() -> None:
    """End the second Blender after a call; without a window it is kept, as a script may have the next model at once."""
    if not bpy.app.background:
        end()


@on_exit
def end() -> None:
    """End the second Blender, if there is one."""
    global _converter
    converter, _converter = _converter, None
    if converter is not None:
        atexit.unregister(end)
        converter.close()


def _prepared(job: Job, given: Access, tell: Callable[[Event], None]) -> Prepared:
    warm(given)
    with contextlib.suppress(OSError):  # it is gone, which the importer finds as well
        check_model(job, given.limits)
    assert _converter is not None
    stop = Interrupt()
    try:
        with stop.listening():
            tell(Delayed(text("import.preparing")))
            outcome = _converter.prepare(job, stop)
        if outcome is None:
            raise KeyboardInterrupt  # it came where Python passes over errors
    except BaseException:  # Ctrl-C: it is still at it
        end()
        raise
    if isinstance(outcome, Failed):
        raise TripoError.of(outcome.failure)
    assert isinstance(outcome, Prepared)
    return outcome
