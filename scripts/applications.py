"""The Blender applications that the windows of the tests open in: those that are named, or in CI one that is made.

The variable TRIPO_TEST_BLENDER names them by their paths, separated as in PATH. Where it names none, CI is set and the
folder beside the project has a script that makes a Blender 5.2, that one is made once and kept in the user's cache.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import Callable, List, Optional, Tuple

import environments
import lanes

VARIABLE = "TRIPO_TEST_BLENDER"
SET_UP = Path(__file__).resolve().parents[2] / "shared" / "real-blender" / "setup"
_PREFIX = "blender-5.2"  # in the cache folder
_SUITE = "sid"  # of Debian, whose Blender is 5.2
_LIMIT_S = 15 * 60  # it takes two minutes, and longer where the network is slow


class NoApplicationError(Exception):
    """There is no application here; the text is the reason."""


def named() -> List[str]:
    """The applications that are named."""
    return [path for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path]


def made(say: Callable[[str], None]) -> str:
    """The application that CI makes, made if it is not there yet; raises NoApplicationError, and SetUpError.

    Without root, a network or room the script ends badly: then there is none, and that is no fault of ours. What it
    leaves behind when it ends well must be an application.
    """
    if not os.environ.get("CI") or not SET_UP.is_file():
        raise NoApplicationError("set {} to the path of a Blender that can open a window".format(VARIABLE))
    prefix = environments.cache_folder() / _PREFIX
    try:
        code, said = _run(prefix, say)
    except OSError as error:
        raise environments.SetUpError("No Blender could be made in {}: {}.".format(prefix, error)) from error
    if code != 0:
        how = "it was stopped after {} minutes".format(_LIMIT_S // 60) if code is None else "exit code {}".format(code)
        last = said.splitlines()[-1] if said else "it said nothing"
        raise NoApplicationError("no Blender 5.2 could be made ({}): {}".format(how, last))
    application = prefix / "bin" / "blender-gui"
    if not application.is_file():
        raise environments.SetUpError("{} ended well, and there is no {}.".format(SET_UP, application))
    return str(application)


def _run(prefix: Path, say: Callable[[str], None]) -> Tuple[Optional[int], str]:
    """The exit code of the script, None where it took too long, and what it said; raises OSError."""
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with environments.locked(prefix.with_name(_PREFIX + ".lock"), _PREFIX):
        say("{}: made by {} in {}".format(_PREFIX, SET_UP, prefix))
        started = time.monotonic()
        log = prefix.with_name(_PREFIX + ".log")
        with log.open("wb") as output:
            command = ["bash", str(SET_UP), str(prefix), _SUITE]
            code = lanes.run_one(command, _LIMIT_S, stdout=output, stderr=subprocess.STDOUT)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
    say("{}\n{}: {:.0f} s".format(said, _PREFIX, time.monotonic() - started))
    return code, said
