"""Which of the keys that a user can give is taken, and whether a file may hold one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from ..sentences.text import Text, text
from .registry import SERVICES

LONGEST_FILE = 4096  # bytes; a key is shorter than 200, so a longer file was picked by mistake


class Source(StrEnum):
    """Where a key comes from, in the order in which it is looked for."""

    ARGUMENT = "argument"
    PREFERENCES = "preferences"
    FILE = "file"
    ENVIRONMENT = "environment"
    NONE = "none"


@dataclass(frozen=True)
class KeyFile:
    """What was found under the path of a key file. At most one byte more than `LONGEST_FILE` is read of it."""

    path: str
    content: bytes = field(default=b"", repr=False)
    why_unread: Text | str = ""  # the system's words, or ours
    others_may_read: bool = False


@dataclass(frozen=True)
class KeyGiven:
    """The key that is taken, where it comes from, and what is wrong with that place, if anything is."""

    key: str = field(default="", repr=False)
    source: Source = Source.NONE
    problem: Text | None = None


def choose(argument: str, preference: str, file: KeyFile | None, variable: str) -> KeyGiven:
    """Take the first key that is given. A key file that may not be used is said; none takes its place in silence."""
    for key, source in ((argument, Source.ARGUMENT), (preference, Source.PREFERENCES)):
        if key.strip():
            return KeyGiven(key.strip(), source)
    if file is not None:
        return read_key_file(file)
    return KeyGiven(variable.strip(), Source.ENVIRONMENT) if variable.strip() else KeyGiven()


def read_key_file(file: KeyFile) -> KeyGiven:
    """Give the key that a file holds, or what is wrong with the file; what it holds is never repeated."""
    try:
        key = file.content.decode("utf-8-sig").strip()  # Windows' Notepad puts a mark before the text
    except UnicodeDecodeError:
        key = "\0"
    problem, path = None, _quoted(file.path)
    if file.why_unread:
        problem = text("key.file_unreadable", path=path, why=file.why_unread)
    elif file.others_may_read:
        problem = text("key.file_of_others", path=path)
    elif len(file.content) > LONGEST_FILE:
        problem = text("key.file_too_large", path=path)
    elif not key:
        problem = text("key.file_empty", path=path)
    elif len(key.splitlines()) > 1:
        problem = text("key.file_lines", path=path)
    elif not key.isprintable():
        problem = text("key.file_binary", path=path)
    return KeyGiven("" if problem else key, Source.FILE, problem)


def others_may_reach(mode: int, platform: str) -> bool:
    """Return whether other users may read or change a file of that mode on that platform, as `sys` names it.

    On Windows these bits mean nothing (Python makes them up from the read-only mark); there a file in the user's own
    folder is the user's by its access list, which the standard library cannot read.
    """
    return platform != "win32" and bool(mode & 0o077)


def told(given: KeyGiven, file: str, preferences_file: str, variable: str) -> Text | None:
    """Say which key is used and where it lies, for the preferences; nothing of the key itself."""
    if given.source is Source.PREFERENCES:
        return text("key.used_preferences", file=preferences_file)
    if given.source is Source.FILE:
        return given.problem or text("key.used_file", file=file)
    if given.source is Source.ENVIRONMENT:
        return text("key.used_variable", variable=variable)
    return None


def is_key_variable(name: str) -> bool:
    """Whether a variable of the environment holds a service's key, also where its name is spelt in another case."""
    return name.upper() in {service.key_variable for service in SERVICES.values()}


def _quoted(path: str) -> str:
    """Give a path as a shell takes it and as one line shows it."""
    path = "".join(character if character.isprintable() else "?" for character in path)
    return path if re.fullmatch(r"[\w@%+=:,./\\-]+", path) else "'" + path.replace("'", "'\"'\"'") + "'"
