"""How a call broke, and whether it surely was not sent; exceptions of libraries go no further."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3.exceptions
from urllib3.util.ssl_match_hostname import CertificateError

from ...core.disk_errors import NO_MORE_FILES
from ...core.errors import Failure, Kind, TripoError
from ...core.network import PROXY, SERVICE, WRONG_NAME, certificate_failure, proxy_failure
from ...core.recovery import too_many_files
from ...core.redaction import Masks
from ...core.sentences.text import Text, text
from ...core.services.quoting import told

_UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.TooManyRedirects,  # of a file host; those of the service are not followed
    urllib3.exceptions.LocationValueError,
    UnicodeError,  # of a name that is no name of a host
)


class NotSent(Exception):
    """The call surely did not arrive: no connection was made."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class NoAnswer(Exception):
    """The call may have arrived, but its answer was not read to the end."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@contextmanager
def translated(host: Text, masks: Masks) -> Iterator[None]:
    """Raise `NotSent`, `NoAnswer` or `TripoError` in place of whatever else comes up in a call to `host`.

    Nothing but the call belongs inside: most exceptions of requests are OSErrors, which mean the disk elsewhere.
    """
    try:
        yield
    except (NotSent, NoAnswer, TripoError):
        raise
    except Exception as error:  # noqa: BLE001  # one that nobody thought of is no less the end of the call
        raise _translation(error, host, masks) from None


def _translation(error: Exception, host: Text, masks: Masks) -> NotSent | NoAnswer | TripoError:
    library = isinstance(error, requests.exceptions.RequestException | urllib3.exceptions.HTTPError)
    # A plain ValueError is what the standard library says of some addresses, and may say of an answer.
    if host != SERVICE and (isinstance(error, _UNUSABLE) or (isinstance(error, ValueError) and not library)):
        return TripoError(Kind.LINK_EXPIRED, text("task.link_unusable"), detail=type(error).__name__)
    if isinstance(error, _UNUSABLE):
        return NotSent(Failure(Kind.NETWORK, text("network.service_url_unusable"), type(error).__name__))
    # Never the error's own text: it holds the whole address, signature included.
    root = _root(error)
    detail = " <- ".join(dict.fromkeys([type(error).__name__, type(root).__name__]))
    if isinstance(root, OSError) and not isinstance(root, requests.exceptions.RequestException):
        detail += f": {told(root.strerror or root, masks, 300)}"  # a proxy's words among them
    never = _never_connected(error, root, host)
    if _no_more_files(error):
        # It is this machine's limit: before the connection was made, or while the authorities for it were read.
        before = never is not None or isinstance(error, requests.exceptions.SSLError)
        return (NotSent if before else NoAnswer)(too_many_files(detail))
    if never is not None:
        return NotSent(Failure(Kind.NETWORK, never, detail))
    return NoAnswer(Failure(Kind.NETWORK, text("network.broke_off", host=host), detail))


def _root(error: BaseException) -> BaseException:
    """Give the error at the bottom: libraries wrap one into the other."""
    return list(_chain(error))[-1]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _no_more_files(error: Exception) -> bool:
    """Return whether a call broke because this process, or the system, has as many files open as it may."""
    for each in _chain(error):
        if isinstance(each, socket.gaierror):  # the system's resolver keeps to itself why it found nothing
            try:
                os.close(os.open(os.devnull, os.O_RDONLY))
            except OSError as closed:
                return closed.errno in NO_MORE_FILES
        elif isinstance(each, OSError) and each.errno in NO_MORE_FILES:
            return True
    return False


def _never_connected(error: Exception, root: BaseException, host: Text) -> Text | None:
    """Give the text for an error that came before anything was sent; None where that is not sure."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    connecting = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if isinstance(root, ssl.SSLCertVerificationError | CertificateError):
        by_proxy = isinstance(error, requests.exceptions.ProxyError)
        # urllib3 1.26 (Blender 4.2) compares the names itself.
        code = root.verify_code if isinstance(root, ssl.SSLCertVerificationError) else WRONG_NAME
        return certificate_failure(PROXY if by_proxy else host, code)
    if isinstance(error, requests.exceptions.ProxyError):
        # Also raised for a connection through the proxy that broke after the call was sent.
        refused = isinstance(root, OSError) and str(root).startswith("Tunnel connection failed")
        unmade = isinstance(root, socket.gaierror | ConnectionRefusedError)
        unmade = unmade or isinstance(getattr(reason, "original_error", None), connecting)
        return proxy_failure(str(root) if refused else "") if refused or unmade else None
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, connecting):
        return text("network.service_unreachable") if host == SERVICE else text("network.unreachable", host=host)
    return None
