"""Random faults: what a network may do at any time, what an order's answer means, and what a failure may say."""

import random
from collections.abc import Mapping
from typing import Any

from simulator.order_answers import ANSWERS, Meaning
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
]
_OF_READS: list[dict[str, Any]] = [
    {"do": "status", "status": number, "body": HTML, "headers": {"Retry-After": "1"}}
    for number in (429, 500, 502, 503, 504, 200)
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
_MEANINGS = {answer.played(made)["name"]: answer.meaning for answer in ANSWERS for made in answer.makes}
# The real answer comes all the same, in a frame that hides it from some.
_FRAMES = {answer.played(made=True)["name"] for answer in ANSWERS if answer.repeats} | {"wrong_length"}
_HARMLESS = (None, "", "delay", "hang_up")
# What a failure says where the service refused an order: which one it was is the other tests' business.
_REFUSALS = (Kind.REFUSED, Kind.KEY_REFUSED, Kind.NO_CREDIT, Kind.NOT_ALLOWED, Kind.CONTENT, Kind.PICTURE)


def rules(chance: random.Random, how_many: int) -> list[dict[str, Any]]:
    """Return a script of that many faults; half of those of orders come of a task that was made."""
    script = []
    for _ in range(how_many):
        strike = chance.choice(("upload", "create", "poll", "poll", "download"))
        if strike == "create" and chance.random() < 0.7:
            answer = chance.choice(ANSWERS)
            fault = dict(answer.played(chance.choice(answer.makes)))
        else:
            known = {"create": _OF_THE_API, "download": _OF_READS + _OF_LINKS}.get(strike, _OF_READS + _OF_THE_API)
            fault = {"on": strike, **chance.choice(_ANYWHERE + known)}
        script.append({**fault, "times": chance.randint(1, 3), "after": chance.randint(0, 6)})
    # Orders take a while, so that a kill finds some of them out.
    return [*script, {"on": "create", "do": "delay", "seconds": 0.3, "times": None}]


def meaning_of(entry: Mapping[str, Any]) -> Meaning:
    """Return what the answer to an order says of it, by the simulator's record."""
    answer = entry["answer"]
    fault = answer.get("fault")
    if fault in _MEANINGS:
        return _MEANINGS[fault]
    if fault not in _HARMLESS or answer["status"] is None:
        return Meaning.UNKNOWN
    if answer["status"] == 429:  # the quota is full
        return Meaning.PASSING
    return Meaning.KNOWN if answer.get("task_id") else Meaning.REFUSED


def may_be_refused(entry: Mapping[str, Any]) -> bool:
    """Whether an order's answer, for all that is odd about it, was the service's own refusal: its quota was full."""
    return entry["answer"].get("fault") in _FRAMES and not entry["answer"].get("task_id")


def fits(kind: Kind, entries: list[Mapping[str, Any]]) -> bool:
    """Whether a failure of this kind can come of these requests of the job, as the simulator recorded them."""
    orders = {meaning_of(entry) for entry in entries if is_order(entry)}
    struck = [entry["answer"] for entry in entries if entry["answer"].get("fault") not in _HARMLESS]
    statuses = {answer["status"] for answer in struck}
    if kind in _REFUSALS and (Meaning.REFUSED in orders or (kind is Kind.REFUSED and _led_away(struck))):
        return True
    if kind is Kind.BUSY:
        return 429 in statuses or Meaning.PASSING in orders or any(map(may_be_refused, filter(is_order, entries)))
    if kind is Kind.SERVICE_DOWN:
        return bool(statuses & {500, 502, 503, 504})
    if kind is Kind.LINK_EXPIRED:
        return bool(statuses & {403, 404, 410})
    return bool(struck) and kind in (Kind.NETWORK, Kind.ANSWER, Kind.MODEL_FILE)


def is_order(entry: Mapping[str, Any]) -> bool:
    """Whether a request is an order that arrived whole."""
    return bool(entry["method"] == "POST" and entry["path"].endswith("/task") and isinstance(entry["body"], dict))


def _led_away(answers: list[Mapping[str, Any]]) -> bool:
    return any(answer["fault"] == "redirect" for answer in answers)
