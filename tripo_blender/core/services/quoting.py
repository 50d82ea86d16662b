"""Repeats what a service, or whoever stands before it, has written: on one line, without secrets, and not for ever."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from ..plain_text import plain
from ..redaction import Masks
from .base import HttpAnswer

_READ_OF_A_PAGE = 50_000  # bytes


def excerpt(answer: HttpAnswer) -> str:
    """Return the beginning of a body, as words without markup, for the technical text."""
    body = answer.body[:_READ_OF_A_PAGE]
    try:
        text = " ".join(_words(json.loads(body)))
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    if len(answer.body) > _READ_OF_A_PAGE:
        text = text.rpartition(" ")[0]  # half a secret would not be known for one
    text = answer.masks.words(plain(text))  # first: a key may hold what looks like markup
    return told(html.unescape(re.sub(r"<[^>]*>", " ", text)), answer.masks, 160)


def _words(value: Any) -> Iterator[str]:
    """Return the names and values of JSON one after the other."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    else:
        yield str(value)


def told(value: Any, masks: Masks, most: int) -> str:
    """Return a text of the service fit to be shown and kept: on one line, without secrets, `most` characters of it."""
    text = one_line(value)
    if len(text) > 10 * most:
        text = text[: 10 * most].rpartition(" ")[0]
    return masks.words(text)[:most]


def told_id(value: Any, masks: Masks) -> str:
    """Return an id or a code of the service likewise."""
    return masks.token(one_line(value)[:1000])[:100]


def one_line(value: Any) -> str:
    """Return a text on one line, without control characters; links without their query, which may be a signature."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return re.sub(r"(https?://[^\s'\"?@]*)[?@][^\s'\"]*", r"\1", " ".join(plain(str(value)).split()))
