"""A service that shares nothing with the others: known by its file and the registry, and carried out like any."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tripo_blender.core.account import Account, Credentials
from tripo_blender.core.errors import Kind
from tripo_blender.core.events import AnswerLost, Event, Failed, Prepared, Started, Submitting, TaskNamed
from tripo_blender.core.job import Job
from tripo_blender.core.messages import Configure, Happened, Learnt
from tripo_blender.core.recovery import Way
from tripo_blender.core.services.base import Balance, TellsBalance
from tripo_blender.core.services.credentials import is_key_variable
from tripo_blender.core.services.purchase import lost_answer
from tripo_blender.core.services.registry import DEFAULT, SERVICES
from tripo_blender.core.states import JobState
from tripo_blender.core.task import Request, Role, TaskType
from tripo_blender.storage.journal import Journal
from tripo_blender.worker import download, foreground
from tripo_blender.worker.gateway_profile import ProfileBook
from tripo_blender.worker.http.client import Client
from tripo_blender.worker.pool import Pool

from .clay_works import ClayWorks, ClayWorksServer
from .course import Course, check_course, check_sentence, uncertain, wait_for

MakeJob = Callable[..., Job]
KEY = ClayWorksServer.KEY
WHOLE_COURSE = [
    "PUT /shelf",
    "PUT /jobs",
    "GET /jobs/pot-1/state",
    "GET /jobs/pot-1/state",
    "GET /jobs/pot-1/state",
]


@pytest.fixture
def server(png: bytes, quick: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClayWorksServer]:
    """Its server, with the service in the registry, where a file of its own would put it."""
    monkeypatch.setitem(SERVICES, ClayWorks.id, ClayWorks())
    with ClayWorksServer(png).running() as running:
        yield running


@pytest.fixture
def job(server: ClayWorksServer, make_job: MakeJob) -> Job:
    """A job of that service."""
    return replace(make_job(server.url), account=Account(ClayWorks.id, server.url))


@pytest.fixture
def carry(folder: Path, server: ClayWorksServer) -> Callable[[Job], Course]:
    """Carries a job as a script does, and looks at what is left."""

    def run(job: Job) -> Course:
        events: list[Event] = []
        course = Course(foreground.run(job, Credentials(job.account, KEY), folder, events.append), events)
        check_course(course, folder)
        return course

    return run


def calls(server: ClayWorksServer) -> list[str]:
    """What was asked of the API, in order."""
    return [line for line in server.heard if not line.startswith("GET /files/")]


def test_its_model_comes_down(server: ClayWorksServer, job: Job, carry: Callable[[Job], Course], png: bytes) -> None:
    ready = carry(job).job
    assert ready.state is JobState.READY, ready.failure
    assert ready.task_id == "pot-1"
    assert Path(ready.model_path).read_bytes() == server.files["mesh"]
    assert Path(ready.preview_path).read_bytes() == server.files["still"]
    image = ready.artifact(Role.IMAGE)
    assert image is not None
    assert (Path(image.path).name, Path(image.path).read_bytes()) == ("image.png", server.files["sketch"])
    assert calls(server) == WHOLE_COURSE
    _, headers, uploaded = server.requests[0]
    assert uploaded == png
    assert headers["content-type"] == "image/png"
    assert headers["authorization"] == f"Bearer {KEY}"


def test_what_nobody_asked_for_is_left_where_it_is(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]
) -> None:
    """It gives a film, whose role nobody knows."""
    ready = carry(job).job
    asked = {line for line in server.heard if line.startswith("GET /files/")}
    assert asked == {"GET /files/mesh", "GET /files/still", "GET /files/sketch"}
    assert all("authorization" not in headers for line, headers, _ in server.requests if line in asked)
    assert [each.role for each in ready.artifacts] == [Role.IMAGE, Role.MODEL, Role.PREVIEW]


def test_a_finished_task_without_a_model(server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]) -> None:
    del server.files["mesh"]
    course = carry(job)
    assert course.job.state is JobState.FAILED
    assert course.failure.kind is Kind.ANSWER
    assert "gives no link" in course.failure.sentence
    assert "still, sketch, film" in course.failure.detail
    assert course.job.task_id == "pot-1"


def test_a_finished_task_that_lacks_an_image(server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]) -> None:
    del server.files["sketch"]
    course = carry(job)
    assert (course.job.state, course.failure.kind) == (JobState.FAILED, Kind.ANSWER)
    assert course.failure.sentence.startswith("The service says the image is ready, but gives no link to it")


def test_an_image_that_is_cut_short_is_kept_and_told(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]
) -> None:
    server.files["sketch"] = server.files["sketch"][:-20]
    course = carry(job)
    assert (course.job.state, course.failure.kind) == (JobState.FAILED, Kind.MODEL_FILE)
    assert course.failure.sentence.startswith("The image that the service made is damaged")
    (refused,) = course.job.artifacts
    assert (refused.role, Path(refused.path).name) == (Role.IMAGE, "refused.image")
    assert Path(refused.path).read_bytes() == server.files["sketch"]


@pytest.mark.parametrize(
    ("replies", "state", "orders"),
    [
        ({"PUT /shelf": [503, 503]}, JobState.READY, 1),
        ({"PUT /jobs": [503]}, JobState.READY, 2),
        ({"PUT /jobs": [402]}, JobState.FAILED, 1),
        ({"PUT /jobs": [500]}, JobState.UNCERTAIN, 1),
        ({"GET /jobs/pot-1/state": [503, 503]}, JobState.READY, 1),
        ({"GET /files/mesh": [503, 410]}, JobState.READY, 1),
    ],
    ids=["busy upload", "busy order", "no credit", "unclear order", "busy poll", "link has expired"],
)
def test_its_answers_have_the_usual_consequences(
    server: ClayWorksServer,
    job: Job,
    carry: Callable[[Job], Course],
    replies: dict[str, list[int]],
    state: JobState,
    orders: int,
) -> None:
    server.replies = replies
    assert carry(job).job.state is state
    assert calls(server).count("PUT /jobs") == orders


def test_a_lost_order_is_found_by_its_task(server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]) -> None:
    for event in (Started(), Submitting(), AnswerLost(lost_answer("it broke off")), TaskNamed("pot-1")):
        job = job.after(event)
    assert carry(job).job.state is JobState.READY
    assert "PUT /jobs" not in calls(server)


# -- files that are no model ------------------------------------------------------------------------------------------


@pytest.fixture
def sketches(server: ClayWorksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same service, of which images alone are asked."""
    monkeypatch.setattr(SERVICES[ClayWorks.id], "outputs", (Role.IMAGE,), raising=False)


