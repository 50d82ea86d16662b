"""What a job is after its process has died, and what may be done about it."""

from dataclasses import replace

import pytest

from tripo_blender.core.account import Account
from tripo_blender.core.errors import Failure, Kind, TripoError
from tripo_blender.core.events import (
    AnswerLost,
    Cancelled,
    Event,
    Failed,
    Generated,
    Imported,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
    TaskNamed,
    model_downloaded,
)
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.placement import Spot
from tripo_blender.core.recovery import (
    Unfinished,
    Way,
    abandoned,
    account_problem,
    checked_task_id,
    elsewhere,
    ended_elsewhere,
    further,
    given_up,
    not_given_up,
    resumed,
    stopped,
    superseded,
    too_many_files,
    unfinished,
    without_account,
)
from tripo_blender.core.states import JobState
from tripo_blender.core.task import ImageFile, copy_stem

from .fixtures import written

URL = "https://api.example.test"
FRESH = image_job(
    "job-1", "Chair", "/jobs/chair.png", Settings(quad=True), URL, 1.0, source="chair.png", spot=Spot(1.0, 2.0)
)
OTHER = Account(base_url="https://other.example.test")
LOST = AnswerLost(Failure(Kind.UNCERTAIN, written("Lost"), "the line broke"))
ORDERED: list[Event] = [Started(), Submitting({"image": "ab12"})]
MADE: list[Event] = [*ORDERED, TaskCreated("t-1", "trace-1")]
AGAIN: list[Event] = [*ORDERED, LOST, Started()]
READY: list[Event] = [*MADE, Generated(20.0), model_downloaded("/jobs/model.glb", ModelFormat.GLB)]


def after(*events: Event) -> Job:
    job = FRESH
    for event in events:
        job = job.after(event)
    return job


def found(*events: Event, files_there: bool = True) -> Unfinished:
    result = unfinished(after(*events), files_there=files_there)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("events", "way", "words"),
    [
        ([], Way.ORDER, "Not ordered yet"),
        ([Started()], Way.ORDER, "Not ordered yet"),
        ([*ORDERED, LOST], Way.DECIDE, "Not Confirmed"),
        ([*MADE, Progressed(50)], Way.FOLLOW, "Generating: 48%"),
        ([*MADE, Generated()], Way.FOLLOW, "Generated, not downloaded yet"),
        (READY, Way.TAKE_IN, "Ready, needs no network"),
        ([*READY, Failed(Failure(Kind.IMPORT, written("No")))], Way.FETCH, "Failed, can be downloaded again"),
    ],
    ids=str,
)
def test_a_job_is_as_its_record_says(events: list[Event], way: Way, words: str) -> None:
    result = found(*events)
    assert (result.job, result.way, result.words) == (after(*events), way, words)
    assert result.waits is (way is not Way.FETCH)


@pytest.mark.parametrize("events", [[], [Started()], ORDERED], ids=str)
def test_what_failed_unheard_and_unpaid_is_as_before(events: list[Event]) -> None:
    """Who hears of such an end forgets the job; its record is there because nobody did."""
    result = found(*events, Failed(Failure(Kind.BUSY, written("Wait"))))
    assert (result.way, result.waits, result.job.state, result.job.failure) == (Way.ORDER, True, JobState.QUEUED, None)
    assert superseded(result.job, after(*events, Failed(Failure(Kind.BUSY, written("Wait"))))) is None
    assert superseded(result.job, after(*MADE, Failed(Failure(Kind.BUSY, written("Wait"))))) is not None


