"""Random faults: what a network may do at any time, and what a failure may say of it."""

import random
from collections.abc import Mapping
from typing import Any

from tripo_blender.core.errors import Kind

HTML = "<html><body><h1>Bad Gateway</h1></body></html>"
_ANYWHERE: list[dict[str, Any]] = [
    {"do": "close"},
    {"do": "lost"},
    {"do": "reset"},
    {"do": "cut", "bytes": 20},
    {"do": "cut_head", "bytes": 8},
    {"do": "cut_head", "bytes": 60},
    {"do": "hang_up"},
    {"do": "delay", "seconds": 0.5},
    {"do": "wrong_length", "by": 40},
    {"do": "wrong_length", "by": -40},
    {"do": "gzip_bomb", "bytes": 5_000_000},
    *(
        {"do": "status", "status": number, "body": HTML, "headers": {"Retry-After": "1"}}
        for number in (429, 500, 502, 503, 504, 200)
    ),
]
_OF_THE_API: list[dict[str, Any]] = [
    {"do": "large", "bytes": 5_000_000},
    {"do": "nested"},
    {"do": "redirect", "location": "http://localhost:9{path}"},
]
_OF_LINKS: list[dict[str, Any]] = [
    *({"do": "status", "status": number, "body": "<Error/>"} for number in (403, 404, 410)),
    {"do": "replace", "text": ""},
]


def rules(chance: random.Random, how_many: int) -> list[dict[str, Any]]:
    """Give a script of that many faults."""
    script = []
    for _ in range(how_many):
        strike = chance.choice(("upload", "create", "poll", "poll", "download"))
        fault = chance.choice(_ANYWHERE + (_OF_LINKS if strike == "download" else _OF_THE_API))
        script.append({"on": strike, **fault, "times": chance.randint(1, 3), "after": chance.randint(0, 4)})
    # Orders take a while, so that a kill finds some of them out.
    return [*script, {"on": "create", "do": "delay", "seconds": 0.3, "times": None}]


def fits(kind: Kind, entries: list[Mapping[str, Any]]) -> bool:
    """Whether a failure of this kind can come of these requests of the job, as the simulator recorded them."""
    struck = [entry["answer"] for entry in entries if _harmed(entry)]
    statuses = {answer["status"] for answer in struck}
    if kind is Kind.BUSY:
        return 429 in statuses
    if kind is Kind.SERVICE_DOWN:
        return bool(statuses & {500, 502, 503, 504})
    if kind is Kind.REFUSED:
        return any(answer["fault"] == "redirect" for answer in struck)
    if kind is Kind.LINK_EXPIRED:
        return bool(statuses & {403, 404, 410})
    return bool(struck) and kind in (Kind.NETWORK, Kind.ANSWER, Kind.MODEL_FILE)


def surely_refused(entry: Mapping[str, Any]) -> bool:
    """Whether an order was refused so that it may be sent again."""
    return entry["answer"]["status"] in (429, 503) and not entry["answer"].get("task_id")


def lost(entry: Mapping[str, Any]) -> bool:
    """Whether the answer to an order may have been lost."""
    return _harmed(entry) and not surely_refused(entry)


def _harmed(entry: Mapping[str, Any]) -> bool:
    return entry["answer"].get("fault") not in (None, "", "delay")
