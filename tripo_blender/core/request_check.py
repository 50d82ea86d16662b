"""Whether a request is complete and within all limits, before anything of it is sent: what is wrong is said here."""

from __future__ import annotations

from .errors import TripoError
from .job import Job
from .options.generation import problem as problem_of_settings, settings_of, version_of
from .prompt import problem_of_words
from .services.base import Service, Slot, TaskSpec
from .services.endpoint import picture_address_problem
from .services.task_id import is_task_id
from .task import ImageFile, ImageUrl, Input, ModelFile, OutputOf, Request, Role, Words, word_of

_KINDS: dict[type[Input], str] = {
    Words: "text",
    ImageFile: "an image file",
    ImageUrl: "the web address of an image",
    ModelFile: "a model file",
    OutputOf: "what another job gives",
}


def spec_for(service: Service, request: Request) -> TaskSpec | None:
    """Return what a service says of a request's kind of task, with its model version; None where it is not offered."""
    return service.spec(request.task, _version_of(request))


def outputs_of_job(job: Job, service: Service) -> tuple[Role, ...]:
    """Return what a job's task gives; nothing of a task that is fetched by its id alone: its end tells of that."""
    spec = spec_for(service, job.request) if job.ordered or not job.task_id else None
    return spec.outputs if spec is not None else ()


def problem_at(service: Service, request: Request) -> str:
    """Return why a service cannot be asked for this, as a sentence; empty where it can."""
    spec = spec_for(service, request)
    return service.problem_of_task(request.task, _version_of(request)) if spec is None else problem_of(request, spec)


def problem_of(request: Request, spec: TaskSpec) -> str:
    """Return what is wrong with a request, as a sentence; empty where all of it can be sent.

    What is yet to come from other jobs is taken for granted.
    """
    for slot, each in request.inputs.items():
        if slot not in spec.slots:
            return f"This kind of task takes no {slot!r}; it takes {', '.join(spec.slots) or 'nothing'}"
        if sentence := _problem_of_input(each, spec.slots[slot]):
            return sentence
    return _problem_of_number(request, spec) or _problem_of_twins(request, spec) or _problem_of_options(request)


def _version_of(request: Request) -> str:
    try:
        return version_of(settings_of(request.options), request.task)
    except TripoError:  # said with the options
        return ""


def _problem_of_input(each: Input, slot: Slot) -> str:
    if not isinstance(each, slot.kinds):
        kinds = " or ".join(_KINDS[kind] for kind in slot.kinds)
        return f"The {slot.word} must be {kinds}; it is {_KINDS[type(each)]}"
    if isinstance(each, Words):
        return problem_of_words(each.text, slot.word, slot.longest)
    if isinstance(each, ImageUrl):
        return picture_address_problem(each.url)
    return _problem_of_output(each, slot) if isinstance(each, OutputOf) else ""


def _problem_of_output(each: OutputOf, slot: Slot) -> str:
    if each.role not in slot.roles:
        return f"The {word_of(each.role)} of another job cannot be the {slot.word}: choose another one"
    if each.job_id:
        return ""
    if not each.task_id:
        return f"The {slot.word} is of no job and of no task: choose one"
    if not slot.by_task:
        return f"The {slot.word} cannot be taken from a task by its id: fetch that task, then give its file"
    return "" if is_task_id(each.task_id) else f"The {slot.word} is of a task whose id is none. Paste it again"


def _problem_of_number(request: Request, spec: TaskSpec) -> str:
    """Return what is missing, or too much."""
    stands_for = spec.instead in request.inputs
    some = [slot for slot in spec.some if slot in request.inputs]
    if stands_for and some:
        return f"Give either the {spec.slots[spec.instead].word} or single ones, not both"
    for slot, each in spec.slots.items():
        if each.required and slot not in request.inputs and not (stands_for and slot in spec.some):
            return f"The {each.word} is missing: {'write' if Words in each.kinds else 'choose'} one"
    if len(some) < spec.fewest and not stands_for:
        words = ", ".join(spec.slots[slot].word for slot in spec.some)
        return f"Give at least {spec.fewest} of these: {words}"
    return ""


def _problem_of_twins(request: Request, spec: TaskSpec) -> str:
    """Return which two images are one and the same: by what they hold where that is known, else by where they are."""
    known: dict[str, str] = {}
    for slot, each in request.inputs.items():
        word = spec.slots[slot].word
        for mark in _marks(each):
            if mark in known:
                return f"The {known[mark]} and the {word} are the same: choose another one for one of them"
            known[mark] = word
    return ""


def _marks(each: Input) -> tuple[str, ...]:
    if isinstance(each, ImageFile):
        return tuple(filter(None, (each.path, each.sha256)))
    if isinstance(each, OutputOf):
        return (f"{each.role} of {each.job_id or each.task_id}",)
    return (each.url,) if isinstance(each, ImageUrl) else ()


def _problem_of_options(request: Request) -> str:
    try:
        return problem_of_settings(settings_of(request.options), request.task)
    except TripoError as error:
        return str(error)
