"""Ctrl-C at any moment of an order in the foreground, any number of times: it ends soon, and what it says is true."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record
from tripo_blender.core.states import JobState
from tripo_blender.storage.journal import Journal
from tripo_blender.worker.interrupt import Interrupt, Once

from .course import check_folder, orders, record_of, wait_for

MakeJob = Callable[..., Job]
StartParent = Callable[[str, dict[str, Any]], "subprocess.Popen[str]"]
pytestmark = [
    pytest.mark.oldest_requests("what Ctrl-C does inside of it"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles"),
]
ENDS_SECONDS = 20.0

# As the command line: the first Ctrl-C ends it wherever it is, and the last words are what was told until then.
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from pathlib import Path
from tripo_blender.core.account import Credentials
from tripo_blender.core.job import Job
from tripo_blender.core.serialization import from_record, to_record
from tripo_blender.worker import foreground
from tripo_blender.worker.interrupt import Once
order = json.loads(sys.stdin.readline())
job = from_record(Job, order["job"])
def emit(event):
    global job
    job = job.after(event)
with Once().listening():
    try:
        print(json.dumps({"begins": True}), flush=True)
        foreground.run(job, Credentials(job.account, order["key"]), Path(order["folder"]), emit)
        print(json.dumps({"job": to_record(job)}), flush=True)
    except KeyboardInterrupt:
        print(json.dumps({"job": to_record(job)}), flush=True)
"""


def last_word(script: "subprocess.Popen[str]") -> Job:
    """The job as it was told at the end, which comes in a bounded time."""
    lines, errors = script.communicate(timeout=ENDS_SECONDS)
    assert script.returncode == 0, errors
    assert errors == ""
    return from_record(Job, json.loads(lines.splitlines()[-1])["job"])


def check_truth(told: Job, folder: Path, simulator: SimulatorProcess) -> None:
    """What was told, what is on record and what was bought are one."""
    wait_for(lambda: len(simulator.creates()) == len(orders(simulator)), "the gateway to be done")
    bought = [entry["answer"]["task_id"] for entry in simulator.creates()]
    assert len(bought) <= 1
    recorded = Journal(folder).record_of(told.id)
    if told.state is JobState.UNCERTAIN:
        assert bought
        assert Path(told.picture).is_file()
    else:
        assert told.task_id == "".join(bought)
        assert told.state in (JobState.CANCELLED, JobState.READY)
    if bought:
        assert recorded is not None
        assert (recorded.state, recorded.task_id) == (told.state, told.task_id)
    else:
        assert recorded is None
        assert not (folder / told.id).exists()
    assert list(folder.glob("*.lock")) == []
    check_folder(folder)


@pytest.mark.parametrize("seed", range(12))
def test_a_burst_of_ctrl_c(
    start_simulator: Callable[..., SimulatorProcess],
    make_job: MakeJob,
    folder: Path,
    start_parent: StartParent,
    seed: int,
) -> None:
    chance = random.Random(seed)
    simulator = start_simulator(seconds=0.2)
    simulator.play(
        [{"on": on, "do": "delay", "seconds": chance.uniform(0.1, 0.5)} for on in ("upload", "create", "poll")]
    )
    script = start_parent(SCRIPT, {"job": make_job(simulator.url), "folder": str(folder)})
    assert script.stdout is not None
    assert script.stdout.readline()
    time.sleep(chance.uniform(0, 1.2))
    gap = chance.choice((0.0, 0.001, 0.005, 0.02, 0.05))
    for _ in range(chance.randint(2, 25)):
        if script.poll() is None:
            script.send_signal(signal.SIGINT)
            time.sleep(gap * chance.random())
    check_truth(last_word(script), folder, simulator)


def test_who_insists_does_not_wait_for_the_answer(
    simulator: SimulatorProcess, make_job: MakeJob, folder: Path, start_parent: StartParent
) -> None:
    """A key that is held down is one word; what comes seconds later is another. The order may be bought: uncertain."""
    simulator.play([{"on": "create", "do": "delay", "seconds": 60}])
    job = make_job(simulator.url)
    script = start_parent(SCRIPT, {"job": job, "folder": str(folder)})
    wait_for(lambda: orders(simulator), "the order")
    began = time.monotonic()

    def pressed() -> bool:
        if script.poll() is None:
            script.send_signal(signal.SIGINT)
        return script.poll() is not None

    wait_for(pressed, "its end", ENDS_SECONDS)
    assert time.monotonic() - began > 1.0, "a burst is no insisting"
    told = last_word(script)
    assert told.state is JobState.UNCERTAIN
    assert record_of(folder, job.id)["state"] == "uncertain"
    assert Path(told.picture).is_file()
    check_folder(folder)


@pytest.fixture
def interrupt() -> Any:
    """One that listens."""
    stop = Interrupt()
    with stop.listening():
        yield stop


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_it_breaks_off_only_where_it_may(interrupt: Interrupt) -> None:
    press()
    assert interrupt.is_set()
    for region in (interrupt.shielded, interrupt.uninterrupted):
        with region():
            press()
    with pytest.raises(KeyboardInterrupt), interrupt.interruptible():
        pytest.fail("it came before")


def test_it_breaks_off_at_once_and_not_what_cleans_up_after_it(interrupt: Interrupt) -> None:
    done = []

    def work() -> None:
        with interrupt.interruptible():
            try:
                press()
                done.append("went on")
            finally:
                press()
                done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["cleaned up"]


def test_what_is_written_inside_is_not_broken_off(interrupt: Interrupt) -> None:
    done = []

    def work() -> None:
        with interrupt.interruptible():
            with interrupt.uninterrupted():
                press()
                done.append("written")
            press()
            done.append("went on")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["written"]


def test_a_wait_ends_soon(interrupt: Interrupt) -> None:
    press()
    assert interrupt.wait(60) is True


def test_a_command_line_takes_one() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Once().listening():
            pass
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        once = Once()
        with once.listening():
            stop = Interrupt()
            with stop.listening():
                press()
            assert once.used, "what a job was stopped by does not disturb what is said of it"
            press()
        press()  # the process is about to end
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with Once().listening():
            with pytest.raises(KeyboardInterrupt):
                press()
            press()
    finally:
        signal.signal(signal.SIGINT, before)