@pytest.mark.parametrize(
    ("names", "hours", "is_abandoned"),
    [
        (["picture.png"], 25, True),
        ([f"{copy_stem(slot)}.png" for slot in ("image", "front", "back", "image_2")], 25, True),
        (["picture.png", "front.png"], 9999, False),  # which a task gave
        ([], 25, True),
        (["picture.jpg"], 23, False),
        (["picture.png"], -9999, False),  # the clock was set back
        (["picture.png", "job.json"], 9999, False),
        (["picture.png", "job.part"], 9999, False),
        (["model.blend"], 25, True),  # a local model that was set up for the scene
        (["model.blend", "model.blend@"], 25, True),
        (["model.blend", "job.json"], 9999, False),
        (["picture.png", "preview.png", "model.part", "cancelled"], 25, True),
        (["model.glb"], 9999, False),
        (["model.blend", "model.glb"], 9999, False),
        (["refused.model"], 9999, False),
        (["mine.txt"], 9999, False),
    ],
)
def test_a_folder_whose_files_are_worth_nothing_without_a_record_is_abandoned_in_the_end(
    names: list[str], hours: float, is_abandoned: bool
) -> None:
    assert abandoned(names, hours * 3600) is is_abandoned


def test_an_order_that_was_under_way_is_uncertain() -> None:
    result = found(*ORDERED)
    assert (result.job.state, result.way) == (JobState.UNCERTAIN, Way.DECIDE)
    assert result.job.failure is not None
    assert "you may have been charged" in result.job.failure.sentence


def test_a_model_that_is_gone_is_fetched_by_its_task() -> None:
    result = found(*READY, files_there=False)
    assert result.way is Way.FOLLOW
    job = result.job
    assert (job.state, job.task_id, job.trace_id, job.model_path) == (JobState.GENERATING, "t-1", "trace-1", "")
    assert (job.id, job.name, job.spot, job.settings) == (FRESH.id, FRESH.name, FRESH.spot, FRESH.settings)
    assert (job.request.inputs["image"], job.source) == (ImageFile("/jobs/chair.png", "ab12"), "chair.png")


@pytest.mark.parametrize(
    "events",
    [
        [*READY, Imported("Chair")],
        [Cancelled()],
        [*MADE, Cancelled()],
        [Failed(Failure(Kind.INTERNAL, written("A mistake")))],
        [*MADE, Failed(Failure(Kind.TASK_FAILED, written("The service could not make it")))],
    ],
    ids=str,
)
def test_what_ended_is_not_listed(events: list[Event]) -> None:
    assert unfinished(after(*events), files_there=True) is None


def test_a_local_model_that_is_gone_is_not_listed() -> None:
    assert unfinished(after(model_downloaded("/chair.glb", ModelFormat.GLB)), files_there=False) is None


def test_a_failed_job_without_a_reason_can_be_fetched() -> None:
    assert unfinished(replace(FRESH, state=JobState.FAILED, task_id="t-1"), files_there=False) is not None


@pytest.mark.parametrize("events", [[Started()], MADE, READY], ids=str)
def test_what_is_certain_goes_on_as_it_is(events: list[Event]) -> None:
    assert resumed(found(*events)) == after(*events)


def test_what_failed_is_fetched() -> None:
    job = resumed(found(*READY, Failed(Failure(Kind.IMPORT, written("No")))))
    assert (job.state, job.task_id, job.failure) == (JobState.GENERATING, "t-1", None)


def test_an_uncertain_order_waits_for_a_choice() -> None:
    uncertain = found(*ORDERED, LOST)
    with pytest.raises(TripoError, match="paste the task's ID, generate it again, or discard it") as error:
        resumed(uncertain)
    assert (error.value.failure.kind, error.value.failure.detail) == (Kind.UNCERTAIN, "the line broke")
    again = resumed(uncertain, send_again=True)
    assert (again.state, again.in_doubt) == (JobState.UPLOADING, True)
    job = resumed(uncertain, task_id=" t-2\n")
    assert (job.state, job.task_id, job.in_doubt) == (JobState.GENERATING, "t-2", True)
    with pytest.raises(TripoError, match="not both"):
        resumed(uncertain, send_again=True, task_id="t-2")


