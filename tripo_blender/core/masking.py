"""Takes secrets out of texts that others wrote, in whatever spelling they repeat them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Self

_SURE = 8  # characters; what is shorter may be any word, and only counts where it stands alone
_PIECE = 10  # characters in a row of a long secret, which are no chance: a message may cut it, or break its line
_LONG = 16  # characters; of a shorter secret a piece could be a word
_HIDDEN = "..."
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


@dataclass(frozen=True)
class Masks:
    """What must not be seen: `sure` has the long secrets in all spellings, `short` the others as words.

    `pieces` are runs of a secret's letters and digits, in small letters, forwards and backwards.
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
            frozenset(piece for secret in known if len(secret) >= _LONG for piece in _pieces(secret)),
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


def _pieces(secret: str) -> set[str]:
    letters = "".join(character.lower()[:1] for character in secret if character.isalnum())
    return {
        row[at : at + _PIECE] for row in (letters, letters[::-1]) for at in range(max(0, len(letters) - _PIECE + 1))
    }


def _anyhow(secret: str) -> str:
    """Return a pattern for a secret in any spelling, also in base64, in hex, and without what keys begin with."""
    rest = secret
    while (begun := re.match(r"[A-Za-z]{1,8}[-_]", rest)) and len(rest) - begun.end() >= _SURE:
        rest = rest[begun.end() :]
    begin = secret.removesuffix(rest)
    ways = [f"(?:{_spelt(begin)})?{_spelt(rest)}" if begin else _spelt(rest), rest.encode("utf-8", "replace").hex()]
    for shift in range(3):  # wherever in a longer text it stood
        whole = base64.b64encode(b"x" * shift + rest.encode("utf-8", "replace")).decode()
        core = re.escape(whole[4 if shift else 0 : -4]).replace(r"\+", "[+-]").replace("/", "[/_]")
        ways.append(f"[A-Za-z0-9+/_-]{{0,4}}{core}[A-Za-z0-9+/_=-]{{0,6}}")
    return "|".join(ways)


def _spelt(text: str) -> str:
    r"""Return a pattern for a text of which each character is plain, or spelt `\/`, `\u002f`, `%2F` or `&#47;`."""
    return "".join(map(_character, text))


def _character(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    ways = [
        r"\\{0,32}" + re.escape(character),
        "".join(rf"\\{{1,32}}u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "replace")),
        f"&#0*{ord(character)};",
        f"&#x0*{ord(character):x};",
    ]
    if character in _NAMED:
        ways.append(f"&{_NAMED[character]};")
    return f"(?:{'|'.join(ways)})"
