"""A sentence as data: its key and its parameters; the words are made where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

from ..plain_text import plain, shortened

# As a module: Blender's start makes texts, and only who shows one needs the templates.
from . import table

Translate = Callable[[str], str]  # an English template to the same in another language

_LONGEST = (
    600  # characters; the sentences that are written here have 300 at most, with a name or two that somebody typed
)
_LONGEST_NAME = 100
_DEEPEST = 6  # texts inside each other; records may hold any number


@dataclass(frozen=True)
class Text:
    """A sentence, or a part of one: the key of its template in `table`, and the parameters that the template names.

    A parameter may be a text itself. Whoever wrote one, a service or a model file, none holds a control character, or
    is without end.
    """

    key: str
    parameters: Mapping[str, str | int | float | Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", shortened(plain(self.key), _LONGEST_NAME))
        parameters = {
            shortened(plain(name), _LONGEST_NAME): shortened(plain(str(value)), _LONGEST)
            if isinstance(value, str) or (isinstance(value, float) and not isfinite(value))  # a record holds no NaN
            else value
            for name, value in self.parameters.items()
        }
        object.__setattr__(self, "parameters", parameters)

    def advising(self, advice: Text) -> Text:
        """Return the text with what to do, where its template has a place for that."""
        return replace(self, parameters={**self.parameters, "advice": advice})

    def english(self) -> str:
        """Return the words in English."""
        return self.made(str)

    def made(self, translate: Translate, instead: Text | None = None) -> str:
        """Return the words in the language of `translate`.

        A key or a parameter of a newer version has no template here: `instead` is shown then, or a sentence that says
        so.
        """
        words = _filled(self, translate, _DEEPEST)
        if words is None:
            return (instead or text("unknown", key=self.key)).made(translate)
        return shortened(words, _LONGEST)


def text(key: str, /, **parameters: str | float | Text) -> Text:
    """Return the text of a key with its parameters."""
    return Text(key, parameters)


def _filled(told: Text, translate: Translate, depth: int) -> str | None:
    """Return a text's template with its parameters in it; None where it has none, or one that does not take them."""
    template = table.SENTENCES.get(told.key)
    if template is None or not depth:
        return None
    values = {
        name: _filled(value, translate, depth - 1) or value.key if isinstance(value, Text) else value
        for name, value in told.parameters.items()
    }
    for words in (translate(template), template):  # a translation may name a parameter that there is not
        try:
            return words.format_map(values)
        except (LookupError, ValueError, TypeError, AttributeError):
            continue
    return None
