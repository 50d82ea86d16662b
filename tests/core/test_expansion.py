"""One press, several requests: what leads to a model, and its variations."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tripo_blender.core.expansion import (
    LARGEST_SEED,
    MOST_VARIATIONS,
    Through,
    end_of,
    problem_of_expansion,
    steps_to,
    variations,
)
from tripo_blender.core.job import image_request
from tripo_blender.core.options.generation import Settings, as_options
from tripo_blender.core.request_check import problem_at
from tripo_blender.core.services.registry import DEFAULT, service_of
from tripo_blender.core.task import IMAGE, NEGATIVE_PROMPT, PROMPT, VIEWS, ImageFile, OutputOf, Request, Role, Words
from tripo_blender.core.task_type import TaskType as T

from .fixtures import english

IDS = ["first", "second", "third"]
CHEST = {PROMPT: Words("a chest"), NEGATIVE_PROMPT: Words("gold")}
OF_WORDS = Request(T.TEXT_TO_MODEL, CHEST, as_options(Settings(quad=True)))
OF_IMAGE = image_request("/jobs/chest.png", Settings(quad=True))
OF_VIEWS = Request(T.MULTIVIEW_TO_MODEL, {"front": ImageFile("/f.png"), "back": ImageFile("/b.png")})


@pytest.mark.parametrize(
    ("request_", "through", "tasks", "last_inputs"),
    [
        (OF_WORDS, Through.NOTHING, [T.TEXT_TO_MODEL], CHEST),
        (OF_WORDS, Through.IMAGE, [T.TEXT_TO_IMAGE, T.IMAGE_TO_MODEL], {IMAGE: OutputOf(Role.IMAGE, "first")}),
        (
            OF_WORDS,
            Through.VIEWS,
            [T.TEXT_TO_IMAGE, T.GENERATE_MULTIVIEW_IMAGE, T.MULTIVIEW_TO_MODEL],
            {VIEWS: OutputOf(Role.VIEWS, "second")},
        ),
        (OF_IMAGE, Through.NOTHING, [T.IMAGE_TO_MODEL], OF_IMAGE.inputs),
        (OF_IMAGE, Through.IMAGE, [T.IMAGE_TO_MODEL], OF_IMAGE.inputs),
        (
            OF_IMAGE,
            Through.VIEWS,
            [T.GENERATE_MULTIVIEW_IMAGE, T.MULTIVIEW_TO_MODEL],
            {VIEWS: OutputOf(Role.VIEWS, "first")},
        ),
        (OF_VIEWS, Through.VIEWS, [T.MULTIVIEW_TO_MODEL], OF_VIEWS.inputs),
    ],
)
def test_what_is_made_on_the_way(
    request_: Request, through: Through, tasks: list[T], last_inputs: dict[str, object]
) -> None:
    steps = steps_to(request_, through, IDS)
    assert [step.task for step in steps] == tasks
    assert steps[-1].inputs == last_inputs
    assert all(step.options == request_.options for step in steps)
    for number, step in enumerate(steps):
        assert set(step.needs) <= set(IDS[:number]), "each takes only what comes before"


def test_every_step_can_be_asked_of_the_service() -> None:
    service = service_of(DEFAULT)
    for request in (OF_WORDS, OF_IMAGE):
        for through in Through:
            assert [
                problem_at(service, step) for step in steps_to(request, through, IDS) if problem_at(service, step)
            ] == []


@pytest.mark.parametrize("through", Through)
@pytest.mark.parametrize("request_", [OF_WORDS, OF_IMAGE, OF_VIEWS], ids=["words", "image", "views"])
def test_a_way_that_makes_nothing_is_refused_and_any_other_ends_as_it_says(request_: Request, through: Through) -> None:
    steps = steps_to(request_, through, IDS)
    refused = problem_of_expansion(request_.task, through, 1)
    assert bool(refused) == (through is not Through.NOTHING and len(steps) == 1)
    assert end_of(request_.task, through) is steps[-1].task


@pytest.mark.parametrize(("count", "refused"), [(-1, True), (0, True), (1, False), (MOST_VARIATIONS, False), (9, True)])
def test_so_many_variations_are_made_at_once(count: int, refused: bool) -> None:
    sentence = english(problem_of_expansion(T.TEXT_TO_MODEL, Through.NOTHING, count))
    assert bool(sentence) == refused
    assert not refused or f"Choose 1 to {MOST_VARIATIONS} variations" in sentence


@given(st.integers(-2, 20), st.integers(0, LARGEST_SEED), st.integers(1, LARGEST_SEED))
def test_variations_differ_by_their_seed_alone(count: int, asked: int, drawn: int) -> None:
    request = replace(OF_IMAGE, options={**OF_IMAGE.options, "model_seed": asked})
    made = variations(request, count, drawn)
    assert len(made) == max(1, min(count, MOST_VARIATIONS))
    if count <= 1:
        assert made == [request]
        return
    seeds = [each.options["model_seed"] for each in made]
    assert seeds[0] == (asked or drawn)
    assert len(set(seeds)) == len(seeds)
    assert all(1 <= int(seed) <= LARGEST_SEED for seed in seeds)
    assert {
        replace(each, options={**each.options, "model_seed": 0})
        == replace(request, options={**request.options, "model_seed": 0})
        for each in made
    } == {True}
