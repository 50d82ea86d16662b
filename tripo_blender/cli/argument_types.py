"""The kinds of words that a command line has, each with what is wrong with one said in a sentence."""

import argparse
import os
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import Kind, TripoError
from ..core.options.option import LONGEST_TEXT, Option
from ..core.options.validation import quoted
from ..core.options.versions import OFFERS
from ..core.sentences.text import text
from ..core.task import VIEWS_IN_ORDER

_EMPTY = "it is empty: give a value, or leave it out"
_TOO_LONG = f"it has more than {LONGEST_TEXT:,} characters: shorten it"


class Help(Exception):
    """Help was asked for; the text is that."""


class Parser(argparse.ArgumentParser):
    """Raises instead of ending the process, which is Blender."""

    def error(self, message: str) -> NoReturn:
        """Raise `TripoError` of kind usage."""
        raise TripoError(Kind.USAGE, text("cli.usage", said=f"{message[0].upper()}{message[1:]}", program=self.prog))

    def print_help(self, file: object = None) -> NoReturn:
        """Raise `Help`."""
        raise Help(self.format_help())


class Named(argparse.Action):
    """Takes a text, but not an empty one, nor one that is longer than any can be.

    A variable of a shell that is not set shall not put another key, service or place in the stead of the one meant.
    """

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, _option: str | None = None
    ) -> None:
        """Take note of what was named; raise `TripoError` of kind usage for nothing."""
        if values is None:  # a word that may be left out
            return
        if sentence := _problem(values):
            parser.error(str(argparse.ArgumentError(self, sentence)))
        setattr(namespace, self.dest, self.taken(parser, namespace, values))

    def taken(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, text: str) -> Any:
        """Return what comes into the namespace."""
        return text


class NamedAgain(Named):
    """Takes one text more each time."""

    def taken(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, text: str) -> list[str]:
        """Return all so far."""
        return [*(getattr(namespace, self.dest) or ()), text]


class Edit(Named):
    """Takes VIEW=TEXT, each view once."""

    def taken(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, text: str) -> dict[str, str]:
        """Return all texts so far, by view."""
        edits: dict[str, str] = getattr(namespace, self.dest) or {}
        view, equals, words = text.partition("=")
        if not equals:
            views = " or ".join(VIEWS_IN_ORDER)
            parser.error(str(argparse.ArgumentError(self, f"{quoted(text)} must be VIEW=TEXT, with VIEW {views}")))
        if view in edits:
            parser.error(str(argparse.ArgumentError(self, f"the {view} view is edited once: give one text for it")))
        return {**edits, view: words}


def file(text: str) -> Path:
    """Return the path of a file; raise `ArgumentTypeError` where it is none, or that of a folder."""
    if sentence := _problem(text):
        raise argparse.ArgumentTypeError(sentence)
    if text.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{quoted(text)} names a folder: give a file's name")
    return Path(text)


def folder(text: str) -> Path:
    """Return the path of a folder; raise `ArgumentTypeError` where it is none."""
    if sentence := _problem(text):
        raise argparse.ArgumentTypeError(sentence)
    return Path(text)


def of_option(option: Option, *, hidden: bool = False) -> dict[str, Any]:
    """Return how a word stands for an option of the tables; a hidden one is taken, to say why it is refused."""
    tooltip = argparse.SUPPRESS if hidden else option.tooltip
    if isinstance(option.default, bool):
        return {"action": argparse.BooleanOptionalAction, "help": tooltip}
    if isinstance(option.default, int | float):
        return {"type": type(option.default), "metavar": "N", "help": tooltip}
    if option.choices:
        return {"choices": [choice[0] for choice in option.choices], "help": tooltip}
    offered = ", ".join(offer.name for offer in OFFERS)
    of_versions = f"{tooltip}: {offered}, or another (default: {option.default})"
    return {"metavar": "NAME", "help": argparse.SUPPRESS if hidden else of_versions}


def _problem(text: str) -> str:
    """Return what is wrong with a text that was typed; empty where nothing is."""
    if not text.strip():
        return _EMPTY
    return _TOO_LONG if len(text) > LONGEST_TEXT else ""
