"""The words of the command line: its commands, and what each takes."""

import argparse
from typing import TYPE_CHECKING

from ..core.expansion import MOST_VARIATIONS, Through
from ..core.task import VIEWS_IN_ORDER, Role
from ..core.task_type import MODEL_TASKS, TaskType
from .argument_groups import (
    add_any_outputs,
    add_arrival,
    add_model_outputs,
    add_out_dir,
    add_overwrite,
    add_prompts,
    add_service,
    add_settings,
    add_task,
)
from .argument_types import Edit, Named, NamedAgain, Parser, file

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[Parser]  # noqa: SLF001  # its type has no public name

_USAGE = """\
%(prog)s IMAGE [options]
       %(prog)s --prompt TEXT [--negative-prompt TEXT] [options]
       %(prog)s --front IMAGE [--left IMAGE] [--back IMAGE] [--right IMAGE] [options]
       %(prog)s --views TASK_ID [options]
       %(prog)s --turntable OBJECT [options]"""


def parser() -> Parser:
    """Return what reads a command line into a namespace; `command` is its first word."""
    top = Parser(prog="tripo", description="Make 3D models and images by Tripo.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_generate(commands)
    _add_refine(commands)
    _add_image(commands)
    _add_views(commands)
    _add_edit_views(commands)
    _add_fetch(commands)
    _add_import(commands)
    _add_jobs(commands)
    _add_resume(commands)
    return top


def _add(commands: "_Commands", name: str, short: str, more: str = "", usage: str | None = None) -> Parser:
    """Add a command with the one option that all have."""
    text = f"{short[0].upper()}{short[1:]}. {more}".strip()
    command = commands.add_parser(name, help=short, description=text, usage=usage, allow_abbrev=False)
    command.add_argument("--json", action="store_true", help="one JSON object a line for each event, the result last")
    return command


def _add_generate(commands: "_Commands") -> None:
    command = _add(
        commands,
        "generate",
        "make a model of an image, of words, of several views or of an object",
        "The key is read from --key-file, the add-on's preferences or MODELSTREAM_API_KEY.",
        _USAGE,
    )
    command.epilog = (
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no key, 4 offline, 5 outcome unknown after sending."
    )
    made_of = command.add_argument_group("what it is made of: one of these")
    made_of.add_argument(
        "source",
        nargs="?",
        action=Named,
        metavar="IMAGE",
        help="an image file, or the public web address of one",
    )
    add_prompts(made_of, "what the model shows, in words")
    for view in VIEWS_IN_ORDER:
        more = ", which is needed, and one of the others" if view is Role.FRONT else " side"
        words = f"image of its {view}{more}"
        made_of.add_argument(f"--{view}", dest=f"{view}_view", action=Named, metavar="IMAGE", help=words)
    made_of.add_argument(
        "--views", action=Named, default="", metavar="TASK_ID", help="task that gave four views, such as `tripo views`"
    )
    made_of.add_argument(
        "--turntable",
        action=Named,
        default="",
        metavar="OBJECT",
        help="object of the open file, by its name: images of its four sides are taken. The file's objects stay: a "
        ".blend that is saved holds them and the model, a .glb or .fbx the model alone. "
        "With --fit box the model has the size and the place of OBJECT, which --replace hides",
    )
    way = command.add_argument_group("several tasks, each of which is charged for")
    way.add_argument(
        "--through",
        choices=[str(each) for each in Through if each is not Through.NOTHING],
        default="",
        help="make an image of the words first, or four views of the image; a .blend holds these too",
    )
    way.add_argument(
        "--variations",
        type=int,
        default=1,
        metavar="N",
        help=f"make so many models that differ by their seed, up to {MOST_VARIATIONS}. A .blend holds all of them in a "
        "row, as far as they are made; of .glb and .fbx there is one for each: NAME-1.glb, NAME-2.glb, ...",
    )
    add_settings(command, MODEL_TASKS)
    add_service(command)
    add_arrival(command)
    add_model_outputs(command, "IMAGE's or OBJECT's name, TASK_ID or the first words")


def _add_refine(commands: "_Commands") -> None:
    command = _add(
        commands,
        "refine",
        "refine the model of a task that is a draft",
        "Only old model versions, up to 1.4, made drafts.",
    )
    add_task(command, "id of the task that gave the draft")
    add_settings(command)
    add_service(command)
    add_arrival(command)
    add_model_outputs(command, "TASK_ID")


def _add_image(commands: "_Commands") -> None:
    command = _add(
        commands,
        "image",
        "make an image of words, and of images that they refer to",
        "Without --reference, and without the settings below, it is made by the service's usual model.",
    )
    add_prompts(command, "what the image shows, in words")
    command.add_argument(
        "--reference",
        action=NamedAgain,
        default=(),
        metavar="IMAGE",
        help="an image file that the words refer to, or the public web address of one; may be repeated",
    )
    add_settings(command, {TaskType.GENERATE_IMAGE})
    add_service(command)
    command.add_argument(
        "--out",
        action="append",
        type=file,
        metavar="FILE",
        help="where to save: .png or .jpg; the name decides, and what the service gave in another format is converted. "
        "May be repeated (default: the first words with .png)",
    )
    add_overwrite(command)


def _add_views(commands: "_Commands") -> None:
    command = _add(
        commands,
        "views",
        "make four views of an image",
        "The id of the task, which is in the result, is what `tripo generate --views` makes a model of, and what "
        "`tripo edit-views` changes.",
    )
    command.add_argument(
        "source", action=Named, metavar="IMAGE", help="an image file, or the public web address of one"
    )
    add_settings(command)
    add_service(command)
    add_out_dir(command, required=True)
    add_overwrite(command)


def _add_edit_views(commands: "_Commands") -> None:
    command = _add(
        commands,
        "edit-views",
        "change some of the four views that a task gave",
        "A set of views is edited once; each view that is changed is charged for.",
    )
    add_task(command, "id of the task that gave the views")
    command.add_argument(
        "--edit",
        action=Edit,
        required=True,
        metavar="VIEW=TEXT",
        help="what to change in the front, left, back or right view, in words; may be repeated",
    )
    add_settings(command)
    add_service(command)
    add_out_dir(command, required=True)
    add_overwrite(command)


def _add_fetch(commands: "_Commands") -> None:
    command = _add(
        commands, "fetch", "fetch what a task gave that was made before: a model, or images", "Nothing is ordered."
    )
    add_task(command, "id of the task, as a failed run printed it")
    add_service(command)
    add_arrival(command)
    add_any_outputs(command, "TASK_ID")


def _add_import(commands: "_Commands") -> None:
    command = _add(
        commands,
        "import",
        "bring in a GLB or FBX file of this disk",
        "It comes in like a generated model. No key and no network are needed.",
    )
    command.add_argument("source", action=Named, metavar="FILE", help="a GLB or FBX file")
    add_arrival(command)
    add_model_outputs(command, "FILE's name")


def _add_jobs(commands: "_Commands") -> None:
    _add(
        commands,
        "jobs",
        "list the jobs that can be gone on with",
        "Those are the ones that were interrupted, and those that failed after they were paid for. Nothing is sent.",
    )


def _add_resume(commands: "_Commands") -> None:
    command = _add(
        commands,
        "resume",
        "go on with a job that was interrupted",
        "One that was not ordered yet is ordered by this.",
    )
    command.epilog = "Exit codes as of generate; 5 where an order is uncertain and nothing was decided about it."
    command.add_argument("source", nargs="?", default="", metavar="ID", help="id of the job, as `tripo jobs` lists it")
    command.add_argument(
        "--all",
        action="store_true",
        help="all that wait, each saved under its own name; what is uncertain is listed and not sent again",
    )
    choice = command.add_argument_group("an uncertain order").add_mutually_exclusive_group()
    choice.add_argument("--send-again", action="store_true", help="order it once more: it may have been bought already")
    choice.add_argument(
        "--task", action=Named, default="", metavar="TASK_ID", help="fetch the task that was made after all"
    )
    choice.add_argument("--give-up", action="store_true", help="give the job up; this works for every job")
    add_service(command)
    add_any_outputs(command, "the job's name")
