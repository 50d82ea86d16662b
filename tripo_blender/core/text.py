"""Texts that come from outside, such as the name of a file: made fit to be shown, or to be a name of ours."""

from __future__ import annotations

import re
import unicodedata

# What is no character: control codes, ends of lines, and the lone surrogates by which Python shows bytes that are no
# text. A terminal obeys the first, and Blender, JSON readers and most encodings refuse the last.
_ODD = ("Cc", "Cs", "Zl", "Zp")


def as_name(text: str) -> str:
    """Return the text as a name in one line that Blender, every encoding and every terminal takes; it may be empty."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join("_" if _is_odd(char) else char for char in spaced).strip()


def as_line(text: str) -> str:
    """Return the text as one line that can be printed anywhere: what is no character is spelt as in Python."""
    return "".join(char.encode("unicode_escape").decode("ascii") if _is_odd(char) else char for char in text)


def _is_odd(char: str) -> bool:
    return unicodedata.category(char) in _ODD
