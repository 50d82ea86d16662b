"""Makes a text that others wrote fit to be shown: in a panel, a terminal, a log."""

from __future__ import annotations

import re
import unicodedata

# What a terminal takes for orders: colours and cursors (CSI), titles and links (OSC, ended by BEL or ST), others.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]"
)
# Control characters, marks that turn the direction of writing or are not seen, lone halves of letters, odd line ends.
_BY_CATEGORY = {"Cc": " ", "Cf": "", "Cs": "?", "Zl": " ", "Zp": " "}


def shortened(text: str, most: int) -> str:
    """Return a text, or of a longer one its beginning and its end, where sentences say what to do."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 5]} ... {text[-end:]}"


def plain(text: str) -> str:
    """Return a text on one line without what is no letter: no control character moves a cursor or turns the writing."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text.replace("\0", ""))  # NULs are every other byte of UTF-16
    return "".join(_BY_CATEGORY.get(unicodedata.category(character), character) for character in text)