@pytest.mark.parametrize("text", ["task 7", "t/2", "../x", "Ä-1", "t-2;", "x" * 201, "https://a.test/t-2", "chair"])
def test_what_has_not_the_form_of_a_task_s_id_is_refused(text: str) -> None:
    with pytest.raises(TripoError, match="This is not a task ID"):
        resumed(found(*ORDERED, LOST), task_id=text)
    with pytest.raises(TripoError):
        checked_task_id(text)


@pytest.mark.parametrize("events", [AGAIN, [*AGAIN, Submitting()]], ids=["uploading", "submitting"])
def test_one_that_was_being_sent_again_waits_for_a_choice_anew(events: list[Event]) -> None:
    """Its process died: not even the user's word sends it a third time by itself."""
    result = found(*events)
    assert (result.way, result.job.state) == (Way.DECIDE, JobState.UNCERTAIN)
    with pytest.raises(TripoError, match="generate it again"):
        resumed(result)


def test_one_whose_task_was_named_is_looked_for_on() -> None:
    result = found(*ORDERED, LOST, TaskNamed("t-2"))
    assert (result.way, result.job.in_doubt) == (Way.FOLLOW, True)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], JobState.CANCELLED),
        ([Started()], JobState.CANCELLED),
        (ORDERED, JobState.UNCERTAIN),  # the order may be out
        (MADE, JobState.CANCELLED),
        ([*MADE, Generated()], JobState.CANCELLED),
        (READY, JobState.CANCELLED),
        ([*ORDERED, LOST], JobState.UNCERTAIN),  # the word came too late; who gives a job up writes that down
        (AGAIN, JobState.UNCERTAIN),
        ([*AGAIN, Submitting()], JobState.UNCERTAIN),
        ([*ORDERED, LOST, TaskNamed("t-2")], JobState.UNCERTAIN),
    ],
    ids=str,
)
def test_what_was_cancelled_and_not_written_down_is_never_ordered(events: list[Event], state: JobState) -> None:
    job = stopped(after(*events))
    assert job.state is state
    found_ = unfinished(job, files_there=True)
    assert found_ is None if state is JobState.CANCELLED else found_ is not None and found_.way is Way.DECIDE


def test_an_uncertain_job_without_a_reason_waits_for_a_choice() -> None:
    with pytest.raises(TripoError, match="Look at your account"):
        resumed(Unfinished(replace(FRESH, state=JobState.UNCERTAIN), Way.DECIDE))


def test_there_is_no_choice_where_all_is_known() -> None:
    for choice in ({"send_again": True}, {"task_id": "t-2"}):
        with pytest.raises(TripoError, match="nothing to decide about Chair: its job is being generated"):
            resumed(found(*MADE), **choice)  # type: ignore[arg-type]


@pytest.mark.parametrize("events", [[], [Started()], [Failed(Failure(Kind.BUSY, written("Wait")))]], ids=str)
def test_what_is_taken_up_is_no_new_job_any_more(events: list[Event]) -> None:
    job = resumed(found(*events))
    assert superseded(job, None) is not None
    assert superseded(job, after(*events)) is None


@pytest.mark.parametrize(
    ("recorded", "sentence"),
    [
        (None, "The job of Chair was discarded elsewhere in the meantime, so nothing was done for it"),
        ([*MADE, Cancelled()], "The job of Chair was discarded elsewhere in the meantime, so nothing was done for it"),
        ([*READY, Imported("Chair")], "The job of Chair was finished elsewhere in the meantime, so nothing was done"),
        (READY, ""),
        ([*MADE, Failed(Failure(Kind.NETWORK, written("Off")))], ""),
    ],
)
@pytest.mark.parametrize("known", [[], ORDERED, MADE, READY])
def test_what_ended_elsewhere_since_it_was_looked_at_is_not_gone_on_with(
    known: list[Event], recorded: list[Event] | None, sentence: str
) -> None:
    failure = ended_elsewhere(found(*known), None if recorded is None else after(*recorded))
    assert (failure.sentence if failure else "").startswith(sentence)
    assert (failure is None) == (not sentence)


