"""Jobs that need other jobs: nothing starts on a guess, and nothing waits for what never comes."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.account import Account
from tripo_blender.core.errors import Failure, Kind
from tripo_blender.core.job import Job
from tripo_blender.core.needs import Waits, alone, circle, circle_failure, judged
from tripo_blender.core.sentences.text import text
from tripo_blender.core.states import JobState
from tripo_blender.core.task import (
    VIEWS_IN_ORDER,
    Artifact,
    ImageFile,
    ImageUrl,
    Input,
    ModelFile,
    OutputOf,
    Request,
    Role,
    TaskType,
)

URL = "https://a.test"


def job(
    job_id: str, inputs: dict[str, Input] | None = None, state: JobState = JobState.QUEUED, **fields: object
) -> Job:
    made = Job(job_id, job_id.title(), Request(inputs=inputs or {}), Account(base_url=URL), 1.0)
    return replace(made, state=state, **fields)  # type: ignore[arg-type]


SIDE = job("side", {"image": OutputOf(Role.BACK, "views"), "words": ImageUrl("https://b.test/a.png")})
BACK = Artifact(Role.BACK, "/jobs/views/back.png", "png")


@pytest.mark.parametrize("state", [JobState.READY, JobState.DONE])
def test_what_is_there_is_taken(state: JobState) -> None:
    started = judged(SIDE, {"views": job("views", state=state, artifacts=(BACK,))})
    assert isinstance(started, Job)
    assert started.request.inputs == {
        "image": ImageFile("/jobs/views/back.png"),
        "words": ImageUrl("https://b.test/a.png"),
    }
    assert replace(started, request=SIDE.request) == SIDE


def test_a_model_is_named_by_its_task_or_taken_as_a_file() -> None:
    rigged = job("rigged", {"model": OutputOf(Role.MODEL, "chair")})
    chair = job("chair", state=JobState.DONE, artifacts=(Artifact(Role.MODEL, "/m.glb", "glb"),))
    started = judged(rigged, {"chair": replace(chair, task_id="task-1")})
    assert isinstance(started, Job)
    assert started.request.inputs["model"] == OutputOf(Role.MODEL, "", "task-1")
    assert started.request.needs == ()
    local = judged(rigged, {"chair": chair})
    assert isinstance(local, Job)
    assert local.request.inputs["model"] == ModelFile("/m.glb")


def test_a_model_of_another_service_is_taken_as_a_file() -> None:
    rigged = job("rigged", {"model": OutputOf(Role.MODEL, "chair")})
    chair = job("chair", state=JobState.DONE, artifacts=(Artifact(Role.MODEL, "/m.glb", "glb"),), task_id="task-1")
    for account in (Account(base_url="https://b.test"), Account("other", URL)):
        started = judged(rigged, {"chair": replace(chair, account=account)})
        assert isinstance(started, Job)
        assert started.request.inputs["model"] == ModelFile("/m.glb")
    same = judged(rigged, {"chair": replace(chair, account=Account(base_url=f"{URL}/"))})
    assert isinstance(same, Job)
    assert same.request.inputs["model"] == OutputOf(Role.MODEL, "", "task-1")


FOUR = tuple(Artifact(view, f"/jobs/views/{view}.png", "png") for view in VIEWS_IN_ORDER)
OF_FOUR = job("solid", {"views": OutputOf(Role.VIEWS, "views")})
TURNED = job("views", state=JobState.DONE, artifacts=FOUR, task_id="task-1")


def test_four_views_are_named_by_the_task_that_gave_them() -> None:
    started = judged(OF_FOUR, {"views": TURNED})
    assert isinstance(started, Job)
    assert started.request.inputs == {"views": OutputOf(Role.VIEWS, "", "task-1")}
    assert started.request.needs == ()


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (replace(TURNED, artifacts=FOUR[1:]), "Views gave no set of four views, which Solid needs"),
        (replace(TURNED, task_id=""), "Views gave no set of four views"),
        (replace(TURNED, account=Account(base_url="https://b.test")), "Views is of another account than Solid"),
        (replace(TURNED, account=Account("other", URL)), "Views is of another account than Solid"),
    ],
)
def test_views_that_cannot_be_named_end_what_needs_them(other: Job, what: str) -> None:
    failure = judged(OF_FOUR, {"views": other})
    assert isinstance(failure, Failure)
    assert failure.sentence.startswith(what)


def test_views_are_edited_once() -> None:
    edits = Request(TaskType.EDIT_MULTIVIEW_IMAGE, {"views": OutputOf(Role.VIEWS, "views")})
    again = replace(OF_FOUR, request=edits)
    edited = replace(TURNED, request=edits)
    failure = judged(again, {"views": edited})
    assert isinstance(failure, Failure)
    assert failure.sentence.startswith("The views of Views were edited before, which can be done once")
    assert isinstance(judged(again, {"views": TURNED}), Job)
    assert isinstance(judged(OF_FOUR, {"views": edited}), Job)


def test_what_needs_nothing_starts() -> None:
    alone = job("alone", {"image": ImageFile("/a.png"), "model": OutputOf(Role.MODEL, "", "task-1")})
    assert judged(alone, {}) == alone


@pytest.mark.parametrize(
    "state", [state for state in JobState if state.value in "queued uploading submitting generating"]
)
def test_what_is_made_is_waited_for(state: JobState) -> None:
    assert judged(SIDE, {"views": job("views", state=state)}) == Waits(text("needs.waiting", other="Views"))


def test_what_is_uncertain_is_waited_for_and_said_so() -> None:
    waits = judged(SIDE, {"views": job("views", state=JobState.UNCERTAIN)})
    assert isinstance(waits, Waits)
    assert "decide about that first" in waits.note.english()


def test_alone_nothing_is_waited_for() -> None:
    failure = alone(SIDE, {"views": job("views", state=JobState.GENERATING)})
    assert isinstance(failure, Failure)
    assert failure.sentence.startswith("Waiting for Views. Nothing was ordered")
    made = {"views": job("views", state=JobState.DONE, artifacts=(BACK,))}
    assert alone(SIDE, made) == judged(SIDE, made)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (None, "What Side needs is no longer on record"),
        (job("views", state=JobState.FAILED), "Views failed, and Side needs it"),
        (job("views", state=JobState.CANCELLED), "Views was cancelled, and Side needs it"),
        (job("views", state=JobState.DONE), "Views gave no back image, which Side needs"),
        (job("views", state=JobState.DONE, artifacts=(replace(BACK, role=Role.LEFT),)), "Views gave no back image"),
    ],
)
def test_what_never_comes_ends_it_and_nothing_is_ordered(other: Job | None, what: str) -> None:
    failure = judged(SIDE, {"views": other})
    assert isinstance(failure, Failure)
    assert failure.kind is Kind.NEEDS
    assert failure.sentence.startswith(what)
    assert "Nothing was ordered for it" in failure.sentence


def test_a_model_that_was_not_made_is_none() -> None:
    rigged = job("rigged", {"model": OutputOf(Role.MODEL, "chair")})
    failure = judged(rigged, {"chair": job("chair", state=JobState.DONE, task_id="task-1")})
    assert isinstance(failure, Failure)
    assert "gave no model" in failure.sentence


def test_of_several_needs_the_hopeless_one_counts() -> None:
    both = job("both", {"a": OutputOf(Role.FRONT, "first"), "b": OutputOf(Role.RIG_REPORT, "second")})
    others = {"first": job("first", state=JobState.GENERATING), "second": job("second", state=JobState.DONE)}
    failure = judged(both, others)
    assert isinstance(failure, Failure)
    assert "no rig report" in failure.sentence
    assert judged(both, others | {"second": job("second")}) == Waits(text("needs.waiting", other="First"))


NAMES = "abcde"


@given(st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), max_size=3)))
def test_a_circle_is_found_where_there_is_one(needs: dict[str, set[str]]) -> None:
    jobs = {name: job(name, {each: OutputOf(Role.IMAGE, each) for each in sorted(of)}) for name, of in needs.items()}
    found = circle(jobs)
    for here, there in zip(found, (*found[1:], *found[:1]), strict=True):
        assert there in needs[here]
    # Independently: jobs whose needs are all gone can be taken away, one after the other, unless there is a circle.
    left = {name: {each for each in of if each in needs} for name, of in needs.items()}
    while free := [name for name, of in left.items() if not of & left.keys()]:
        for name in free:
            del left[name]
    assert bool(found) == bool(left)


def test_a_circle_is_said() -> None:
    assert "need each other" in circle_failure("A and B").sentence
