"""Which version of a file a host has: whether the next part of it still belongs to those that came before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_STRONG_TAG = re.compile(r'"[^"\x00-\x20\x7f]*"')
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


@dataclass(frozen=True)
class FileVersion:
    """A version of a file at its host: what `If-Range` asks for, and its length in bytes, -1 where it is not known."""

    validator: str
    length: int = -1


def version_of(headers: Mapping[str, str], length: int) -> FileVersion | None:
    """Return the version that an answer with a whole file is of; None: it could not be told from another.

    A weak tag stands for files that only mean the same. A date tells two versions apart where it is older than the
    answer by more than the second in which there may have been two (RFC 9110, 8.8.2.2). Names of `headers` are in
    lower case.
    """
    tag, changed = headers.get("etag", ""), headers.get("last-modified", "")
    if tag:
        return FileVersion(tag, length) if _STRONG_TAG.fullmatch(tag) else None
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(changed)
    except (ValueError, TypeError, OverflowError):
        return None
    return FileVersion(changed, length) if age.total_seconds() > 1 else None


def goes_on(headers: Mapping[str, str], start: int, version: FileVersion | None) -> bool:
    """Return whether an answer with a part of a file goes on from byte `start` of that version.

    A host that knows no `If-Range` gives parts of whatever it has now, but says of what.
    """
    found = _RANGE.fullmatch(headers.get("content-range", ""))
    if found is None or int(found[1]) != start or not start <= int(found[2]) < int(found[3]):
        return False
    if version is None:
        return start == 0
    same = headers.get("etag" if version.validator.startswith('"') else "last-modified", "") == version.validator
    return same and version.length in (-1, int(found[3]))
