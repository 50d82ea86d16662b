"""The command line: `blender --command tripo generate IMAGE [options]`, and `scripts/generate.py`."""

import argparse
import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy

from ..app import blocking, preparation
from ..core.errors import Failure, Kind, TripoError, exit_code
from ..core.sentences.text import text
from ..worker.interrupt import Once
from .argument_types import Help
from .arguments import parser
from .commands import images, jobs, models
from .report import Report, open_report

_log = logging.getLogger(__name__)

# Each gives the exit code where that is not 0.
_COMMANDS: dict[str, Callable[[argparse.Namespace, Report], int | None]] = {
    "generate": models.generate,
    "refine": models.refine,
    "image": images.image,
    "views": images.views,
    "edit-views": images.edit_views,
    "fetch": models.fetch,
    "import": models.import_file,
    "jobs": jobs.list_jobs,
    "resume": jobs.resume,
}
COMMANDS = tuple(_COMMANDS)


def run(arguments: Sequence[str], stopped: Callable[[], bool] = lambda: False) -> int:
    """Carry out a command line and give the exit code; `stopped` is whether Ctrl-C was pressed before.

    0 done, 1 the job failed, 2 wrong usage, 3 no key, 4 offline, 5 outcome unknown after sending.
    """
    with Once().listening(), open_report(as_json="--json" in arguments) as report, _in_window():
        try:
            if stopped():  # looked at only now, when the next one is answered here
                raise KeyboardInterrupt
            options = parser().parse_args(list(arguments))
            if options.command != "jobs":
                _check_folder()
            return _COMMANDS[options.command](options, report) or 0
        except Help as help_:
            report.text(str(help_))
            return 0
        except TripoError as error:
            return report.failed(error.failure, exit_code(error.failure.kind))
        except KeyboardInterrupt:
            failure = blocking.cancelled(report.job)
            return report.failed(failure, exit_code(failure.kind))
        except Exception as error:  # noqa: BLE001  # the exit code and the last line must tell, whatever happened
            _log.exception("tripo %s", " ".join(arguments))
            return report.failed(Failure(Kind.INTERNAL, text("cli.mistake", error=str(error))), 1)
        finally:
            preparation.end()


def _in_window() -> contextlib.AbstractContextManager[object]:
    """Have a window in the context, where importers and exporters look for what is selected.

    After `blender FILE --background --command` there is one, but the context is without it (5.2.2).
    """
    windows = bpy.context.window_manager.windows
    if bpy.context.window is not None or not windows:
        return contextlib.nullcontext()
    return bpy.context.temp_override(window=windows[0])


def _check_folder() -> None:
    """Raise `TripoError` of kind usage where the folder that this runs in is gone."""
    try:
        Path.cwd()
    except OSError as error:
        raise TripoError(Kind.USAGE, text("output.folder_gone"), detail=str(error)) from error
