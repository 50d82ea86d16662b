"""Whether a request is complete and within all limits, before anything of it is sent: what is wrong is said here."""

from __future__ import annotations

from .errors import TripoError
from .job import Job
from .options.generation import problem as problem_of_settings, settings_of, version_of
from .prompt import problem_of_words
from .sentences.text import Text, text
from .services.base import Service, Slot, TaskSpec
from .services.endpoint import picture_address_problem
from .services.task_id import is_task_id
from .task import ImageFile, ImageUrl, Input, ModelFile, OutputOf, Request, Role, Words, word_of

_KINDS: dict[type[Input], Text] = {
    Words: text("input.kind.words"),
    ImageFile: text("input.kind.image_file"),
    ImageUrl: text("input.kind.image_url"),
    ModelFile: text("input.kind.model_file"),
    OutputOf: text("input.kind.output"),
}


def spec_for(service: Service, request: Request) -> TaskSpec | None:
    """Return what a service says of a request's kind of task, with its model version; None where it is not offered."""
    return service.spec(request.task, _version_of(request))


def outputs_of_job(job: Job, service: Service) -> tuple[Role, ...]:
    """Return what a job's task gives; nothing of a task that is fetched by its id alone: its end tells of that."""
    spec = spec_for(service, job.request) if job.ordered or not job.task_id else None
    return spec.outputs if spec is not None else ()


def result_of_job(job: Job, service: Service) -> Role:
    """Return what a job gives, as one: a model, an image, or a set of views; a model where that is not known yet."""
    roles = {each.role for each in job.artifacts} - {Role.PREVIEW} or {*outputs_of_job(job, service)}
    if Role.MODEL in roles or not roles:
        return Role.MODEL
    return Role.IMAGE if Role.IMAGE in roles else Role.VIEWS


def problem_at(service: Service, request: Request) -> Text | None:
    """Return why a service cannot be asked for this; None where it can."""
    spec = spec_for(service, request)
    return service.problem_of_task(request.task, _version_of(request)) if spec is None else problem_of(request, spec)


def problem_of(request: Request, spec: TaskSpec) -> Text | None:
    """Return what is wrong with a request; None where all of it can be sent.

    What is yet to come from other jobs is taken for granted.
    """
    for slot, each in request.inputs.items():
        if slot not in spec.slots:
            return text("request.unknown_slot", slot=repr(slot), slots=", ".join(spec.slots))
        if problem := _problem_of_input(each, spec.slots[slot]):
            return problem
    return _problem_of_number(request, spec) or _problem_of_twins(request, spec) or _problem_of_options(request)


def _version_of(request: Request) -> str:
    try:
        return version_of(settings_of(request.options), request.task)
    except TripoError:  # said with the options
        return ""


def _problem_of_input(each: Input, slot: Slot) -> Text | None:
    if not isinstance(each, slot.kinds):
        kinds = " or ".join(_KINDS[kind].english() for kind in slot.kinds)
        return text("request.wrong_kind", what=slot.word, kinds=kinds, kind=_KINDS[type(each)])
    if isinstance(each, Words):
        return problem_of_words(each.text, slot.word, slot.longest)
    if isinstance(each, ImageUrl):
        return picture_address_problem(each.url)
    return _problem_of_output(each, slot) if isinstance(each, OutputOf) else None


def _problem_of_output(each: OutputOf, slot: Slot) -> Text | None:
    if each.role not in slot.roles:
        return text("request.wrong_output", output=word_of(each.role), what=slot.word)
    if each.job_id:
        return None
    if not each.task_id:
        return text("request.of_nothing", what=slot.word)
    if not slot.by_task:
        return text("request.not_by_task", what=slot.word)
    return None if is_task_id(each.task_id) else text("request.invalid_task", what=slot.word)


def _problem_of_number(request: Request, spec: TaskSpec) -> Text | None:
    """Return what is missing, or too much."""
    stands_for = spec.instead in request.inputs
    some = [slot for slot in spec.some if slot in request.inputs]
    if stands_for and some:
        return text("request.both", what=spec.slots[spec.instead].word)
    for slot, each in spec.slots.items():
        if each.required and slot not in request.inputs and not (stands_for and slot in spec.some):
            if Words in each.kinds:
                return text("request.write", what=each.word)
            return text("request.choose", what=each.word)
    if len(some) < spec.fewest and not stands_for:
        whats = ", ".join(spec.slots[slot].word.english() for slot in spec.some)
        return text("request.too_few", fewest=spec.fewest, whats=whats)
    return None


def _problem_of_twins(request: Request, spec: TaskSpec) -> Text | None:
    """Return which two images are one and the same: by what they hold where that is known, else by where they are."""
    known: dict[str, Text] = {}
    for slot, each in request.inputs.items():
        word = spec.slots[slot].word
        for mark in _marks(each):
            if mark in known:
                return text("request.twins", what=known[mark], other=word)
            known[mark] = word
    return None


def _marks(each: Input) -> tuple[str, ...]:
    if isinstance(each, ImageFile):
        return tuple(filter(None, (each.path, each.sha256)))
    if isinstance(each, OutputOf):
        return (f"{each.role} of {each.job_id or each.task_id}",)
    return (each.url,) if isinstance(each, ImageUrl) else ()


def _problem_of_options(request: Request) -> Text | None:
    try:
        return problem_of_settings(settings_of(request.options), request.task)
    except TripoError as error:
        return error.failure.text
