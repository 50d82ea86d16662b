"""The page on the JSON lines names every event, kind and area that there is."""

import re
from pathlib import Path
from typing import get_args

from tripo_blender.core.errors import Kind, exit_code
from tripo_blender.core.events import Event
from tripo_blender.core.sentences.table import AREAS

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


def test_every_kind_is_there_with_its_exit_code() -> None:
    told = {row[0].strip("`"): int(row[1]) for row in ROWS if re.fullmatch(r"\d", row[1])}
    assert told == {str(kind): exit_code(kind) for kind in Kind}


def test_every_event_of_a_job_is_there() -> None:
    names = {event.__name__[0].lower() + event.__name__[1:] for event in get_args(Event)}
    (row,) = [row for row in ROWS if row[0].startswith("`started`")]
    assert set(re.findall(r"`(\w+)`", row[0])) == names


def test_every_area_of_the_reasons_is_there() -> None:
    keys = {key for area in AREAS for key in (*area.SENTENCES, *area.PARTS)}
    told = PAGE.partition("## Reasons")[2]
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
    assert {area for row in rows for area in re.findall(r"`(\w+)`", row)} == {key.partition(".")[0] for key in keys}