@pytest.mark.usefixtures("sketches")
def test_an_image_alone_comes_without_a_preview(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course]
) -> None:
    ready = carry(job).job
    assert ready.state is JobState.READY, ready.failure
    assert [each.role for each in ready.artifacts] == [Role.IMAGE]
    assert (ready.model_path, ready.model_format) == ("", None)
    assert [line for line in server.heard if line.startswith("GET /files/")] == ["GET /files/sketch"]


@pytest.mark.usefixtures("sketches")
def test_no_second_blender_is_started_for_an_image(server: ClayWorksServer, job: Job, folder: Path) -> None:
    """A window waits for the word that a ready job is set up all the same."""
    told: list[Happened | Learnt] = []
    configure = Configure(str(folder), converts=True, blender="/nowhere/blender")
    pool = Pool(configure, Journal(folder), lambda message: not told.append(message))
    pool.use(Credentials(job.account, KEY))
    pool.run(job)
    happened = [Prepared()]
    wait_for(lambda: [each.event for each in told if isinstance(each, Happened)][-1:] == happened, "its being set up")
    pool.close()
    assert pool._converter is not None
    assert pool._converter._failed_starts == 0


@pytest.mark.usefixtures("sketches")
def test_an_image_that_is_ready_is_taken_up_without_network(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course], folder: Path
) -> None:
    ready, journal = carry(job).job, Journal(folder)
    journal.ownership.release(job.id)
    found = journal.unfinished(ready)
    assert found is not None
    assert found.way is Way.TAKE_IN
    Path(ready.artifacts[0].path).unlink()
    found = journal.unfinished(ready)
    assert found is not None
    assert found.way is Way.FOLLOW
    assert carry(found.job).job.artifacts == ready.artifacts
    assert calls(server).count("PUT /jobs") == 1


@pytest.mark.usefixtures("sketches")
def test_an_image_that_is_far_too_large_is_not_read(
    job: Job, carry: Callable[[Job], Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LARGEST_IMAGE", 0)
    course = carry(job)
    assert (course.job.state, course.failure.kind) == (JobState.FAILED, Kind.MODEL_FILE)
    assert course.failure.sentence.startswith("The image that the service made is larger than 0 MB")


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.DOWNLOADING])
@pytest.mark.parametrize("gives", [Role.MODEL, Role.IMAGE])
def test_of_a_task_that_was_not_asked_for_here_comes_what_it_has(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course], gives: Role, state: JobState
) -> None:
    server.states.clear()
    if gives is Role.IMAGE:
        del server.files["mesh"]
    fetched = replace(job, request=Request(), state=state, task_id="pot-1")
    ready = carry(fetched).job
    assert ready.state is JobState.READY, ready.failure
    assert [each.role for each in ready.artifacts if each.role is not Role.PREVIEW] == [gives]
    assert bool(ready.preview_path) is (gives is Role.MODEL)


