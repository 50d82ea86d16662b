"""The names of files that are saved but not whole yet, and what a list of them says (text in, paths out)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

PREFIX = ".tripo-"
_NAME = re.compile(r"(?P<folder>.*[/\\])\.tripo-[0-9a-f]{16}\.(blend|glb|fbx|png|jpg|jpeg)", re.DOTALL)
_BESIDE = ("", "@", "1")  # what Blender writes first, and its backup of what was there


def part_name(token: str, suffix: str) -> str:
    """Return the name of a file until it is whole; `token` are 16 hexadecimal digits."""
    return f"{PREFIX}{token}{suffix.lower()}"


def files_of(part: str) -> list[str]:
    """Return all paths that the writing of a part may leave."""
    return [part + end for end in _BESIDE]


def line_of(part: str) -> str:
    """Return a path as one line of a list, whatever letters and bytes are in it."""
    return json.dumps(part)


def parts_in(lines: Iterable[str]) -> list[str]:
    """Return the paths that are named by lines of a list: none but those of files that this add-on makes itself."""
    parts = []
    for line in lines:
        try:
            part = json.loads(line)
        except (ValueError, RecursionError):  # cut short
            continue
        if isinstance(part, str) and _NAME.fullmatch(part):
            parts.append(part)
    return parts
