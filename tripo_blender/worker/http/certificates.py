"""Which authorities' certificates are trusted: those of the preferences, of the environment, or the usual ones."""

from __future__ import annotations

import functools
import os
import ssl
from pathlib import Path

from ...core.disk_errors import NO_MORE_FILES
from ...core.errors import Kind, TripoError
from ...core.network import Network, certificates_problem
from ...core.recovery import too_many_files

_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # as requests reads them, in its order


def trusted(network: Network) -> str | bool:
    """Give the file or folder of trusted authorities, or True for those of requests; nothing makes this False.

    Raises `TripoError` where it cannot be used: for it requests and urllib3 give errors from which nobody can tell that
    nothing was sent.
    """
    own = network.certificates
    path = own or next(filter(None, map(os.environ.get, _VARIABLES)), None)
    if not path:
        return True
    if not Path(path).is_dir():
        try:
            _read(path, Path(path).stat().st_mtime_ns)
        except OSError as error:
            if error.errno in NO_MORE_FILES:
                raise TripoError.of(too_many_files(str(error))) from None
            why = "" if isinstance(error, ssl.SSLError) else (error.strerror or type(error).__name__).lower()
            raise TripoError(Kind.NETWORK, certificates_problem(path, why, bool(own))) from None
    return path


@functools.lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> None:
    """Read a file of authorities, once as long as it does not change: it takes 40 ms, and every connection asks."""
    ssl.create_default_context(cafile=path)
