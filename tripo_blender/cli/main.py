"""The command line: `blender --command tripo generate PICTURE [options]`, and `scripts/generate.py`."""

import argparse
import logging
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import bpy

from ..app import blocking, preparation, sources, submit
from ..app.account import access
from ..core.errors import Failure, Kind, TripoError, exit_code
from ..core.options import import_options as arrivals
from ..core.options.generation import asked
from ..core.options.generation_table import SETTINGS
from ..core.options.import_table import OPTIONS
from ..core.options.option import LONGEST_TEXT, Option
from ..core.options.validation import quoted
from ..core.options.versions import OFFERS
from ..core.recovery import checked_task_id
from ..core.sentences.text import text
from ..core.task import IMAGE
from ..scene import export
from ..scene.location import spot
from ..worker.interrupt import Once
from . import jobs as interrupted
from .jobs import TOO_LONG, Named
from .report import Report, open_report

_log = logging.getLogger(__name__)


COMMANDS = ("generate", "fetch", "import", "jobs", "resume")


class _Help(Exception):
    """Help was asked for; the text is that."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the process, which is Blender."""

    def error(self, message: str) -> NoReturn:
        raise TripoError(Kind.USAGE, text("cli.usage", said=f"{message[0].upper()}{message[1:]}", program=self.prog))

    def print_help(self, file: object = None) -> NoReturn:
        raise _Help(self.format_help())


def run(arguments: Sequence[str], stopped: Callable[[], bool] = lambda: False) -> int:
    """Carry out a command line and give the exit code; `stopped` is whether Ctrl-C was pressed before.

    0 done, 1 the job failed, 2 wrong usage, 3 no key, 4 offline, 5 outcome unknown after sending.
    """
    with Once().listening(), open_report(as_json="--json" in arguments) as report:
        try:
            if stopped():  # looked at only now, when the next one is answered here
                raise KeyboardInterrupt
            options = _parser().parse_args(list(arguments))
            return _carry_out(options, report)
        except _Help as help_:
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


