"""The network as it is: every row of the table over real sockets."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.process import SimulatorProcess
from tripo_blender.core import retry
from tripo_blender.core.events import AnswerLost
from tripo_blender.core.job import Job
from tripo_blender.core.network import Network
from tripo_blender.core.states import JobState

from .conftest import Run
from .course import KEY, Course, check_kept, orders
from .fault_servers import Forwarder, Listener, LoginProxy, free_port
from .fault_table import CERTIFICATE, READ_BY_US, ROWS, TALLY, End, Fault
from .tls import Authority, TlsDoor

MakeJob = Callable[..., Job]
PICTURE = "https://pictures.example.test/cat.png"
ADVICE = re.compile(
    r"\b(ask|check|choose|correct|download|generate again|look at|put|top up|try|wait)\b", re.IGNORECASE
)
REAL_WAIT = retry.retry_wait


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch, quick: None) -> list[float]:
    """The seconds that would have been waited between two tries; a hundredth is."""
    asked: list[float] = []

    def wait(attempt: int, retry_after: float, chance: float) -> float:
        asked.append(REAL_WAIT(attempt, retry_after, chance))
        return 0.01

    monkeypatch.setattr(retry, "retry_wait", wait)
    return asked


class Stage:
    """Where a row is played: the simulator, and the servers beside it that the row needs."""

    def __init__(self, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.simulator = simulator
        self.servers: list[Listener | TlsDoor] = []
        self.network = Network()
        self._monkeypatch = monkeypatch
        self._folder = folder

    def base_url(self, address: str) -> str:
        """A base URL at which the fault is."""
        path = urlsplit(self.simulator.url).path
        if address == "nameless":
            return f"http://nobody.invalid{path}"
        if address == "proxy":
            proxy = LoginProxy()
            self.servers.append(proxy)
            for name in ("http_proxy", "https_proxy"):
                self._monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
                self._monkeypatch.delenv(name, raising=False)
            return f"https://gateway.example.test{path}"
        if address in CERTIFICATE:
            return f"https://localhost:{self._encrypted(address)}{path}"
        port = free_port()
        if address == "late":
            wait = retry.retry_wait

            def come(attempt: int, retry_after: float, chance: float) -> float:
                if attempt == 2:
                    self.servers.append(Forwarder(self.simulator.url, port))
                return wait(attempt, retry_after, chance)

            self._monkeypatch.setattr(retry, "retry_wait", come)
        return f"http://127.0.0.1:{port}{path}"

    def _encrypted(self, wrong: str) -> int:
        """The port of the gateway behind TLS, whose certificate is wrong."""
        if shutil.which("openssl") is None:
            pytest.skip("no openssl here to sign certificates with")
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            self._monkeypatch.delenv(name, raising=False)
        ours = Authority(self._folder / "ours")
        self.network = Network(certificates=str(ours.file))
        by = Authority(self._folder / "another") if wrong == "wrong chain" else ours
        name = "api.example.test" if wrong == "wrong name" else "localhost"
        context = by.sign(name, -1 if wrong == "expired certificate" else 1)
        door = TlsDoor(context, urlsplit(self.simulator.url).port or 0)
        self.servers.append(door)
        return door.port

    def seen_elsewhere(self) -> str:
        """All that came to a host other than the API's."""
        base = urlsplit(self.simulator.url).path
        away = [
            entry
            for entry in self.simulator.requests()
            if entry["server"] != "api"
            or not entry["path"].startswith(base)
            or not entry["headers"]["Host"].startswith("127.0.0.1:")
        ]
        proxies = [server.seen.decode("latin-1") for server in self.servers if isinstance(server, LoginProxy)]
        heard = [server.heard.decode("latin-1") for server in self.servers if isinstance(server, TlsDoor)]
        return json.dumps(away) + "".join(proxies + heard)


