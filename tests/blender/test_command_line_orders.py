"""What may come back of an order, on the command line: bought once at a word, and never forgotten while in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.order_answers import ANSWERS, Answer, Meaning
from simulator.process import SimulatorProcess

from .console import SMALL, Console

pytestmark = pytest.mark.usefixtures("quick")

# One of each family; the worker's tests play them all.
CHOSEN = (
    "503, Envoy's text",
    "429, a page",
    "500, a refusal's code",
    "409, the task exists",
    "303 to the task",
    "200, upstream_timeout",
    "closed",
    "two lengths",
    "103 before it",
    "403, refused (code, message, data)",
    "429, too many tasks",
)
ROWS = {
    f"{answer.name}, {'made' if made else 'not made'}": (answer, made)
    for name in CHOSEN
    for answer in ANSWERS
    if answer.name == name
    for made in answer.makes
}
LOST = {"on": "create", "do": "lost"}


def play(simulator: SimulatorProcess, answer: Answer, *, made: bool) -> None:
    """Have each order answered so, or the first one if the next is to be taken."""
    passing = answer.meaning is Meaning.PASSING
    simulator.play([answer.played(made, 1 if passing else None)])


def check_in_doubt(console: Console) -> str:
    """One job waits for its user's word, with its record and its picture; return its id."""
    (job,) = console.listed()
    assert (job["way"], job["state"]) == ("decide", "uncertain")
    folder = next(console.place.home.rglob(job["job"]))
    assert {"job.json", "picture.png"} <= {path.name for path in Path(folder).iterdir()}
    return str(job["job"])


@pytest.mark.parametrize("name", ROWS)
def test_an_order(console: Console, simulator: SimulatorProcess, tmp_path: Path, name: str) -> None:
    answer, made = ROWS[name]
    play(simulator, answer, made=made)
    outcome = console(console.picture, *SMALL, "--json", folder=tmp_path)
    passing = answer.meaning is Meaning.PASSING
    assert len(simulator.creates()) == int(made or passing)
    if outcome.code == 0:
        assert passing or (made and answer.meaning in (Meaning.KNOWN, Meaning.UNKNOWN))
        assert outcome.result["task_id"] == simulator.creates()[0]["answer"]["task_id"]
    elif answer.meaning is Meaning.REFUSED:
        assert (outcome.code, outcome.error["kind"]) == (1, "not_allowed")
        assert console.listed() == []
    else:
        assert (outcome.code, outcome.error["kind"]) == (5, "uncertain")
        assert outcome.result["job"] == check_in_doubt(console)


@pytest.mark.parametrize("name", ROWS)
def test_an_order_that_is_sent_again(console: Console, simulator: SimulatorProcess, tmp_path: Path, name: str) -> None:
    answer, made = ROWS[name]
    simulator.play([LOST])
    assert console(console.picture, *SMALL, "--json", folder=tmp_path).code == 5
    job = check_in_doubt(console)
    simulator.forget()
    play(simulator, answer, made=made)
    outcome = console("resume", job, "--send-again", "--json", keeps=True, folder=tmp_path)
    bought = [entry["answer"]["task_id"] for entry in simulator.creates()]
    assert len(bought) == int(made or answer.meaning is Meaning.PASSING)
    if outcome.code == 0:
        assert [outcome.result["task_id"]] == bought
        assert console.listed() == []
    else:
        assert (outcome.code, outcome.error["kind"]) == (5, "uncertain")
        assert check_in_doubt(console) == job
        assert list(tmp_path.iterdir()) == []


def test_all_are_chosen() -> None:
    assert {answer.name for answer, _ in ROWS.values()} == set(CHOSEN)
    assert {answer.meaning for answer, _ in ROWS.values()} == set(Meaning)
