"""Prompts: how long one may be, and which characters the service does not take.

Its documentation says: 1,024 characters, 255 of a negative prompt, many languages, no emoji and no "special Unicode";
which those are it does not say. It answers such a prompt with a refusal that costs nothing, so only what is surely
meant is found here: no sign of a language, and none that people type for another reason than to decorate.
"""

from __future__ import annotations

import unicodedata

from .sentences.text import Text, text

LONGEST_PROMPT = 1_024  # characters
LONGEST_NEGATIVE_PROMPT = 255
POSITIVE, NEGATIVE = text("input.prompt"), text("input.negative_prompt")

# Unassigned (of a newer Unicode than Python's, which are mostly emoji), private, and halves of a character.
_REFUSED = {"Cn", "Co", "Cs"}
_SYMBOL, _CONTROL = "So", "Cc"
_LATIN_1 = 0xFF  # its symbols are on keyboards: degree, copyright, registered
_BLANKS = "\t\n\r"
_EMOJI = range(0x1F000, 0x1FC00)  # the tones of skin among them count as letters of a kind
_EMOJI_MARKS = "\ufe0f\u20e3"  # these make an emoji of a digit, or of a plain symbol
_TAGS = 0xE0000  # of flags, and variants of signs


def problem_of_prompt(words: str, *, negative: bool = False) -> Text | None:
    """Return what is wrong with a prompt; None when it can be sent. Nobody needs a negative prompt."""
    if negative:
        return problem_of_words(words, NEGATIVE, LONGEST_NEGATIVE_PROMPT) if words.strip() else None
    return problem_of_words(words, POSITIVE, LONGEST_PROMPT)


def problem_of_words(words: str, what: Text, longest: int) -> Text | None:
    """Return what is wrong with words, which are called `what`; None when they can be sent."""
    if not words.strip():
        return text("prompt.empty", what=what)
    if len(words) > longest:
        return text("prompt.too_long", what=what, count=len(words), most=longest)
    place = next((place for place, letter in enumerate(words, 1) if _is_refused(letter)), 0)
    if place:
        return text("prompt.refused_character", what=what, character=_named(words[place - 1]), place=place)
    return None


def counter(words: str, *, negative: bool = False) -> str:
    """Return how much of the room of a prompt is taken, such as "12 / 1,024"."""
    return f"{len(words):,} / {LONGEST_NEGATIVE_PROMPT if negative else LONGEST_PROMPT:,}"


def _is_refused(letter: str) -> bool:
    number, category = ord(letter), unicodedata.category(letter)
    if category == _CONTROL:
        return letter not in _BLANKS
    if category == _SYMBOL and number > _LATIN_1:
        return True
    return category in _REFUSED or letter in _EMOJI_MARKS or number in _EMOJI or number >= _TAGS


def _named(letter: str) -> str:
    """Return a character by its number, and its name where it has one: a font of Blender's may not have it."""
    name = unicodedata.name(letter, "").lower()
    return f"U+{ord(letter):04X}" + (f" ({name})" if name else "")
