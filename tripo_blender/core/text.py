"""Texts that come from outside, such as the name of a file: made fit to be shown, or to be a name of ours."""

from __future__ import annotations

import re
import unicodedata

# What is no character: control codes, ends of lines, and the lone surrogates by which Python shows bytes that are no
# text. A terminal obeys the first, and Blender, JSON readers and most encodings refuse the last.
_ODD = ("Cc", "Cs", "Zl", "Zp")

_LONGEST_STEM = 100  # bytes; a path on Windows has room for 260 characters in all
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]|con(in|out)\$) *(\..*)?")  # on Windows
_NUMBER = re.compile(r"\.(\d{3}|[1-9]\d{3,})$")


def as_name(text: str) -> str:
    """Return the text as a name in one line that Blender, every encoding and every terminal takes; it may be empty."""
    spaced = re.sub(r"\s+", " ", text)
    return printable(spaced, "_").strip()


def as_file_stem(text: str) -> str:
    """Return the text as a file's name without suffix that Linux, macOS and Windows take; never empty, not hidden."""
    stem = re.sub(r'[<>:"/\\|?*]', "_", printable(text))
    stem = stem.strip(" .").encode()[:_LONGEST_STEM].decode("utf-8", "ignore").strip(" .") or "Model"
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem


def printable(text: str, instead: str = " ") -> str:
    """Return the text with something else for what is no character."""
    return "".join(instead if _is_odd(char) else char for char in text)


def without_number(name: str) -> str:
    """Return a name without the number that Blender gives to all but the first of a name."""
    return _NUMBER.sub("", name)


def as_line(text: str) -> str:
    """Return the text as one line that can be printed anywhere: what is no character is spelt as in Python."""
    return "".join(char.encode("unicode_escape").decode("ascii") if _is_odd(char) else char for char in text)


def _is_odd(char: str) -> bool:
    return unicodedata.category(char) in _ODD