@pytest.mark.parametrize("task", [task for task in TaskType if task is not TaskType.IMAGE_TO_MODEL])
def test_what_it_does_not_offer_is_said_before_anything_travels(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course], task: TaskType
) -> None:
    course = carry(replace(job, request=replace(job.request, task=task)))
    assert course.failure.kind is Kind.USAGE
    assert course.failure.sentence == "The clay works make pots of drawings alone. Nothing was sent"
    assert not server.heard


def test_its_balance_is_told(server: ClayWorksServer) -> None:
    service = SERVICES[ClayWorks.id]
    assert isinstance(service, TellsBalance)
    with Client(KEY, server.url) as client:
        assert service.read_balance(client.call(service.balance(server.url))) == Balance(40)
    assert not isinstance(SERVICES[DEFAULT], TellsBalance)


def test_it_is_carried_by_the_pool_of_the_worker(server: ClayWorksServer, job: Job, folder: Path) -> None:
    told: list[Happened | Learnt] = []
    pool = Pool(Configure(str(folder)), Journal(folder), lambda message: not told.append(message))
    pool.use(Credentials(job.account, KEY))
    pool.run(job)

    def carried() -> Job:
        after = job
        for message in told:
            after = after.after(message.event) if isinstance(message, Happened) else after
        return after

    wait_for(lambda: not carried().working, "the end of the job")
    pool.close()
    assert carried().state is JobState.READY, carried().failure
    assert [message for message in told if isinstance(message, Learnt)] == [Learnt(job.account, "shelf")]


def test_the_variable_with_its_key_is_known_for_one(server: ClayWorksServer) -> None:
    """No child process gets it."""
    assert is_key_variable("Clay_Works_Key")


def test_what_is_learnt_of_one_service_is_not_believed_of_another() -> None:
    """They may stand behind one address."""
    book = ProfileBook()
    book.of(Account("clay-works", "https://gateway.example.test/")).learn("shelf", "")
    assert book.of(Account("clay-works", "https://gateway.example.test")).upload_method == "shelf"
    assert book.of(Account(DEFAULT, "https://gateway.example.test")).upload_method == ""


def test_an_upload_method_that_was_chosen_for_another_service_counts_for_nothing(
    server: ClayWorksServer, job: Job, folder: Path
) -> None:
    credentials = Credentials(job.account, KEY, upload_method="upload/sts")
    assert foreground.run(job, credentials, folder, lambda event: None).state is JobState.READY
    assert calls(server) == WHOLE_COURSE


# -- a record of a later version, with a service that this one does not know ------------------------------------------


@pytest.mark.parametrize("by", ["pool", "foreground"])
@pytest.mark.parametrize("doubt", [False, True], ids=["new", "in doubt"])
def test_a_job_of_an_unknown_service_says_so_and_its_record_stays(
    server: ClayWorksServer, job: Job, folder: Path, by: str, doubt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(folder)
    journal.write(job)
    job = uncertain(job, folder) if doubt else job
    record = folder / job.id / "job.json"
    before = record.read_bytes()
    monkeypatch.delitem(SERVICES, ClayWorks.id)
    events: list[Event] = []
    if by == "pool":
        pool = Pool(
            Configure(str(folder)),
            journal,
            lambda message: not (isinstance(message, Happened) and events.append(message.event)),
        )
        pool.run(job)
        pool.close()
    else:
        foreground.run(job, Credentials(job.account, KEY), folder, events.append)
    (failed,) = events
    assert isinstance(failed, Failed)
    check_sentence(failed.failure)
    assert "clay-works" in failed.failure.sentence
    assert "Update the add-on" in failed.failure.sentence
    assert record.read_bytes() == before
    assert Path(job.picture).is_file()
    assert not server.heard
    assert journal.ownership.take(job.id), "nobody holds it"


def test_a_model_of_an_unknown_service_that_is_here_can_still_be_used(
    server: ClayWorksServer, job: Job, carry: Callable[[Job], Course], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = carry(job).job
    Journal(folder).ownership.release(job.id)
    monkeypatch.delitem(SERVICES, ClayWorks.id)
    server.requests.clear()
    assert foreground.run(ready, Credentials(ready.account, ""), folder, lambda event: None).state is JobState.READY
    assert not server.heard
