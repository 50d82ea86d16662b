"""The words of the command line that several commands take alike."""

import argparse
from collections.abc import Collection

from ..core.options.generation_table import SETTINGS
from ..core.options.import_table import OPTIONS
from ..core.task_type import TaskType
from .argument_types import Named, Parser, file, folder, of_option


def add_task(command: Parser, words: str) -> None:
    """Add the id of a task."""
    command.add_argument("source", action=Named, metavar="TASK_ID", help=words)


def add_prompts(group: "Parser | argparse._ArgumentGroup", words: str) -> None:
    """Add the prompts, the first of which says what `words` say."""
    group.add_argument("--prompt", action=Named, metavar="TEXT", help=words)
    group.add_argument("--negative-prompt", action=Named, metavar="TEXT", help="what it shall not show, in words")


def add_settings(command: Parser, tasks: Collection[TaskType] = ()) -> None:
    """Add the settings of these tasks; the others are taken too, to say why they are refused."""
    group = command.add_argument_group("settings")
    for setting in SETTINGS:
        hidden = setting.tasks.isdisjoint(tasks)
        group.add_argument(f"--{setting.option}", dest=setting.name, default=None, **of_option(setting, hidden=hidden))


def add_service(command: Parser) -> None:
    """Add where the service is, and the key for it."""
    command.add_argument(
        "--url", action=Named, default="", metavar="BASE", help="base URL of the service: all that precedes /task"
    )
    command.add_argument(
        "--key-file", action=Named, default="", metavar="PATH", help="file with the API key, which only you may read"
    )


def add_arrival(command: Parser) -> None:
    """Add how a model arrives in the scene."""
    group = command.add_argument_group("arrival")
    for option in OPTIONS:
        group.add_argument(f"--{option.option}", dest=option.name, default=None, **of_option(option))


def add_model_outputs(command: Parser, default: str) -> None:
    """Add the words on where to save a model; `default` says under what name otherwise."""
    _add_out(command, f".blend, .glb or .fbx; may be repeated (default: {default} with .blend)")
    add_overwrite(command)
    _add_library(command)


def add_any_outputs(command: Parser, default: str) -> None:
    """Add the words on where to save what may be a model or images."""
    _add_out(
        command,
        f"a model as .blend, .glb or .fbx, an image as .png or .jpg; may be repeated (default: {default} with .blend "
        "or .png)",
    )
    add_out_dir(command, required=False)
    add_overwrite(command)
    _add_library(command)


def _add_out(command: Parser, words: str) -> None:
    command.add_argument("--out", action="append", type=file, metavar="FILE", help=f"where to save: {words}")


def add_out_dir(command: Parser, *, required: bool) -> None:
    """Add the folder for four views."""
    command.add_argument(
        "--out-dir",
        type=folder,
        required=required,
        metavar="DIR",
        help="folder to save four views in, which is there: front.png, left.png, back.png and right.png; what the "
        "service gave in another format is converted",
    )


def add_overwrite(command: Parser) -> None:
    """Add whether files are replaced."""
    command.add_argument(
        "--overwrite", action="store_true", help="replace what is saved under that name; without it nothing is made"
    )


def _add_library(command: Parser) -> None:
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
