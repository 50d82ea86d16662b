"""What every service is asked and answers, as data: one protocol, and a file a service that fulfils it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ..errors import Failure
from ..redaction import Masks
from ..sentences.text import Text
from ..task import Input, Request, Role, TaskType

if TYPE_CHECKING:
    from ..price import Price
    from .endpoint import UploadMethod


@dataclass(frozen=True)
class HttpRequest:
    """One call of the API: with a JSON body, with a file, or with nothing.

    `file` is the path of a file that goes as the field `form_field` of a form; without a field it is the whole body.
    """

    method: str
    url: str
    body: dict[str, Any] | None = None
    file: str = ""
    mime_type: str = ""
    form_field: str = "file"


@dataclass(frozen=True)
class HttpAnswer:
    """Status, headers (names in lower case) and body of an answer, as they came.

    `masks` are for whatever of it is shown, kept or logged. `broken` is that its end was not as promised.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    masks: Masks = Masks()  # noqa: RUF009  # frozen
    broken: bool = False


@dataclass(frozen=True)
class Uploaded:
    """A file that the service can reach: by the token that an upload answered with, or by its URL.

    The URL is of the web, or holds the file itself (`data:`). `format` is that of an image: jpg, png or webp.
    """

    token: str = ""
    url: str = ""
    format: str = ""


@dataclass(frozen=True)
class RouteMissing:
    """The gateway has no such upload address; the next upload method is tried."""


@dataclass(frozen=True)
class Created:
    """The service has made the task."""

    task_id: str
    trace_id: str = ""


@dataclass(frozen=True)
class Refused:
    """The service surely did not do it.

    `again` says that the same call may succeed later, after `retry_after` seconds (-1: the service does not say);
    `dialect` names the dialect of the create call that this gateway asks for, where it missed something in the usual
    one; `may_be_the_picture` that the picture may be what it minds.
    """

    failure: Failure
    again: bool = False
    retry_after: float = -1.0
    dialect: str = ""
    may_be_the_picture: bool = False


@dataclass(frozen=True)
class Unclear:
    """Nobody can tell from this answer whether it was done."""

    failure: Failure


class TaskStatus(StrEnum):
    """Where the service says its task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TaskReport:
    """One answer to "how far is it": -1 and empty texts stand for what the service did not say.

    `outputs` are signed links by what their files are for, of finished tasks: they are used at once, never stored and
    never shown. The seeds are those that the service took, also where none was asked for. `holds` is how the service
    itself calls what its output has, and `trace_id` what its support asks for; both are for the technical text alone.
    """

    status: TaskStatus
    percent: float = -1.0
    queue_position: int = -1
    seconds_left: float = -1.0
    credits: float = -1.0
    outputs: Mapping[Role, str] = field(default_factory=dict, repr=False)
    model_seed: int = -1
    texture_seed: int = -1
    failure: Failure | None = None
    holds: str = field(default="", compare=False)
    trace_id: str = field(default="", compare=False)


def expected_outputs(report: TaskReport) -> tuple[Role, ...]:
    """Return what is to be fetched of a finished task of which nobody here knows what it was asked for."""
    if Role.MODEL in report.outputs:
        return (Role.MODEL,)
    return tuple(role for role in report.outputs if role is not Role.PREVIEW) or (Role.MODEL,)


@dataclass(frozen=True)
class Balance:
    """The credits of an account: those that can be spent, and those that tasks under way have set aside."""

    credits: float
    frozen: float = 0.0


@dataclass(frozen=True)
class Slot:
    """One input of a task: what a sentence calls it, and which kinds of input it takes.

    `longest` is of words, in characters. `roles` are of what another job gives; with `by_task` its task is named to the
    service, else the file itself is uploaded.
    """

    word: Text
    kinds: tuple[type[Input], ...]
    required: bool = False
    longest: int = 0
    roles: frozenset[Role] = frozenset()
    by_task: bool = False


@dataclass(frozen=True)
class TaskSpec:
    """What a service says of one kind of task.

    Of the slots in `some` at least `fewest` are filled; or `instead`, which stands for all of these. `options` are the
    names of the settings that apply. `outputs` are the files that a finished task has without fail, by their roles. The
    preview of a model is none of these: it is taken where it comes at once.
    """

    slots: Mapping[str, Slot] = field(default_factory=dict)
    some: tuple[str, ...] = ()
    fewest: int = 0
    instead: str = ""
    options: frozenset[str] = frozenset()
    outputs: tuple[Role, ...] = (Role.MODEL,)


class Service(Protocol):
    """One service in its wire shape. Calls are data, and nothing is sent here.

    `id` is what records call it, for ever, and `name` what people do. `base_url` is its usual address; the calls go to
    the one that they are given. `key_variable` names the variable of the environment that may hold its key.
    `upload_methods` are tried in their order.
    """

    id: str
    name: str
    base_url: str
    key_variable: str
    upload_methods: tuple[UploadMethod, ...]

    def key_problem(self, key: str) -> Text | None:
        """Return what is wrong with an API key; None when it can be sent."""

    def spec(self, task: TaskType, version: str = "") -> TaskSpec | None:
        """Return what the service says of a kind of task with a model of that version; None where it does not offer it.

        Of a model that is refined the version is its own. An empty one is not known, or not chosen yet.
        """

    def problem_of_task(self, task: TaskType, version: str = "") -> Text | None:
        """Return why a kind of task is not offered; None where it is."""

    def price(self, request: Request) -> Price | None:
        """Return what a request costs, as far as it is known; it need not be complete yet."""

    def upload(self, base_url: str, method: UploadMethod, path: str, mime_type: str) -> HttpRequest:
        """Return the call that uploads a file; not for a method that is `inline`."""

    def read_upload(self, answer: HttpAnswer) -> Uploaded | RouteMissing | Refused:
        """Return what the answer to an upload means. Nothing is bought by it, so it may be tried again."""

    def create(self, base_url: str, request: Request, uploads: Mapping[str, Uploaded], dialect: str) -> HttpRequest:
        """Return the call that buys a task.

        `uploads` are the files among the request's inputs, by slot. `dialect` is empty, or what a `Refused` of this
        service has asked for. Raises `TripoError` for a request that the service cannot be asked.
        """

    def read_create(self, answer: HttpAnswer) -> Created | Refused | Unclear:
        """Return what the answer to a purchase means. Only a sure refusal is called one: all else may cost money."""

    def poll(self, base_url: str, task_id: str) -> HttpRequest:
        """Return the call that asks how far a task is."""

    def read_poll(self, answer: HttpAnswer, task_id: str) -> TaskReport | Refused:
        """Return how far a task is. A refusal that may pass (busy, a fault, no JSON) says so by `again`."""


@runtime_checkable
class TellsBalance(Protocol):
    """A service that also tells how many credits an account has."""

    def balance(self, base_url: str) -> HttpRequest:
        """Return the call that asks for it."""

    def read_balance(self, answer: HttpAnswer) -> Balance | Refused:
        """Return what the answer to that means."""
