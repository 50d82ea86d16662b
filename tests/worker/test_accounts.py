"""Accounts: each has its own key, limit and what was learnt of its gateway; none is used for another's job."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import Failed
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Run, UseAccount
from tripo_blender.core.states import JobState

from .course import KEY
from .processes import Worker

MakeJob = Callable[..., Job]
StartSimulator = Callable[..., SimulatorProcess]


def of_account(job: Job, name: str) -> Job:
    return replace(job, account=replace(job.account, name=name))


def keys_at(simulator: SimulatorProcess) -> set[str | None]:
    return {entry["headers"].get("Authorization") for entry in simulator.requests() if entry["server"] != "files"}


def test_two_accounts_at_one_address_have_a_key_each(
    simulator: SimulatorProcess, make_job: MakeJob, start_worker: Callable[..., Worker]
) -> None:
    """The simulator knows one key, so the job of the account with the other one is refused: it took its own."""
    worker = start_worker()
    studio, private = (of_account(make_job(simulator.url), name) for name in ("Studio", "Private"))
    worker.handle.send(UseAccount(Credentials(private.account, "sk-that-nobody-knows")))
    worker.run(studio)
    worker._jobs[private.id] = private
    worker.handle.send(Run(private))
    assert worker.until_ended(studio).state is JobState.READY
    ended = worker.until_ended(private)
    assert ended.failure is not None
    assert ended.failure.kind is Kind.KEY_REFUSED
    assert keys_at(simulator) == {f"Bearer {KEY}", "Bearer sk-that-nobody-knows"}
    assert len(simulator.creates()) == 1


@pytest.mark.parametrize("other", [{"name": "Studio"}, {"base_url": "http://127.0.0.1:9"}, {}], ids=str)
def test_a_job_does_not_take_the_key_of_another_account(
    simulator: SimulatorProcess,
    make_job: MakeJob,
    folder: Path,
    start_worker: Callable[..., Worker],
    other: dict[str, str],
) -> None:
    worker = start_worker()
    job = make_job(simulator.url)
    if other:
        worker.handle.send(UseAccount(Credentials(replace(job.account, **other), KEY)))
    worker._jobs[job.id] = job
    worker.handle.send(Run(job))
    ended = worker.until_ended(job)
    assert ended.failure is not None
    assert ended.failure.kind is Kind.NO_KEY
    assert ended.name in ended.failure.sentence
    assert simulator.requests() == []
    assert [type(event) for _, event in worker.events] == [Failed]


def test_each_account_has_its_own_limit(
    start_simulator: StartSimulator, make_job: MakeJob, start_worker: Callable[..., Worker]
) -> None:
    simulator = start_simulator(seconds=60)
    worker = start_worker()
    jobs = {name: [of_account(make_job(simulator.url), name) for _ in range(4)] for name in ("One", "Three")}
    for name, at_once in (("One", 1), ("Three", 3)):
        account = jobs[name][0].account
        worker.handle.send(UseAccount(Credentials(account, KEY, at_once)))
        for job in jobs[name]:
            worker._jobs[job.id] = job
            worker.handle.send(Run(job))

    def generating(name: str) -> int:
        return sum(worker._jobs[job.id].state is JobState.GENERATING for job in jobs[name])

    worker.until(lambda: generating("Three") == 3 and generating("One") == 1, "all places to be taken")
    assert len(simulator.creates()) == 4


def test_what_is_learnt_of_a_gateway_is_learnt_for_its_account(
    start_simulator: StartSimulator, make_job: MakeJob, start_worker: Callable[..., Worker]
) -> None:
    simulator = start_simulator(uploads="upload")
    worker = start_worker()
    for name in ("Studio", "Studio", "Private"):
        job = of_account(make_job(simulator.url), name)
        worker.run(job)
        assert worker.until_ended(job).state is JobState.READY
    uploads = [
        entry["path"].rpartition("/v2/openapi/")[2] for entry in simulator.requests() if "upload" in entry["path"]
    ]
    assert uploads == ["upload/sts", "upload", "upload", "upload/sts", "upload"]
    assert {learnt.account.name for learnt in worker.learnt} == {"Studio", "Private"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Account(base_url="https://a.test/v2"), Account(base_url="HTTPS://A.test:443/v2/"), True),
        (Account(base_url="https://a.test/v2"), Account(base_url="https://a.test/v2", name="Studio"), False),
        (Account(base_url="https://a.test/v2"), Account("tripo", "https://a.test/v2"), False),
        (Account(base_url="https://a.test/v2"), Account(base_url="https://b.test/v2"), False),
    ],
)
def test_whether_two_accounts_are_one(one: Account, other: Account, same: bool) -> None:
    assert one.is_same(other) is same
