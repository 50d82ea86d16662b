"""What of the preferences a job needs, and what keeps the service from being used: key, address, online access."""

import os
import stat
import sys
from dataclasses import dataclass, field, replace

import bpy

from ..core import network
from ..core.account import Account, Credentials
from ..core.errors import Kind, TripoError
from ..core.formats.limits import Limits
from ..core.network import Network
from ..core.price import Price, total
from ..core.sentences.text import Text, text
from ..core.services import endpoint, registry
from ..core.services.credentials import LONGEST_FILE, KeyFile, KeyGiven, Source, choose, others_may_reach, told
from ..core.task import Request
from ..scene import addon_preferences
from .on_exit import on_exit

_SERVICE = registry.service_of(registry.DEFAULT)  # that of the preferences


@dataclass(frozen=True)
class Access:
    """What it takes to reach the gateway."""

    key: str = field(repr=False)
    base_url: str
    upload_method: str = ""
    at_once: int = 3
    converts: bool = True
    source: Source = Source.ARGUMENT
    problem: Text | None = None  # with the place the key lies in
    network: Network = field(default_factory=Network)
    limits: Limits = Limits()  # noqa: RUF009  # frozen
    kept: int = 0  # bytes that models of ended jobs may take on the disk; 0: no limit

    @property
    def account(self) -> Account:
        """The account that jobs belong to."""
        return Account(_SERVICE.id, self.base_url)

    @property
    def credentials(self) -> Credentials:
        """What the worker needs to use it."""
        return Credentials(self.account, self.key, self.at_once, self.upload_method)


def access(
    context: bpy.types.Context, base_url: str = "", key: str = "", *, key_file: str = "", looks: bool = True
) -> Access:
    """Give key and address, from the arguments, the preferences, the key file or the environment, in that order.

    Nothing is checked but the key file. What is drawn `looks` at no file: one on a share that hangs would hold the
    window up. It goes by what was found when the file was chosen or last used.
    """
    chosen = addon_preferences.get(context)
    address = endpoint.normal_url(base_url or (chosen.base_url.strip() if chosen else "") or _SERVICE.base_url)
    if chosen is None:
        given = _given(key, key_file, "", "", looks=looks)
        return Access(given.key, address, source=given.source, problem=given.problem)
    given = _given(key, key_file, chosen.api_key, chosen.key_file, looks=looks)
    return Access(
        given.key,
        address,
        "" if chosen.upload_method == "AUTO" else chosen.upload_method,
        chosen.at_once,
        chosen.converts,
        given.source,
        given.problem,
        Network(chosen.proxy.strip(), _full(chosen.certificates)),
        limits=Limits(memory=chosen.model_memory * 2**30),
        kept=int(chosen.kept_limit * 1e9),
    )


def unavailable_reason(given: Access) -> TripoError | None:
    """Give what keeps the service from being used: the key, the address or online access; None when nothing does."""
    if wrong := endpoint.base_url_problem(given.base_url, _SERVICE.base_url):
        return TripoError(Kind.USAGE, wrong)
    if given.problem:
        return TripoError(Kind.NO_KEY, given.problem)
    if wrong := _key_problem(given):
        return TripoError(Kind.NO_KEY, wrong)
    if wrong := network.proxy_problem(given.network.proxy):
        return TripoError(Kind.USAGE, wrong)
    if not bpy.app.online_access and not endpoint.is_loopback(given.base_url):
        return TripoError(Kind.OFFLINE, text("access.offline", advice=_online_advice()))
    return None


def _key_problem(given: Access) -> Text | None:
    """Give what is wrong with the key; one in a file that was not looked at yet may be good."""
    if given.source is Source.FILE and not given.key:
        return None
    if not given.key and bpy.app.background:
        account = endpoint.account_of(_SERVICE.name)
        return text("key.missing_headless", account=account, variable=_SERVICE.key_variable)
    return _SERVICE.key_problem(given.key)


def poll_unavailable_reason(context: bpy.types.Context) -> TripoError | None:
    """Give the same for a button. It looks at the key file when it is pressed, which may be mended by then."""
    given = access(context, looks=False)
    return unavailable_reason(replace(given, problem=None, key="") if given.source is Source.FILE else given)


def price(*requests: Request) -> Price | None:
    """Return what requests cost together, as far as it is known."""
    return total(map(_SERVICE.price, requests))


def key_told(context: bpy.types.Context) -> tuple[Text | None, bool]:
    """Say, for the preferences, which key is used and where it lies; and whether that place is at fault."""
    chosen = addon_preferences.get(context)
    if chosen is None:
        return None, False
    given = _given("", "", chosen.api_key, chosen.key_file, looks=False)
    preferences_file = bpy.utils.user_resource("CONFIG", path="userpref.blend")
    return told(given, _full(chosen.key_file), preferences_file, _SERVICE.key_variable), bool(given.problem)


def _given(argument: str, argument_file: str, preference: str, preference_file: str, *, looks: bool) -> KeyGiven:
    if argument_file and not argument.strip():
        return choose("", "", _key_file(_full(argument_file)), "")
    path = _full(preference_file)
    if not path or argument.strip() or preference.strip():
        return choose(argument, preference, None, os.environ.get(_SERVICE.key_variable, ""))
    file = _key_file(path) if looks else _read[2] if _read is not None and _read[0] == path else None
    return choose("", "", file, "") if file is not None else KeyGiven(source=Source.FILE)


_Stamp = tuple[int, ...]
_read: tuple[str, _Stamp, KeyFile] | None = None


def _key_file(path: str) -> KeyFile:
    """Give what lies there, and remember it. It is read only where its stamp says that anything of it has changed."""
    global _read
    try:
        stamp = _stamp(os.stat(path))  # noqa: PTH116
    except (OSError, ValueError) as error:
        _read = (path, (), KeyFile(path, why_unread=_reason(error)))
        return _read[2]
    if _read is None or _read[:2] != (path, stamp):
        _read = (path, stamp, _read_key_file(path))
    return _read[2]


@on_exit
def forget() -> None:
    """Forget the key file's content."""
    global _read
    _read = None


def _read_key_file(path: str) -> KeyFile:
    try:
        # Non-blocking: a pipe without a writer would stop Blender.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        return KeyFile(path, why_unread=_reason(error))
    try:
        found = os.fstat(descriptor)  # of what is open here, which the path may no longer name
        if not stat.S_ISREG(found.st_mode):
            return KeyFile(path, why_unread=text("key.why.no_file"))
        others = others_may_reach(found.st_mode, sys.platform)
        return KeyFile(path, b"" if others else os.read(descriptor, LONGEST_FILE + 1), others_may_read=others)
    except OSError as error:
        return KeyFile(path, why_unread=_reason(error))
    finally:
        os.close(descriptor)


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode, found.st_uid, found.st_ino, found.st_dev


def _reason(error: Exception) -> Text | str:
    said = getattr(error, "strerror", None)
    return str(said).lower() if said else text("key.why.bad_path")


def _full(path: str) -> str:
    """Give a path of the preferences as the system takes it; empty when there is none."""
    return os.path.expanduser(bpy.path.abspath(path.strip())) if path.strip() else ""  # noqa: PTH111  # for polls


def _online_advice() -> Text:
    """Say who can allow online access, in the words that Blender itself uses and translates."""
    if bpy.app.background and not bpy.app.online_access_override:
        return text("access.launch_online")
    if bpy.app.online_access_override:
        return text("access.launch_not_offline")
    return text("access.enable_online")
