"""The job table: the one way of a job, and that nothing a worker may tell breaks it."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.events import (
    AnswerLost,
    Cancelled,
    Delayed,
    Downloaded,
    Event,
    Failed,
    Generated,
    Imported,
    Kept,
    Prepared,
    Progressed,
    Started,
    Submitting,
    TaskCreated,
    TaskFound,
    TaskNamed,
    model_downloaded,
)
from tripo_blender.core.formats.model import ModelFormat
from tripo_blender.core.job import Job, image_job
from tripo_blender.core.options.generation import Settings
from tripo_blender.core.sentences.text import text
from tripo_blender.core.states import SPANS, JobState
from tripo_blender.core.task import VIEWS_IN_ORDER, Artifact, ImageFile, ImageUrl, Request, TaskType

from .fixtures import written
from .strategies import EVENT_TYPES, EVENTS, JOBS

FAILURE = Failure(Kind.NETWORK, written("The cable is out. Plug it in"), trace_id="trace-of-the-failure")
SAMPLES: dict[type[Event], Event] = {
    Started: Started(),
    Submitting: Submitting({"image": "abc"}),
    TaskCreated: TaskCreated("task-1", "trace-1"),
    AnswerLost: AnswerLost(FAILURE),
    TaskNamed: TaskNamed("task-1"),
    TaskFound: TaskFound(),
    Progressed: Progressed(50, 2, 30),
    Delayed: Delayed(written("trying again")),
    Generated: Generated(30, 7, 8),
    Downloaded: model_downloaded("/models/model.glb", ModelFormat.GLB, "/models/preview.webp"),
    Prepared: Prepared("/models/model.blend", "Chair\nChair 2"),
    Imported: Imported("Chair"),
    Kept: Kept(),
    Failed: Failed(FAILURE),
    Cancelled: Cancelled(),
}
# The page on the architecture draws it; the user's three ways out of UNCERTAIN are in its second line.
WAYS = {
    JobState.QUEUED: {
        Started: JobState.UPLOADING,
        TaskCreated: JobState.GENERATING,
        Downloaded: JobState.READY,  # a local file
        Delayed: JobState.QUEUED,  # what it needs is not there yet
    },
    JobState.UPLOADING: {Submitting: JobState.SUBMITTING, Progressed: JobState.UPLOADING, Delayed: JobState.UPLOADING},
    JobState.SUBMITTING: {
        TaskCreated: JobState.GENERATING,
        AnswerLost: JobState.UNCERTAIN,
        Delayed: JobState.SUBMITTING,
    },
    JobState.GENERATING: {
        TaskFound: JobState.GENERATING,
        Generated: JobState.DOWNLOADING,
        Progressed: JobState.GENERATING,
        Delayed: JobState.GENERATING,
    },
    JobState.DOWNLOADING: {
        Downloaded: JobState.READY,
        Progressed: JobState.DOWNLOADING,
        Delayed: JobState.DOWNLOADING,
    },
    JobState.READY: {Imported: JobState.DONE, Kept: JobState.DONE, Prepared: JobState.READY, Delayed: JobState.READY},
    JobState.UNCERTAIN: {
        Started: JobState.UPLOADING,
        TaskNamed: JobState.GENERATING,
        TaskCreated: JobState.GENERATING,
    },
}
FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
GOOD_WAY = (
    SAMPLES[Started],
    SAMPLES[Submitting],
    SAMPLES[TaskCreated],
    SAMPLES[Generated],
    SAMPLES[Downloaded],
    SAMPLES[Prepared],
    SAMPLES[Imported],
)


def hash_of(job: Job) -> str:
    """What is known of the image that went up."""
    image = job.request.inputs.get("image")
    return image.sha256 if isinstance(image, ImageFile) else ""


def make_job(state: JobState = JobState.QUEUED, **values: object) -> Job:
    job = image_job("job-1", "Chair", "/pictures/chair.png", Settings(), "https://api.example.test", 1_790_000_000.0)
    return replace(job, state=state, **values)


def follow(job: Job, *events: Event) -> Job:
    for event in events:
        job = job.after(event)
    return job


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", WAYS)
def test_every_event_in_every_state_leads_where_the_table_says(state: JobState, kind: type[Event]) -> None:
    expected = {Failed: JobState.FAILED, Cancelled: JobState.CANCELLED, **WAYS[state]}.get(kind)
    job = make_job(state).after(SAMPLES[kind])
    if state is JobState.UNCERTAIN and kind is not Cancelled and expected in (None, JobState.FAILED):
        assert (job.state, job.failure.kind) == (JobState.UNCERTAIN, Kind.UNCERTAIN)
    elif expected is not None:
        assert job.state is expected
    else:
        assert (job.state, job.failure.kind) == (JobState.FAILED, Kind.INTERNAL)
        assert kind.__name__ in job.failure.detail


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", FINAL)
def test_a_final_job_absorbs_what_comes_late(state: JobState, kind: type[Event]) -> None:
    job = make_job(state, task_id="task-0", percent=40.0)
    assert job.final
    assert job.after(SAMPLES[kind]) == job


def test_a_cancelled_order_whose_answer_was_lost_is_uncertain_after_all() -> None:
    cancelled = make_job(JobState.SUBMITTING).after(Cancelled())
    uncertain = cancelled.after(AnswerLost(FAILURE))
    assert (uncertain.state, uncertain.failure, uncertain.unsettled) == (JobState.UNCERTAIN, FAILURE, FAILURE)
    assert make_job(JobState.FAILED).after(AnswerLost(FAILURE)).state is JobState.FAILED


@pytest.mark.parametrize("state", FINAL)
def test_a_final_job_keeps_the_id_of_a_task_that_was_made_late(state: JobState) -> None:
    job = make_job(state).after(TaskCreated("task-1", "trace-1"))
    assert (job.state, job.task_id, job.trace_id) == (state, "task-1", "trace-1")
    assert job.after(TaskCreated("task-2")).task_id == "task-1"


def test_a_job_that_goes_well_gathers_what_it_learns() -> None:
    job = follow(make_job(), *GOOD_WAY)
    assert job.state is JobState.DONE
    assert (job.task_id, job.trace_id, job.credits) == ("task-1", "trace-1", 30)
    assert (job.model_path, job.model_format, job.object_name) == ("/models/model.glb", ModelFormat.GLB, "Chair")
    assert (hash_of(job), job.model_seed, job.texture_seed) == ("abc", 7, 8)
    assert job.preview_path == "/models/preview.webp"
    assert job.percent == 100
    assert job.failure is None


def test_what_nobody_said_stays_unknown() -> None:
    job = make_job()
    unknown = (hash_of(job), job.model_seed, job.texture_seed, job.preview_path)
    assert unknown == ("", -1, -1, "")
    way = (Started(), Submitting(), TaskCreated("task-1"), Generated(), model_downloaded("/m.glb", ModelFormat.GLB))
    job = follow(job, *way)
    assert (hash_of(job), job.model_seed, job.texture_seed, job.preview_path) == unknown


def test_a_picture_that_is_not_read_again_keeps_its_hash() -> None:
    again = follow(make_job(), Started(), Submitting({"image": "abc"}), AnswerLost(FAILURE), Started())
    assert hash_of(again.after(Submitting())) == "abc"
    assert hash_of(again.after(Submitting({"image": "def"}))) == "def"


def test_every_file_that_goes_up_gets_its_hash() -> None:
    inputs = {
        "front": ImageFile("/f.png"),
        "back": ImageFile("/b.png", "old"),
        "left": ImageUrl("https://a.test/l.png"),
    }
    job = replace(make_job(), request=Request(TaskType.MULTIVIEW_TO_MODEL, inputs))
    job = follow(job, Started(), Submitting({"front": "f0", "back": "ba", "left": "none"}))
    assert job.request.inputs == {
        "front": ImageFile("/f.png", "f0"),
        "back": ImageFile("/b.png", "ba"),
        "left": ImageUrl("https://a.test/l.png"),
    }
    assert job.request.files == {"front": "/f.png", "back": "/b.png"}
    assert job.picture == ""


def test_a_job_need_not_give_a_model() -> None:
    images = tuple(Artifact(view, f"/jobs/{view}.png", "png") for view in VIEWS_IN_ORDER)
    job = follow(make_job(), Started(), Submitting(), TaskCreated("task-1"), Generated(), Downloaded(images), Kept())
    assert (job.state, job.percent) == (JobState.DONE, 100)
    assert (job.model_path, job.model_format, job.preview_path) == ("", None, "")
    assert job.artifacts == images


def test_a_local_file_needs_no_service() -> None:
    job = follow(make_job(), model_downloaded("/home/ada/chair.fbx", ModelFormat.FBX), Imported("Chair"))
    assert job.state is JobState.DONE
    assert (job.model_path, job.model_format, job.task_id) == ("/home/ada/chair.fbx", ModelFormat.FBX, "")


def test_a_model_that_is_prepared_is_as_ready_as_before() -> None:
    ready = make_job(JobState.READY, percent=99.0).after(Delayed(text("import.preparing")))
    prepared = ready.after(SAMPLES[Prepared])
    assert (prepared.state, prepared.percent, prepared.note) == (JobState.READY, 99, None)
    assert prepared.prepared == SAMPLES[Prepared]
    assert not prepared.working
    assert prepared.after(Imported("Chair")).state is JobState.DONE


def test_a_model_that_was_not_prepared_comes_with_the_reason() -> None:
    job = make_job(JobState.READY).after(Prepared(why=text("import.in_place.memory")))
    assert (job.prepared.path, job.prepared.names, job.prepared.inspection) == ("", "", None)
    assert job.prepared.why == text("import.in_place.memory")


def test_a_model_that_is_dangerous_ends_the_job_and_keeps_its_file() -> None:
    failure = Failure(Kind.MODEL_DANGEROUS, written("Blender crashed on it"))
    job = make_job(JobState.READY, artifacts=model_downloaded("/models/model.glb", "glb").artifacts).after(
        Failed(failure)
    )
    assert (job.state, job.failure, job.model_path) == (JobState.FAILED, failure, "/models/model.glb")
    assert job.after(SAMPLES[Prepared]) == job


def test_the_bar_fills_from_state_to_state_without_a_gap() -> None:
    spans = [SPANS[state] for state in JobState if state in SPANS]
    assert spans[0][0] == 0
    assert spans[-1] == (100, 100)
    assert [end for _, end in spans[:-2]] == [start for start, _ in spans[1:-1]]


def test_progress_is_shared_out_over_the_states_span() -> None:
    low, high = SPANS[JobState.GENERATING]
    job = make_job(JobState.GENERATING).after(Progressed(50, 2, 30))
    assert job.percent == (low + high) / 2
    assert (job.queue_position, job.seconds_left) == (2, 30)
    assert job.after(Progressed(1000)).percent == high
    assert job.after(Progressed(-1)).percent == job.percent


def test_the_next_state_forgets_the_queue_the_guess_and_the_note() -> None:
    job = make_job(JobState.GENERATING, queue_position=2, seconds_left=30.0, note=written("busy")).after(Generated())
    assert (job.queue_position, job.seconds_left, job.note) == (-1, -1, None)


def test_a_delay_is_noted_until_it_goes_on() -> None:
    job = make_job(JobState.GENERATING).after(Delayed(text("service.is_busy")))
    assert job.note == text("service.is_busy")
    assert job.after(Progressed(10)).note is None


def test_a_failure_brings_its_trace_id_and_otherwise_the_purchases_stays() -> None:
    job = make_job(JobState.GENERATING, trace_id="trace-1")
    assert job.after(Failed(FAILURE)).trace_id == "trace-of-the-failure"
    assert job.after(Failed(replace(FAILURE, trace_id=""))).trace_id == "trace-1"


def uncertain(failure: Failure | None = FAILURE) -> Job:
    job = follow(make_job(), Started(), Submitting({"image": "abc"}), AnswerLost(FAILURE))
    return replace(job, failure=failure, unsettled=None if failure is None else job.unsettled)


SENT_AGAIN: list[Event] = [Started(), Submitting()]
SETTLED: dict[str, list[Event]] = {
    "sent again": [*SENT_AGAIN, TaskCreated("task-1")],
    "task named and found": [TaskNamed("task-1"), TaskFound()],
    "task named and done": [TaskNamed("task-1"), Generated()],
    "answered after all": [TaskCreated("task-1")],
}


@pytest.mark.parametrize("way_out", SETTLED)
@pytest.mark.parametrize("failure", [FAILURE, None], ids=["with a reason", "without"])
def test_the_user_resolves_an_uncertain_purchase(way_out: str, failure: Failure | None) -> None:
    """From then on it is a job like any other."""
    job = follow(uncertain(failure), *SETTLED[way_out])
    assert (job.task_id, job.failure, job.in_doubt) == ("task-1", None, False)
    failed = job.after(Failed(FAILURE))
    assert (failed.state, failed.task_id) == (JobState.FAILED, "task-1")
    assert job.after(Cancelled()).state is JobState.CANCELLED


@pytest.mark.parametrize("end", [Failed(FAILURE), Cancelled()], ids=["failed", "cancelled"])
@pytest.mark.parametrize("failure", [FAILURE, None], ids=["with a reason", "without"])
@pytest.mark.parametrize(
    "so_far",
    [
        [Started()],
        SENT_AGAIN,
        [*SENT_AGAIN, Delayed(written("busy"))],
        [TaskNamed("task-9")],
        [TaskNamed("task-9"), Progressed(5)],
    ],
    ids=str,
)
def test_a_way_out_of_the_doubt_that_leads_nowhere_leads_back(
    so_far: list[Event], failure: Failure | None, end: Event
) -> None:
    """The record and the picture of a final job go: only the user's word ends one that may have been bought."""
    back = follow(uncertain(failure), *so_far, end)
    assert (back.state, back.task_id, back.note) == (JobState.UNCERTAIN, "", None)
    assert back.failure is not None
    assert back.failure.kind is Kind.UNCERTAIN
    assert "still not known" in back.failure.sentence
    assert isinstance(end, Cancelled) or FAILURE.sentence in back.failure.sentence
    assert ("task-9" in back.failure.sentence) is (isinstance(so_far[0], TaskNamed) and isinstance(end, Cancelled))
    if failure is not None:
        assert back.trace_id == "trace-of-the-failure", "what the service's support asks for"
    assert follow(back, *SENT_AGAIN, TaskCreated("task-1")).task_id == "task-1"
    given_up = back.after(Cancelled())
    assert (given_up.state, given_up.final) == (JobState.CANCELLED, True)


