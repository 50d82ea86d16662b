"""The catalogs of an asset library (the text of its blender_assets.cats.txt).

The text is read as Blender reads it (asset_catalog_definition_file.cc): the first line that is neither empty nor a
comment is the version; `UUID:path/of/catalog:Simple-Name` follow, the first with an id counts; the rest is passed over.
"""

from __future__ import annotations

import hashlib
import re
import uuid  # noqa: TID253  # for an id made of a name, without chance

from .errors import Kind, TripoError
from .sentences.text import text
from .text import printable

FILE_NAME = "blender_assets.cats.txt"

# What Blender itself begins such a file with.
_PREFACE = """\
# This is an Asset Catalog Definition file for Blender.
#
# Empty lines and lines starting with `#` will be ignored.
# The first non-ignored line should be the version indicator.
# Other lines are of the format "UUID:catalog/path/for/assets:simple catalog name"

"""
_VERSION = "VERSION 1"
_BLANKS = " \t\r"
_ENTRY = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})[ \t]*:([^:]+)(?::.*)?")
_NOWHERE = "00000000-0000-0000-0000-000000000000"  # Blender's id for "in no catalog"
_LONGEST_SIMPLE_NAME = 62  # bytes, as in Blender
_NAMESPACE = "tripo-blender/catalog/"  # not to be changed: a path has the same id in every library


def with_catalog(content: str, path: str) -> tuple[str, str]:
    """Give the text of a catalog file with a catalog of that path in it, and the catalog's id.

    All that is there stays as it is, and an id that the path has already wins. Raises `TripoError` of kind disk where
    the file is of a version that we do not know, of kind usage for a path without a name.
    """
    wanted = clean_path(path)
    newline = "\r\n" if "\r\n" in content else "\n"
    content = _with_version(content, newline)
    paths: dict[str, str] = {}
    for line in content.split("\n"):
        entry = _ENTRY.fullmatch(_entry(line))
        if entry is not None:
            paths.setdefault(entry[1].lower(), _cleaned(entry[2]))
    for identity, known in paths.items():
        if known == wanted and identity != _NOWHERE:
            return content, identity
    identity = _new_id(wanted, set(paths))
    return f"{_ended(content, newline)}{identity}:{wanted}:{_simple_name(wanted)}{newline}", identity


def clean_path(path: str) -> str:
    """Give a catalog's path as Blender cleans it: one kind of slash, no colon, no empty part, no blanks at the ends.

    Raises `TripoError` of kind usage where nothing is left.
    """
    cleaned = _cleaned(path)
    if not cleaned:
        raise TripoError(Kind.USAGE, text("asset.catalog_name", path=path))
    return cleaned


def _with_version(content: str, newline: str) -> str:
    """Give the text with a version in front of all entries, without which Blender reads none."""
    at = 0
    for line in content.split("\n"):
        entry = _entry(line)
        if entry.startswith("VERSION "):
            if re.fullmatch(r"VERSION +0*1(\D.*)?", entry) is None:
                raise TripoError(Kind.DISK, text("asset.catalog_format"), detail=f"{FILE_NAME}: {entry[:40]}")
            return content
        if entry:
            return f"{content[:at]}{_VERSION}{newline}{content[at:]}"
        at += len(line) + 1
    preface = "" if content.strip() else _PREFACE.replace("\n", newline)
    return f"{_ended(content, newline)}{preface}{_VERSION}{newline}{newline}"


def _entry(line: str) -> str:
    """Give what a line says to Blender: nothing if it is empty or a comment."""
    trimmed = line.strip(_BLANKS)
    return "" if trimmed.startswith("#") else trimmed


def _ended(content: str, newline: str) -> str:
    return content if content.endswith("\n") or not content else content + newline


def _cleaned(path: str) -> str:
    parts = (part.strip() for part in re.split(r"[/\\]", printable(path).replace(":", "-")))
    return "/".join(part for part in parts if part)


def _simple_name(path: str) -> str:
    """Give the name that Blender shows where it cannot show the path, made as Blender makes it."""
    name = path.replace("/", "-")
    if len(name.encode()) <= _LONGEST_SIMPLE_NAME:
        return name
    return "..." + name.encode()[3 - _LONGEST_SIMPLE_NAME :].decode("utf-8", "ignore")


def _new_id(path: str, taken: set[str]) -> str:
    """Make an id from the path, so that it is the same in every library; another one where that is taken."""
    name = _NAMESPACE + path
    while True:
        # Not `uuid5`, whose ids are others: paths have had these since the first version.
        identity = str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=5))
        if identity not in taken:
            return identity
        name += "/"  # no path ends with it: this meets no other path's id
