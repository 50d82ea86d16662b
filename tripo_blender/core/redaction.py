"""Takes secrets out of texts that others wrote, in whatever spelling they repeat them."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

_SURE = 8  # characters; what is shorter may be any word, and only counts where it stands alone
_PIECE = 10  # characters in a row of a long secret, which are no chance: a message may cut it, or break its line
_LONG = 16  # characters; of a shorter secret a piece could be a word
_HIDDEN = "..."
# How a text of bytes is written in digits of so many bits; pieces of it are known wherever in a longer text it stood.
_CODES = ((base64.b64encode, 6), (base64.b32encode, 5), (base64.b32hexencode, 5), (base64.b16encode, 4))
_FULL_WIDTH = 0xFEE0  # from a character of ASCII to the one of the same name as wide as a Chinese one
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


@dataclass(frozen=True)
class Masks:
    """What must not be seen: `sure` has the long secrets in all spellings, `short` the others as words.

    `pieces` are runs of a secret's letters and digits, in small letters, forwards, backwards and in other digits.
    """

    sure: re.Pattern[str] | None = field(default=None, repr=False)
    short: re.Pattern[str] | None = field(default=None, repr=False)
    pieces: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, *secrets: str) -> Self:
        """Return the masks for a key, a login and the like; empty ones count for nothing."""
        known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        sure = [_anyhow(secret) for secret in known if len(secret) >= _SURE]
        short = [f"(?<![^\\W_]){_spelt(secret)}(?![^\\W_])" for secret in known if len(secret) < _SURE]
        return cls(
            re.compile("|".join(sure), re.IGNORECASE) if sure else None,
            re.compile("|".join(short)) if short else None,
            frozenset(piece for secret in known for row in _rows(secret) for piece in _pieces(row)),
        )

    def words(self, text: str) -> str:
        """Return a sentence, or another text of words, with dots in place of secrets."""
        text = self.token(text)
        return self.short.sub(_HIDDEN, text) if self.short else text

    def token(self, text: str) -> str:
        """Return an id or a code likewise; a short secret may be a part of any, and is left in."""
        text = self.sure.sub(_HIDDEN, text) if self.sure else text
        return self._without_pieces(text) if self.pieces else text

    def _without_pieces(self, text: str) -> str:
        """Return a text without what is left of a secret that was cut, or broken by spaces, lines or dashes."""
        places = [place for place, character in enumerate(text) if character.isalnum()]
        letters = "".join(text[place].lower()[:1] for place in places)
        shown: list[str] = []
        end = 0
        for at in range(len(letters) - _PIECE + 1):
            if letters[at : at + _PIECE] in self.pieces:
                begin, beyond = places[at], places[at + _PIECE - 1] + 1
                shown += [text[end:begin], _HIDDEN] if begin > end or not shown else []
                end = beyond
        return "".join([*shown, text[end:]])


def _pieces(row: str) -> set[str]:
    letters = "".join(character.lower()[:1] for character in row if character.isalnum())
    return {letters[at : at + _PIECE] for at in range(len(letters) - _PIECE + 1)}


def _rows(secret: str) -> Iterator[str]:
    """Return how a secret is written of which a piece is no chance: one that is not short, in other digits too."""
    if len(secret) >= _LONG:
        yield from (secret, secret[::-1])
    if len(secret) >= _SURE:
        data = _without_beginning(secret).encode("utf-8", "replace")
        yield from (row for code in _CODES for row in _coded(data, *code))
        for once in _coded(data, *_CODES[0]):
            for spelt in {once, once.replace("+", "-").replace("/", "_")}:
                yield from _coded(spelt.encode(), *_CODES[0])


def _coded(data: bytes, encode: Callable[[bytes], bytes], bits: int) -> Iterator[str]:
    """Return the digits that hang on these bytes alone, wherever in a longer text they stand."""
    for before in range(math.lcm(8, bits) // 8):
        digits = encode(b"x" * before + data).decode()
        yield digits[-(-8 * before // bits) : 8 * (before + len(data)) // bits]


def _without_beginning(secret: str) -> str:
    """Return a secret without what keys begin with."""
    while (begun := re.match(r"[A-Za-z]{1,8}[-_]", secret)) and len(secret) - begun.end() >= _SURE:
        secret = secret[begun.end() :]
    return secret


def _anyhow(secret: str) -> str:
    """Return a pattern for a secret in any spelling, also in base64, in hex, and without what keys begin with."""
    rest = _without_beginning(secret)
    begin = secret.removesuffix(rest)
    ways = [f"(?:{_spelt(begin)})?{_spelt(rest)}" if begin else _spelt(rest), rest.encode("utf-8", "replace").hex()]
    for shift in range(3):  # wherever in a longer text it stood
        whole = base64.b64encode(b"x" * shift + rest.encode("utf-8", "replace")).decode()
        core = re.escape(whole[4 if shift else 0 : -4]).replace(r"\+", "[+-]").replace("/", "[/_]")
        ways.append(f"[A-Za-z0-9+/_-]{{0,4}}{core}[A-Za-z0-9+/_=-]{{0,6}}")
    return "|".join(ways)


def _spelt(text: str) -> str:
    r"""Return a pattern for a text whose characters are plain, or spelt `\/`, `\u002f`, `\x2f`, `%2F` or `&#47;`."""
    return "".join(map(_character, text))


def _character(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    data = character.encode("utf-8", "replace")
    ways = [
        "".join(rf"\\{{1,32}}u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        rf"\\{{1,32}}(?:u\{{0*{ord(character):x}\}}|U{ord(character):08x})",
        "".join(rf"\\{{1,32}}x{byte:02x}" for byte in data),
        "".join(rf"\\{{1,32}}0?{byte:03o}" for byte in data),
        "".join(f"%(?:25)*{byte:02x}" for byte in data),
        f"&#0*{ord(character)};",
        f"&#x0*{ord(character):x};",
    ]
    if "!" <= character <= "~":
        wide = ord(character) + _FULL_WIDTH
        ways.append(rf"(?:{chr(wide)}|\\{{1,32}}u{wide:04x})")
    if character in _NAMED:
        ways.append(f"&{_NAMED[character]};")
    ways.append(r"\\{0,32}" + re.escape(character))  # last: the letter u would do for the beginning of `\u0055`
    return f"(?:{'|'.join(ways)})"