def test_our_own_mistake_does_not_end_the_doubt_either() -> None:
    job = uncertain().after(Imported("Chair"))
    assert job.state is JobState.UNCERTAIN
    assert "lost track" in job.failure.sentence
    assert uncertain().after(Started()).after(TaskCreated("task-1")).task_id == "task-1"


@pytest.mark.parametrize("state", JobState)
def test_what_works_is_what_the_user_need_not_act_on(state: JobState) -> None:
    resting = {JobState.READY, JobState.UNCERTAIN, *FINAL}
    assert make_job(state).working == (state not in resting)


# Mostly the way that leads far, so that every state is met, with anything in between.
STORIES = st.lists(st.one_of(st.sampled_from(GOOD_WAY), EVENTS), max_size=16) | st.tuples(
    st.integers(0, len(GOOD_WAY)), st.lists(EVENTS, max_size=8)
).map(lambda cut: [*GOOD_WAY[: cut[0]], *cut[1]])


@given(JOBS, STORIES)
def test_no_story_crashes_revives_or_sets_back_a_job(job: Job, story: list[Event]) -> None:
    for event in story:
        after = job.after(event)
        assert after.percent >= job.percent
        if job.final:
            late = after.state is JobState.UNCERTAIN and isinstance(event, AnswerLost)
            assert late or after == replace(job, task_id=after.task_id, trace_id=after.trace_id)
        if job.task_id and not job.in_doubt:
            assert after.task_id == job.task_id
        if job.in_doubt and after.final:
            assert (job.state, event) == (JobState.UNCERTAIN, Cancelled())
        job = after


@given(st.sampled_from(JobState), st.floats(), st.floats(0, 100))
def test_no_report_of_progress_leaves_the_scale(state: JobState, reported: float, percent: float) -> None:
    job = make_job(state, percent=percent).after(Progressed(reported))
    assert percent <= job.percent <= 100


@given(STORIES)
def test_a_task_that_was_ever_made_is_never_forgotten(story: list[Event]) -> None:
    made = [event.task_id for event in story if isinstance(event, TaskCreated) and event.task_id]
    job = follow(make_job(), *story)
    named = [event.task_id for event in story if isinstance(event, TaskNamed)]  # what the user says may be withdrawn
    assert job.task_id in made + named or not made
    assert job.task_id in [*made, *named, ""]
