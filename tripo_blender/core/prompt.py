"""Prompts: how long one may be, and which characters the service does not take.

Its documentation says: 1,024 characters, 255 of a negative prompt, many languages, no emoji and no "special Unicode";
which those are it does not say. It answers such a prompt with a refusal that costs nothing, so only what is surely
meant is found here: no sign of a language, and none that people type for another reason than to decorate.
"""

from __future__ import annotations

import unicodedata

LONGEST_PROMPT = 1_024  # characters
LONGEST_NEGATIVE_PROMPT = 255

# Unassigned (of a newer Unicode than Python's, which are mostly emoji), private, and halves of a character.
_REFUSED = {"Cn", "Co", "Cs"}
_SYMBOL, _CONTROL = "So", "Cc"
_LATIN_1 = 0xFF  # its symbols are on keyboards: degree, copyright, registered
_BLANKS = "\t\n\r"
_EMOJI = range(0x1F000, 0x1FC00)  # the tones of skin among them count as letters of a kind
_EMOJI_MARKS = "\ufe0f\u20e3"  # these make an emoji of a digit, or of a plain symbol
_TAGS = 0xE0000  # of flags, and variants of signs


def problem_of_prompt(text: str, *, negative: bool = False) -> str:
    """Return what is wrong with a prompt, as a sentence; empty when it can be sent. None needs a negative prompt."""
    if negative:
        return problem_of_words(text, "negative prompt", LONGEST_NEGATIVE_PROMPT) if text.strip() else ""
    return problem_of_words(text, "prompt", LONGEST_PROMPT)


def problem_of_words(text: str, what: str, longest: int) -> str:
    """Return what is wrong with a text, which is called `what`, as a sentence; empty when it can be sent."""
    if not text.strip():
        return f"The {what} is empty: write it in words"
    if len(text) > longest:
        return f"The {what} has {len(text):,} characters, {longest:,} at most are taken: shorten it"
    place = next((place for place, letter in enumerate(text, 1) if _is_refused(letter)), 0)
    if place:
        return (
            f"The {what} has {_named(text[place - 1])} at place {place:,}, which the service does not take: remove it"
        )
    return ""


def counter(text: str, *, negative: bool = False) -> str:
    """Return how much of the room of a prompt is taken, such as "12 / 1,024"."""
    return f"{len(text):,} / {LONGEST_NEGATIVE_PROMPT if negative else LONGEST_PROMPT:,}"


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
    return f"the character U+{ord(letter):04X}" + (f" ({name})" if name else "")
