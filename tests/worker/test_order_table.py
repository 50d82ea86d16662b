"""An order and whatever may come back of it: at most one task is bought, and none of it is forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.order_answers import ANSWERS, Answer, Meaning
from simulator.process import SimulatorProcess
from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState

from .conftest import Run
from .course import check_kept, orders, uncertain
from .fault_table import TALLY

MakeJob = Callable[..., Job]


@dataclass(frozen=True)
class Row:
    """An answer to an order whose task was made or not, once or to each; `again`: the order of an uncertain job."""

    answer: Answer
    made: bool
    always: bool
    again: bool

    @property
    def name(self) -> str:
        made = "made" if self.made else "not made"
        return f"{'sent again' if self.again else 'order'}: {self.answer.name}, {made}" + ", always" * self.always


def _rows() -> Iterator[Row]:
    for answer in ANSWERS:
        sure = answer.meaning in (Meaning.REFUSED, Meaning.PASSING)
        for made in answer.makes:
            for always in (False, True)[: 1 if sure else 2]:
                yield Row(answer, made, always, again=False)
            yield Row(answer, made, always=not sure, again=True)


ROWS = {row.name: row for row in _rows()}
OLDEST = pytest.mark.oldest_requests("what it makes of answers that are none, and of redirects")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if row.answer.rule["do"] == "status" else OLDEST) for name, row in ROWS.items()],
)
def test_whatever_comes_back(simulator: SimulatorProcess, make_job: MakeJob, run: Run, folder: Path, name: str) -> None:
    row = ROWS[name]
    simulator.play([row.answer.played(row.made, None if row.always else 1)])
    job = make_job(simulator.url)
    if row.again:
        job = uncertain(job, folder)
    ended = run(job).job
    bought = [entry["answer"]["task_id"] for entry in simulator.creates()]
    TALLY.ordered(ended, len(bought))
    passing = row.answer.meaning is Meaning.PASSING
    assert len(bought) == int(row.made or passing), "bought so many times for one word of the user"
    assert len(orders(simulator)) == 1 + passing
    assert ended.state in ends(row), ended.failure
    if ended.state is JobState.READY:
        assert [ended.task_id] == bought
    elif ended.state is JobState.UNCERTAIN:
        assert ended.failure is not None
        assert ended.failure.kind is Kind.UNCERTAIN
        assert "ook at your account before you generate it again" in ended.failure.sentence
        check_kept(folder, job)


def ends(row: Row) -> tuple[JobState, ...]:
    """Give how such a job may end. A task that was made may also be found where an odd answer names it."""
    meaning = row.answer.meaning
    if meaning in (Meaning.KNOWN, Meaning.PASSING):
        return (JobState.READY,)
    if meaning is Meaning.REFUSED and not row.again:
        return (JobState.FAILED,)
    return (JobState.UNCERTAIN, JobState.READY) if row.made else (JobState.UNCERTAIN,)