def _carry_out(options: argparse.Namespace, report: Report) -> int:
    if options.command == "jobs":
        return interrupted.list_jobs(report)
    try:
        Path.cwd()
    except OSError as error:
        raise TripoError(Kind.USAGE, text("output.folder_gone"), detail=str(error)) from error
    if options.command == "resume":
        return interrupted.resume(options, report)
    if options.command == "fetch":
        checked_task_id(options.source)
    if options.command == "generate":
        sources.check({IMAGE: options.source})  # before its end names a file
    stem = options.source if options.command == "fetch" else sources.name_of({IMAGE: options.source})
    own = [] if options.asset_library else [export.own(stem)]
    out = export.checked(options.out or own, overwrite=options.overwrite, inputs=[options.source])
    arrival = arrivals.asked(**{option.name: getattr(options, option.name) for option in OPTIONS})
    asset = blocking.checked_asset_options(options.asset_library, options.catalog)
    blocking.check_takes_models()
    export.empty_scene()
    place = spot(bpy.context, arrival)  # in the scene that the model comes into
    save = partial(export.save, out)
    if options.command == "import":
        job = submit.import_file(Path(options.source), arrival, place)
        report.started(job)
        job, arrived = blocking.take_in(job, access(bpy.context), report.happened, asset, save)
        report.happened(arrived.event)
    else:
        given = access(bpy.context, options.url, key_file=options.key_file)
        if options.command == "fetch":
            job, folder = submit.fetch(options.source, given, arrival, place)
        else:
            settings = asked(**{setting.name: getattr(options, setting.name) for setting in SETTINGS})
            wanted = submit.of_image(options.source, settings)
            (job,), folder = submit.order(wanted, given, bpy.context.scene, arrival, place)
        report.started(job)
        job = blocking.finish(job, given, folder, report.happened, asset, save)[0]
    report.done(job, out.files)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tripo", description="Make 3D models of pictures.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    generate = commands.add_parser(
        "generate",
        help="make a model of a picture",
        description="Make a model of a picture. The key is read from --key-file, the add-on's "
        "preferences or MODELSTREAM_API_KEY.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no key, 4 offline, 5 outcome unknown after sending.",
        allow_abbrev=False,
    )
    generate.add_argument(
        "source", action=Named, metavar="PICTURE", help="a picture file, or the public web address of one"
    )
    group = generate.add_argument_group("settings")
    for setting in SETTINGS:
        group.add_argument(f"--{setting.option}", dest=setting.name, default=None, **_option(setting))
    fetch = commands.add_parser(
        "fetch",
        help="fetch the model of a task that was made before",
        description="Fetch the model of a task that was made before. Nothing is ordered.",
        allow_abbrev=False,
    )
    fetch.add_argument("source", action=Named, metavar="TASK_ID", help="id of the task, as a failed run printed it")
    import_ = commands.add_parser(
        "import",
        help="bring in a GLB or FBX file of this disk",
        description="Bring in a GLB or FBX file of this disk like a generated model. No key and no network are needed.",
        allow_abbrev=False,
    )
    import_.add_argument("source", action=Named, metavar="FILE", help="a GLB or FBX file")
    jobs = commands.add_parser(
        "jobs",
        help="list the jobs that can be gone on with",
        description="List the jobs that can be gone on with: those that were interrupted, and those that failed after "
        "they were paid for. Nothing is sent.",
        allow_abbrev=False,
    )
    resume = commands.add_parser(
        "resume",
        help="go on with a job that was interrupted",
        description="Go on with a job that was interrupted. One that was not ordered yet is ordered by this.",
        epilog="Exit codes as of generate; 5 where an order is uncertain and nothing was decided about it.",
        allow_abbrev=False,
    )
    interrupted.add_options(resume)
    jobs.add_argument("--json", action="store_true", help="one JSON object a line for each job, the result last")
    for command in (generate, fetch, resume):
        command.add_argument(
            "--url", action=Named, default="", metavar="BASE", help="base URL of the service: all that precedes /task"
        )
        command.add_argument(
            "--key-file",
            action=Named,
            default="",
            metavar="PATH",
            help="file with the API key, which only you may read",
        )
    names = ((generate, "PICTURE's name"), (fetch, "TASK_ID"), (import_, "FILE's name"), (resume, "the job's name"))
    for command, source in names:
        group = command.add_argument_group("arrival")
        for option in OPTIONS if command is not resume else ():  # it arrives as it was asked for
            group.add_argument(f"--{option.option}", dest=option.name, default=None, **_option(option))
        command.add_argument(
            "--out",
            action="append",
            type=_file,
            metavar="FILE",
            help=f"where to save: .blend, .glb or .fbx; may be repeated (default: {source} with .blend)",
        )
        command.add_argument(
            "--overwrite", action="store_true", help="replace what is saved under that name; without it nothing is made"
        )
        command.add_argument(
            "--asset-library",
            action=Named,
            default="",
            metavar="PATH",
            help="save the model as an asset into this library: its folder, or its name in the preferences",
        )
        command.add_argument(
            "--catalog", action=Named, default="", metavar="NAME", help="catalog of the asset (default: Tripo)"
        )
        command.add_argument(
            "--json", action="store_true", help="one JSON object a line for each event, the result last"
        )
    return parser


def _option(setting: Option) -> dict[str, Any]:
    if isinstance(setting.default, bool):
        return {"action": argparse.BooleanOptionalAction, "help": setting.tooltip}
    if isinstance(setting.default, int | float):
        return {"type": type(setting.default), "metavar": "N", "help": setting.tooltip}
    if setting.choices:
        return {"choices": [choice[0] for choice in setting.choices], "help": setting.tooltip}
    offered = ", ".join(offer.name for offer in OFFERS)
    return {"metavar": "NAME", "help": f"{setting.tooltip}: {offered}, or another (default: {setting.default})"}


def _file(typed: str) -> Path:
    """Return the path of a file; raise `ArgumentTypeError` where it is none, or that of a folder."""
    if not typed.strip():
        raise argparse.ArgumentTypeError("it is empty: give a value, or leave it out")
    if typed.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{quoted(typed)} names a folder: give a file's name")
    if len(typed) > LONGEST_TEXT:
        raise argparse.ArgumentTypeError(TOO_LONG)
    return Path(typed)
