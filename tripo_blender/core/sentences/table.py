"""Every template, by its key: those of failures, which say what to do as well, and the parts and notes."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    access,
    assets,
    captures,
    command_line,
    disk,
    images,
    imports,
    jobs,
    models,
    network,
    orders,
    panels,
    prompts,
    service_answers,
    settings,
)

AREAS = (
    access,
    assets,
    captures,
    command_line,
    disk,
    images,
    imports,
    jobs,
    models,
    network,
    orders,
    panels,
    prompts,
    service_answers,
    settings,
)

_OF_RECORDS = {
    "as_written": "{text}",  # what a record of an older format holds as finished English
    "unknown": "This version of the add-on has no words for it ({key}). Update the add-on to read it",  # of a newer one
    "unknown_failure": "It failed, and this version of the add-on has no words for why ({kind}, {key}). Update it",
}

SENTENCES: Mapping[str, str] = {
    key: template
    for templates in (_OF_RECORDS, *(part for area in AREAS for part in (area.SENTENCES, area.PARTS)))
    for key, template in templates.items()
}