def test_a_failed_one_is_fetched_at_the_users_word_though_its_record_is_gone() -> None:
    assert ended_elsewhere(found(*MADE, Failed(Failure(Kind.NETWORK, written("Off")))), None) is None


def test_what_is_given_up_can_be_fetched_where_it_was_paid_for() -> None:
    assert given_up(found()).english() == "Chair was discarded. Nothing was ordered for it"
    assert "Its task t-1 can still be downloaded" in given_up(found(*MADE)).english()
    assert "If your account shows its task" in given_up(found(*ORDERED)).english()


def test_one_that_the_disk_keeps_says_so_and_what_to_do() -> None:
    failure = not_given_up("Chair", "/jobs/job-1")
    assert (failure.kind, failure.detail) == (Kind.DISK, "/jobs/job-1")
    assert "Make the add-on's folder writable" in failure.sentence


def test_a_job_for_which_no_file_can_be_opened_says_so() -> None:
    failure = too_many_files("Too many open files")
    assert (failure.kind, failure.detail) == (Kind.DISK, "Too many open files")
    assert "raise the limit of open files" in failure.sentence
    assert "disk" not in failure.sentence


def test_another_blender_s_job_is_told_by_name() -> None:
    assert elsewhere("Chair").sentence.startswith("Another Blender on this computer runs the job of Chair")


@pytest.mark.parametrize(
    ("events", "recorded", "may"),
    [
        ([], None, True),
        ([], [], True),
        ([Started()], [Started()], True),
        ([Started()], [], True),
        ([Started()], None, False),  # it was on record when it was looked at
        ([], ORDERED, False),
        ([], [*ORDERED, LOST], False),
        ([], MADE, False),
        ([], [Cancelled()], False),
        (AGAIN, ORDERED, True),
        (AGAIN, [*ORDERED, LOST], True),
        (AGAIN, AGAIN, True),
        (AGAIN, MADE, False),
        (AGAIN, [*ORDERED, Cancelled()], False),
        (AGAIN, None, False),
        (MADE, READY, True),
        (MADE, [*ORDERED, LOST], True),
    ],
    ids=str,
)
def test_nothing_is_bought_on_an_older_word(events: list[Event], recorded: list[Event] | None, may: bool) -> None:
    failure = superseded(after(*events), None if recorded is None else after(*recorded))
    assert (failure is None) is may
    if failure is not None:
        assert "nothing was sent" in failure.sentence
        assert ("t-1" in failure.sentence) is (recorded == MADE)


def test_of_what_was_told_and_what_was_recorded_the_further_counts() -> None:
    assert further(after(*ORDERED), None) == after(*ORDERED)
    assert further(after(*ORDERED), after(*MADE)) == after(*MADE)
    assert further(after(*MADE), after(*ORDERED)) == after(*MADE)
    assert further(after(*MADE, Progressed(50)), after(*MADE)).percent > after(*MADE).percent
    assert further(after(Cancelled()), after(*MADE)) == after(Cancelled())
    # Told that it is being ordered; on record, that it waits for the next attempt.
    assert further(after(*ORDERED), after(Started())) == after(Started())


def test_the_key_goes_to_its_own_gateway_alone() -> None:
    assert account_problem(found(*MADE), Account(base_url=URL)) is None
    assert account_problem(found(*MADE), Account(base_url=f"{URL.upper()}:443/")) is None
    assert account_problem(found(*READY), OTHER) is None
    assert account_problem(found(*MADE), Account(base_url=URL, name="Studio")) is not None
    error = account_problem(found(*MADE), OTHER)
    assert error is not None
    assert f"was begun at {URL}" in str(error)


def test_a_job_whose_account_has_no_key_says_which() -> None:
    failure = without_account(FRESH)
    assert failure.kind is Kind.NO_KEY
    assert FRESH.name in failure.sentence
    assert failure.detail == URL
