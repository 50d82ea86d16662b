"""The network as it is: each fault, where it strikes, and how a job must end all the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tripo_blender.core.errors import Kind
from tripo_blender.core.job import Job
from tripo_blender.core.states import JobState

HTML = "<html><body><h1>Sign in to this network</h1></body></html>"
STRIKES = ("upload", "create", "poll", "download")
Rule = Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """How a job ends: its state, what its sentence holds, and how many tasks were bought."""

    state: JobState
    creates: int
    kind: Kind | None = None
    words: tuple[str, ...] = ()


def sorry(kind: Kind, *words: str, creates: int = -1) -> End:
    """It fails, and says so; without a number, what had been bought by then is counted."""
    return End(JobState.FAILED, creates, kind, words)


SAVED = End(JobState.READY, 1)
LOST = End(JobState.UNCERTAIN, 1, Kind.UNCERTAIN, ("you may have been charged", "Look at your account"))
LOST_UNBOUGHT = replace(LOST, creates=0)

BROKEN = sorry(Kind.NETWORK, "broke off", "Check the network")
AWAY = sorry(Kind.NETWORK, "cannot be reached", "Check the network")
CERTIFICATE = {
    "wrong name": sorry(Kind.NETWORK, "certificate", "made out to another name"),
    "wrong chain": sorry(Kind.NETWORK, "certificate", "is not trusted here"),
    "expired certificate": sorry(Kind.NETWORK, "certificate", "has expired"),
}
PROXY = sorry(Kind.NETWORK, "proxy")
BUSY = sorry(Kind.BUSY, "busy")
DOWN = sorry(Kind.SERVICE_DOWN, "fault")
ODD = sorry(Kind.ANSWER, "could not be read")
LEADS_ON = sorry(Kind.REFUSED, "leads on to another URL")
EXPIRED = sorry(Kind.LINK_EXPIRED, "expired", "download it again")
NO_MODEL = sorry(Kind.MODEL_FILE, "neither GLB nor FBX", "download it again")
CUT_SHORT = sorry(Kind.MODEL_FILE, "cut short", "download it again")
MISLED = sorry(Kind.LINK_EXPIRED, "URL", "download it again")


@dataclass(frozen=True)
class Fault:
    """A row: what the simulator plays, or an address where nobody answers as he should, and the ends by what is struck.

    `then` is played after the rule. `hurry` makes the patience with slow answers short, and `few` the retries, so that
    the end comes soon. `asked` is between which seconds the first wait must lie.
    """

    name: str
    rule: Rule | None = None
    ends: Mapping[str, End] = field(default_factory=dict)
    then: tuple[Rule, ...] = ()
    address: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    hurry: bool = False
    asked: tuple[float, float] | None = None

    @property
    def few(self) -> bool:
        return self.rule is None or self.rule.get("times", 1) is None


def on(
    upload: End | None = None, create: End | None = None, poll: End | None = None, download: End | None = None
) -> dict[str, End]:
    ends = zip(STRIKES, (upload, create, poll, download), strict=True)
    return {strike: end for strike, end in ends if end is not None}


def everywhere(end: End) -> dict[str, End]:
    return dict.fromkeys(STRIKES, end)


def status(number: int, body: Any = HTML, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"do": "status", "status": number, "body": body, "headers": named}


def task(**fields: Any) -> dict[str, Any]:
    return {"do": "task", "fields": fields}


def _connections() -> Iterator[Fault]:
    yield Fault("nobody listens", address="refused", ends=everywhere(AWAY))
    yield Fault("the name is not found", address="nameless", ends=everywhere(AWAY))
    yield Fault("the proxy demands a login", address="proxy", ends=everywhere(PROXY))
    for address, end in CERTIFICATE.items():
        yield Fault(f"TLS: {address}", address=address, ends=everywhere(end))
    yield Fault("nobody listens at first", address="late", ends=on(upload=SAVED, create=SAVED, poll=SAVED))
    # Also between two polls: each goes over the connection that the server has just closed.
    yield Fault("kept connections are closed", {"do": "hang_up", "times": None}, everywhere(SAVED))
    for name, action, create in (
        ("closed before it is processed", "close", LOST_UNBOUGHT),
        ("closed after it was processed", "lost", LOST),
        ("reset", "reset", LOST_UNBOUGHT),
        ("cut in the status line", "cut_head", LOST),
        ("cut in a header", "cut_head", LOST),
        ("cut before the body", "cut", LOST),
        ("cut in the body", "cut", LOST),
        ("cut in the request", "cut_request", LOST_UNBOUGHT),
    ):
        size = {"cut in the status line": 8, "cut in a header": 60, "cut before the body": 0}.get(name, 12)
        rule = {"do": action, "bytes": size} if action.startswith("cut") else {"do": action}
        read = SAVED if action != "cut_request" else None  # a GET has no body to be cut
        yield Fault(name, {**rule, "times": 2}, on(SAVED, create, read, read))
        if action in ("close", "cut"):
            yield Fault(f"{name}, for ever", {**rule, "times": None}, on(BROKEN, create, BROKEN, BROKEN))
    yield Fault("reset in the body", {"do": "reset", "bytes": 12}, on(SAVED, LOST, SAVED, SAVED))


def _slowness() -> Iterator[Fault]:
    for name, rule in (
        # Each byte well within a socket's time-out, as one a second would be.
        ("byte by byte", {"do": "slow", "rate": 10}),
        ("byte by byte from the headers on", {"do": "slow_head", "rate": 10}),
        ("headers without an end", {"do": "endless_headers"}),
        ("a header without an end", {"do": "endless_header"}),
        ("interim answers without an end", {"do": "endless_continue"}),
        ("no byte", {"do": "hang", "seconds": 2}),
    ):
        create = LOST_UNBOUGHT if name == "no byte" else LOST
        yield Fault(name, rule, on(SAVED, create, SAVED, SAVED), hurry=True)
        yield Fault(f"{name}, for ever", {**rule, "times": None}, on(BROKEN, None, BROKEN, BROKEN), hurry=True)
    yield Fault("a body without an end", {"do": "endless_body"}, on(SAVED, LOST, SAVED))


# The seconds asked for, as the header says it, and between which seconds the first wait must lie.
RETRY_AFTER: dict[str, tuple[str | None, float, float]] = {
    "seconds": ("7", 7, 7),
    "a date": ("Sun, 22 Nov 2026 10:00:09 GMT", 9, 9),
    "a date that is past": ("Sun, 22 Nov 2026 09:00:00 GMT", 0.75, 1.25),
    "a date that is none": ("Sun, 99 Nov 2026 10:00:09 GMT", 0.75, 1.25),
    "negative": ("-5", 0.75, 1.25),
    "huge": ("99999999999", 120, 120),
    "beyond numbers": ("inf", 120, 120),
    "not a number": ("nan", 0.75, 1.25),
    "nonsense": ("soon", 0.75, 1.25),
    "empty": ("", 0.75, 1.25),
    "none": (None, 0.75, 1.25),
}


FULL = {"code": 2000, "message": "You have exceeded the limit of generation", "suggestion": ""}
NO_CHANNEL = {"error": {"message": "no channel", "type": "new_api_error", "code": "get_channel_failed"}}


def _statuses() -> Iterator[Fault]:
    for name, (value, low, high) in RETRY_AFTER.items():
        headers = {"Date": "Sun, 22 Nov 2026 10:00:00 GMT"} | ({} if value is None else {"Retry_After": value})
        yield Fault(
            f"429, Retry-After {name}",
            {**status(429, FULL, **headers), "times": 2},
            everywhere(SAVED),
            asked=(low, high),
        )
    for name, rule, end in (("429", status(429, FULL), BUSY), ("503", status(503, NO_CHANNEL), DOWN)):
        yield Fault(f"{name}, the service's own", {**rule, "times": 2}, everywhere(SAVED))
        ends = on(end, replace(end, creates=0), end, BROKEN)
        yield Fault(f"{name}, the service's own, for ever", {**rule, "times": None}, ends)
    for number in (429, 500, 502, 503, 504):
        yield Fault(f"{number} with a page", {**status(number), "times": 2}, on(SAVED, LOST_UNBOUGHT, SAVED, SAVED))
        end = BUSY if number == 429 else DOWN
        ends = on(end, LOST_UNBOUGHT, end, BROKEN)
        yield Fault(f"{number} with a page, for ever", {**status(number), "times": None}, ends)
    yield Fault("200 with a page", status(200), on(SAVED, LOST_UNBOUGHT, SAVED, SAVED))
    ends = on(ODD, LOST_UNBOUGHT, ODD, NO_MODEL)
    yield Fault("200 with a page, for ever", {**status(200), "times": None}, ends)
    yield Fault("204 without a body", status(204, ""), on(SAVED, LOST_UNBOUGHT, SAVED, SAVED))


def _bodies() -> Iterator[Fault]:
    # All that was promised is there but for the length: what a create said is not lost by that.
    yield Fault("a length that is too long", {"do": "wrong_length", "by": 100}, everywhere(SAVED))
    yield Fault("a length that is too short", {"do": "wrong_length", "by": -20}, on(SAVED, LOST, SAVED, SAVED))
    for name, rule in (
        ("100 MB of JSON", {"do": "large", "bytes": 100_000_000}),
        ("JSON nested 10,000 levels", {"do": "nested", "levels": 10_000}),
        ("a gzip bomb", {"do": "gzip_bomb", "bytes": 100_000_000}),
        ("a gzip bomb in layers", {"do": "gzip_bomb", "bytes": 100_000_000, "layers": 3}),
    ):
        yield Fault(name, rule, on(SAVED, LOST, SAVED))
        yield Fault(f"{name}, for ever", {**rule, "times": None}, on(upload=ODD, poll=ODD))
    # A proxy that packs what nobody asked it to pack is read all the same.
    yield Fault("gzip unasked", {"do": "gzip_bomb", "bytes": 0, "times": None}, everywhere(SAVED))


def _tasks() -> Iterator[Fault]:
    gone = status(404, {"code": 2001, "message": "The task is not found"})
    forgotten = sorry(Kind.TASK_LOST, "no longer knows the task", "Download it later")
    for name, rule, end in (
        ("an unknown status", {**task(status="dreaming"), "times": 3}, SAVED),
        ("an unknown status, for ever", {**task(status="dreaming"), "times": None}, forgotten),
        ("99 % for a while", {**task(status="running", progress=99, running_left_time=1), "times": 9}, SAVED),
        (
            "99 %, for ever",
            {**task(status="running", progress=99, running_left_time=1), "times": None},
            sorry(Kind.TASK_LOST, "did not finish the task", "Download it later"),
        ),
        ("a task that vanishes and comes back", {**gone, "times": 3}, SAVED),
        ("a task that vanishes", {**gone, "times": None}, forgotten),
    ):
        yield Fault(name, rule, on(poll=end), hurry=name == "99 %, for ever")
    first, *back = (task(status="running", progress=percent) for percent in (70, 30, 75))
    yield Fault("progress that goes back", first, on(poll=SAVED), then=tuple(back))


def _redirects() -> Iterator[Fault]:
    for name, location, download in (
        ("to the same host", "{path}", SAVED),
        ("to another host", "http://localhost:{port}{path}", SAVED),
        ("to a file", "file:///etc/hostname", MISLED),
        ("to no address", "http://", MISLED),
        ("to a broken address", "http://[broken", MISLED),
    ):
        rule = {"do": "redirect", "location": location}
        once = SAVED if download is MISLED else download
        yield Fault(f"a redirect {name}", rule, on(replace(LEADS_ON, creates=0), LOST_UNBOUGHT, SAVED, once))
        if download is MISLED:
            yield Fault(f"a redirect {name}, for ever", {**rule, "times": None}, on(poll=LEADS_ON, download=download))
    circle = {"do": "redirect", "location": "{path}", "times": None}
    yield Fault("a redirect in a circle", circle, on(poll=LEADS_ON, download=MISLED))


def _links() -> Iterator[Fault]:
    for number in (401, 403, 404, 410):
        yield Fault(f"the link has expired, {number}", {**status(number), "times": 2}, on(download=SAVED))
        yield Fault(f"every link has expired, {number}", {**status(number), "times": None}, on(download=EXPIRED))
    empty = sorry(Kind.MODEL_FILE, "empty", "download it again")
    for name, rule, end in (
        ("an empty model", {"do": "replace", "text": ""}, empty),
        (
            "half a model that calls itself whole",
            {"do": "replace", "base64": "Z2xURgIAAACgAAAAZAAAAEpTT04="},
            CUT_SHORT,
        ),
        ("a model with a length that is too short", {"do": "wrong_length", "by": -500}, CUT_SHORT),
        # Its own header says that nothing is missing.
        ("a model with a length that is too long", {"do": "wrong_length", "by": 500}, SAVED),
        ("a model packed to a bomb", {"do": "gzip_bomb", "bytes": 10_000_000}, sorry(Kind.MODEL_FILE, "larger than")),
        ("a model without an end", {"do": "endless_body"}, sorry(Kind.MODEL_FILE, "larger than")),
    ):
        yield Fault(f"{name}, once", rule, on(download=SAVED), hurry=True)
        yield Fault(f"{name}, for ever", {**rule, "times": None}, on(download=end), hurry=True)
    for ranges in (True, False):
        name = "a model cut in the middle, " + ("with" if ranges else "without") + " ranges"
        options = {"file_host_ranges": ranges}
        yield Fault(name, {"do": "cut", "bytes": 20_000, "times": 3}, on(download=SAVED), options=options)


FAULTS = [
    fault for family in (_connections, _slowness, _statuses, _bodies, _tasks, _redirects, _links) for fault in family()
]
ROWS = {f"{strike}: {fault.name}": (fault, strike) for fault in FAULTS for strike in fault.ends}
# What whole answers say is read by code of ours alone; in all other rows the library that speaks HTTP has its say.
READ_BY_US = {fault.name for family in (_statuses, _tasks) for fault in family()}


@dataclass
class Tally:
    """What the run has to tell in the end."""

    played: int = 0
    saved: int = 0
    creates: int = 0
    sightings: int = 0
    orders: Counter[str] = field(default_factory=Counter)  # answers to orders that were played, and what came of them

    def ordered(self, job: Job, bought: int) -> None:
        """Count an order that was played."""
        self.orders.update({"played": 1, job.state: 1, "bought": bought, "twice": int(bought > 1)})

    def lines(self) -> list[str]:
        lines = []
        if self.played:
            lines.append(
                f"The network as it is: {self.played} faults played, {self.saved} models saved, "
                f"{self.played - self.saved} ended with a sentence, {self.creates} creates counted, "
                f"{self.sightings} key sightings outside the API"
            )
        if orders := self.orders:
            lines.append(
                f"Answers to an order: {orders['played']} played, {orders['bought']} tasks bought, "
                f"{orders['twice']} bought twice; {orders['ready']} models saved, {orders['uncertain']} uncertain with "
                f"record and picture, {orders['failed']} surely refused"
            )
        return lines


TALLY = Tally()