@pytest.fixture
def stage(
    simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch, waits: list[float], tmp_path: Path
) -> Iterator[Stage]:
    stage = Stage(simulator, monkeypatch, tmp_path)
    with ExitStack() as stack:
        stack.callback(lambda: [server.close() for server in stage.servers])
        yield stage


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little patience with slow answers, and with models that do not end."""
    for name in ("READ_SECONDS", "CREATE_SECONDS"):
        monkeypatch.setattr(f"tripo_blender.worker.http.client.{name}", 0.4)
    monkeypatch.setattr("tripo_blender.worker.http.connection.ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(retry, "LONGEST_GENERATION", 0.4)
    monkeypatch.setattr("tripo_blender.worker.download.LARGEST_MODEL", 5_000_000)


OLDEST = pytest.mark.oldest_requests("what it makes of connections, bodies and redirects")


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=() if fault.name in READ_BY_US else OLDEST) for row, (fault, _) in ROWS.items()]
)
def test_fault(
    stage: Stage,
    make_job: MakeJob,
    run: Run,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    row: str,
) -> None:
    fault, strike = ROWS[row]
    end, simulator = fault.ends[strike], stage.simulator
    simulator.options(**fault.options)
    if fault.hurry:
        hurry(monkeypatch)
    if fault.few:
        monkeypatch.setattr(retry, "READ_RETRIES", 3)
        monkeypatch.setattr(retry, "RETRIES", 2)
        monkeypatch.setattr(retry, "BUSY_SECONDS", 0.02)
    job = prepare(stage, fault, strike, make_job, run)
    course = run(job, network=stage.network)
    key_seen = stage.seen_elsewhere().count(KEY)
    TALLY.played += 1
    TALLY.saved += course.job.state is JobState.READY
    TALLY.creates += len(simulator.creates())
    TALLY.sightings += key_seen
    assert key_seen == 0
    check_end(course, end, strike)
    assert len(simulator.creates()) == (int(strike in ("poll", "download")) if end.creates < 0 else end.creates)
    if end.state is JobState.UNCERTAIN:  # it is kept, with its picture, until the user has decided
        assert len(orders(simulator)) == len(course.has(AnswerLost)) == 1
        check_kept(folder, job)
    if fault.asked is not None:
        assert fault.asked[0] <= waits[0] <= fault.asked[1]


def prepare(stage: Stage, fault: Fault, strike: str, make_job: MakeJob, run: Run) -> Job:
    """Set the fault, and give the job that it strikes."""
    simulator = stage.simulator
    if fault.rule is not None:
        port = urlsplit(simulator.options()["files" if strike == "download" else "api"]).port
        rules = [{"on": strike, **rule} for rule in (fault.rule, *fault.then)]
        for rule in rules:
            if "location" in rule:
                rule["location"] = rule["location"].replace("{port}", str(port))
        simulator.play(rules)
        return make_job(simulator.url)
    if strike == "download":
        base_url = stage.base_url(fault.address)
        link = f"{base_url.partition('/tripo')[0]}/model.glb?Expires=1&Signature=0123456789abcdef"
        fields = {"status": "success", "output": {"pbr_model": link}}
        simulator.play([{"on": "poll", "do": "task", "fields": fields, "times": None}])
        return make_job(simulator.url)
    if strike == "poll":
        task_id = run(make_job(simulator.url)).job.task_id  # on an earlier day
        return make_job(stage.base_url(fault.address), task_id=task_id, state=JobState.GENERATING)
    picture = PICTURE if strike == "create" else ""
    return make_job(stage.base_url(fault.address), picture=picture)


def check_end(course: Course, end: End, strike: str) -> None:
    """It ended as the table says: with its model, or with a sentence that says what to do."""
    job = course.job
    assert job.state is end.state, job.failure or course.events
    if end.kind is None:
        return
    assert course.failure.kind is end.kind, course.failure
    for word in end.words:
        assert word.lower() in course.failure.sentence.lower()
    assert ADVICE.search(course.failure.sentence), course.failure.sentence
    if strike == "download":
        assert "base URL" not in course.failure.sentence  # nothing is wrong with that
    if strike == "poll":
        assert job.task_id in course.failure.sentence + course.failure.technical()
