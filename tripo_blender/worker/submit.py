"""Sends the files and the order: by the first upload method that the gateway has, then the one purchase."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core import retry
from ..core.errors import Failure, Kind, TripoError
from ..core.formats.image.head import HEAD_BYTES, MIME_TYPES, read_head
from ..core.job import Job
from ..core.request_check import problem_at
from ..core.sentences.text import text
from ..core.services.base import Created, HttpRequest, Refused, RouteMissing, Service, Unclear, Uploaded
from ..core.services.endpoint import UploadMethod
from ..core.services.purchase import lost_answer
from ..core.task import ImageFile, ImageUrl
from .gateway_profile import GatewayProfile
from .http.client import Client, NoAnswer, NotSent
from .image_check import hash_of_whole

_log = logging.getLogger(__name__)

Delay = Callable[[int, Failure, float], float]


@dataclass
class _Tries:
    """The tries of an upload or an order, those in a row that a busy service refused apart from those that broke."""

    delay: Delay
    faults: int = 0
    refusals: int = 0
    waited: float = 0.0  # seconds, for a busy service

    def again(self, failure: Failure, retry_after: float = -1.0) -> bool:
        """Wait before another try; return False where there have been enough."""
        busy = failure.kind is Kind.BUSY
        self.faults, self.refusals = (0, self.refusals + 1) if busy else (self.faults + 1, 0)
        if not retry.tries_again(self.faults, self.waited, busy=busy):
            return False
        seconds = self.delay(self.refusals or self.faults, failure, retry_after)
        self.waited += seconds if busy else 0.0
        return True


@dataclass
class Sending:
    """The way of one job's files and order.

    `delay` waits before another try, returns the seconds, and ends the run when told to.
    `before` comes right before every sending of the order: it writes down that the order is out and sets `sent`, or
    raises, and nothing is sent.
    `sha256` is of each file that went up, by its slot, in hex.
    """

    job: Job
    service: Service
    client: Client
    profile: GatewayProfile
    delay: Delay
    before: Callable[[], None]
    go_on: Callable[[], None]
    sent: bool = False  # an order is out, and its answer not yet read
    sha256: dict[str, str] = field(default_factory=dict)
    _uploads: dict[str, Uploaded] = field(default_factory=dict)  # by slot
    _method: UploadMethod | None = None  # by which they went up; None: they have addresses on the web

    def upload(self) -> None:
        """Upload the files among the inputs; raises `TripoError`, `NotSent` or `NoAnswer`. Nothing is bought by it.

        All are looked at before the first one travels, and so is the request, now that it is known what they hold.
        """
        images = {slot: each for slot, each in self.job.request.inputs.items() if isinstance(each, ImageFile)}
        for slot, image in images.items():
            with _readable(Path(image.path)):
                self.sha256[slot] = hash_of_whole(Path(image.path), self.go_on)
        if wrong := problem_at(self.service, self.job.request.with_hashes(self.sha256)):
            raise TripoError(Kind.USAGE, text("request.not_sent", what=wrong))
        for slot, given in self.job.request.inputs.items():
            if isinstance(given, ImageUrl):
                self._uploads[slot] = Uploaded(url=given.url, format=_format_of_url(given.url))
            elif isinstance(given, ImageFile):
                with _readable(Path(given.path)):
                    self._uploads[slot] = self._upload(Path(given.path))

    def _upload(self, path: Path) -> Uploaded:
        image_format = _format_of_file(path)
        uploaded, self._method = self._by_any_method(path, MIME_TYPES[image_format])
        return replace(uploaded, format=image_format)

    def order(self) -> Created | Refused | Unclear:
        """Buy the task. It is sent again only after it surely did not arrive or was surely refused."""
        dialect, tries = self.profile.dialect, _Tries(self.delay)
        while True:
            meaning = self._order(dialect)
            if isinstance(meaning, Created):
                self.profile.learn(self._method.name if self._method else "", dialect)
                return meaning
            if isinstance(meaning, Unclear):
                return meaning
            if meaning.dialect and not dialect:
                dialect = meaning.dialect
                continue
            if not (meaning.again and tries.again(meaning.failure, meaning.retry_after)):
                return self._explained(meaning)

    def _by_any_method(self, path: Path, mime_type: str) -> tuple[Uploaded, UploadMethod]:
        methods = self.profile.methods(self.service.upload_methods)
        for method in methods:
            if method.inline:
                return Uploaded(url=f"data:{mime_type};base64,{base64.b64encode(path.read_bytes()).decode()}"), method
            meaning = self._uploaded(self.service.upload(self.job.base_url, method, str(path), mime_type))
            if isinstance(meaning, Uploaded):
                return meaning, method
        raise TripoError(
            Kind.REFUSED,
            text("service.no_upload_url"),
            detail=f"{', '.join(method.name for method in methods)} answered 404 or 405",
        )

    def _uploaded(self, request: HttpRequest) -> Uploaded | RouteMissing:
        tries = _Tries(self.delay)
        while True:
            try:
                meaning = self.service.read_upload(self.client.call(request))
            except (NotSent, NoAnswer) as error:
                meaning = Refused(error.failure, again=True)
            if not isinstance(meaning, Refused):
                return meaning
            if not (meaning.again and tries.again(meaning.failure, meaning.retry_after)):
                raise TripoError.of(meaning.failure)

    def _order(self, dialect: str) -> Created | Refused | Unclear:
        job = self.job
        request = self.service.create(job.base_url, job.request, self._uploads, dialect)
        self.before()
        try:
            meaning = self.service.read_create(self.client.call(request, purchase=True))
        except NotSent as error:
            meaning = Refused(error.failure, again=True)
        except TripoError:  # the key must not go there: nothing went out
            self.sent = False
            raise
        except NoAnswer as error:
            meaning = Unclear(lost_answer(error.failure.detail))
        except Exception as error:  # noqa: BLE001  # a mistake of ours: the order may be out all the same
            _log.error("the order of job %s: %s", job.id, self.client.masks.words(traceback.format_exc()))
            meaning = Unclear(lost_answer(type(error).__name__))
        self.sent = not isinstance(meaning, Refused)
        return meaning

    def _explained(self, refused: Refused) -> Refused:
        """Say what else to try where the gateway offered no upload address and took no picture in the request."""
        if self._method is None or not self._method.inline or not refused.may_be_the_picture:
            return refused
        failure = Failure(
            Kind.PICTURE,
            text("service.no_local_images"),
            refused.failure.technical(),
            refused.failure.code,
            refused.failure.trace_id,
        )
        return Refused(failure)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise `TripoError` of kind picture for an `OSError` at the copy of an image."""
    try:
        yield
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        what = text("image.copy_gone") if gone else text("image.copy_unreadable")
        raise TripoError(Kind.PICTURE, what, detail=f"{error.strerror or error} {path.name}") from error


def _format_of_file(path: Path) -> str:
    with path.open("rb") as file:
        head = read_head(file.read(HEAD_BYTES))
    return head.format if head is not None else "png"


def _format_of_url(url: str) -> str:
    suffix = url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rsplit(".", 1)[-1].lower()
    return {"jpeg": "jpg"}.get(suffix, suffix if suffix in MIME_TYPES else "jpg")
