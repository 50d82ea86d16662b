"""Makes and keeps the virtual environments that the other scripts run in: the tools, and one for each Blender version.

`python3 scripts/environments.py [NAME...]` makes all of them, or the named ones, and prints where their Pythons are.
Starts with any Python from 3.8 on; parses with 3.6, so that an older one gets a sentence and not a traceback.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Dict, Iterator, List, NamedTuple, Optional, Tuple

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if sys.version_info < (3, 8):  # noqa: UP036 - the scripts are started with whatever python3 is at hand
    raise SystemExit("These scripts need Python 3.8 or newer; this is Python {}.".format(sys.version.split()[0]))


class SetUpError(Exception):
    """An environment could not be made; the text is a sentence for a person."""


class NoPythonError(SetUpError):
    """This machine has no Python of the version that an environment needs."""


class Environment(NamedTuple):
    """What an environment is made of; any change here makes a new one."""

    python: Tuple[int, int]
    requirements: Tuple[str, ...]
    download: str  # what a person waits for


_TEST_TOOLS = ("pytest==9.2.0", "pytest-timeout==2.4.0", "hypothesis==6.170.15")


def _bpy(version: str, python: Tuple[int, int], megabytes: int, *shipped: str) -> Environment:
    requirements = ("bpy==" + version, *shipped, *_TEST_TOOLS)
    return Environment(python, requirements, "about {} MB".format(megabytes))


# 4.2 gets the requests, urllib3 and numpy that Blender 4.2 ships: the oldest that any user has.
ENVIRONMENTS: Dict[str, Environment] = {
    "tools": Environment(
        (3, 11),
        (
            "ruff==0.17.6",
            "mypy==2.4.1",
            "import-linter==2.16",
            "coverage==7.17.3",
            "requests==2.34.2",
            "types-requests==2.33.0.20261030",
            "numpy==2.4.6",
            "fake-bpy-module==20250207",  # the newest that does not call a layout, a window manager or a result None
            *_TEST_TOOLS,
        ),
        "about 60 MB",
    ),
    # The service's own client in its last version for v2, which judges the simulator; it meets no code of ours.
    "client-v2": Environment(
        (3, 11), ("tripo3d==0.4.2", "aiohttp==3.14.5", "numpy==2.4.6", *_TEST_TOOLS), "about 30 MB"
    ),
    "bpy-4.2.23": _bpy("4.2.23", (3, 11), 350, "requests==2.27.1", "urllib3==1.26.8", "numpy==1.24.3"),
    "bpy-4.5.15": _bpy("4.5.15", (3, 11), 373, "requests==2.34.2", "numpy==1.26.4"),
    "bpy-5.0.1": _bpy("5.0.1", (3, 11), 374, "requests==2.34.2", "numpy==1.26.4"),
    "bpy-5.2.3": _bpy("5.2.3", (3, 13), 403, "requests==2.34.2", "numpy==2.4.6"),
}

_STAMP = "made.txt"  # written last: an environment without it is a half-made one
_UNUSED_DAYS = 30  # after this an environment of other pins (an older or newer clone's) is removed
_PROBE = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


def bpy_versions() -> Tuple[str, ...]:
    """The Blender versions there is an environment `bpy-VERSION` for, oldest first."""
    return tuple(name[len("bpy-") :] for name in ENVIRONMENTS if name.startswith("bpy-"))


def cache_folder() -> Path:
    """The user's cache folder for this project; `TRIPO_CACHE` overrides it."""
    override = os.environ.get("TRIPO_CACHE")
    if override:
        return Path(override).expanduser().absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "tripo-blender"


def environment(name: str) -> Path:
    """The Python of the environment `name`, which is made if it is not there yet; raises SetUpError."""
    if name not in ENVIRONMENTS:
        raise SetUpError("There is no environment {!r}; there are {}.".format(name, ", ".join(ENVIRONMENTS)))
    wanted = ENVIRONMENTS[name]
    # The pins are in the folder's name: two clones with different pins must not unmake each other's environments.
    digest = hashlib.sha256(repr((wanted.python, wanted.requirements)).encode()).hexdigest()[:8]
    folder = cache_folder() / "environments" / "{}-{}".format(name, digest)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if _is_whole(folder, python):
        return python
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(folder.name + ".lock"), name) as lock:
            if not _is_whole(folder, python):  # another process may have made it while this one waited
                _make(name, wanted, folder, python, lock)
                _remove_unused(name, folder)
    except OSError as error:
        raise SetUpError("The environment {} could not be made in {}: {}.".format(name, folder, error)) from error
    return python


def _is_whole(folder: Path, python: Path) -> bool:
    """Whether the environment was finished and its Python still runs: the one it was made from may be gone."""
    stamp = folder / _STAMP
    if not stamp.is_file() or not _runs([str(python), "-I", "-c", ""]):
        return False
    with contextlib.suppress(OSError):
        os.utime(str(stamp))  # the time of the last use, for _remove_unused
    return True


def _make(name: str, wanted: Environment, folder: Path, python: Path, lock: IO[str]) -> None:
    base = _find_python(wanted.python)
    started = time.monotonic()
    what = ", ".join(requirement.split("==")[0] for requirement in wanted.requirements)
    _say("{}: installing {} ({}; kept in {})".format(name, what, wanted.download, folder))
    if folder.exists():
        shutil.rmtree(str(folder))
    log = folder.with_name(folder.name + ".log")
    commands = [
        [*base, "-I", "-m", "venv", str(folder)],
        # -I: nothing of the caller's PYTHONPATH; pip's own settings (mirrors, proxies, wheel folders) are the user's.
        [str(python), "-I", "-m", "pip", "install", "--progress-bar", "off", *wanted.requirements],
    ]
    with log.open("w", encoding="utf-8") as output:
        for command in commands:
            code = _run_logged(name, command, output, lock)
            if code != 0:
                last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
                raise SetUpError(
                    "The environment {} could not be installed (exit code {}). Its log, {}, ends:\n    {}".format(
                        name, code, log, "\n    ".join(last)
                    )
                )
    (folder / _STAMP).write_text("\n".join(wanted.requirements) + "\n", encoding="utf-8")
    _say("{}: ready after {:.0f} s".format(name, time.monotonic() - started))


def _run_logged(name: str, command: List[str], output: IO[str], lock: IO[str]) -> int:
    """The command's exit code; its output goes to the log, and a sign of life to the person who waits."""
    started = time.monotonic()
    # The child inherits the lock: if this process is killed, the next one waits until the orphaned pip has ended too.
    inherited = () if sys.platform == "win32" else (lock.fileno(),)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, pass_fds=inherited
    )
    try:
        while True:
            try:
                return process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                _say("{}: still installing, {:.0f} s".format(name, time.monotonic() - started))
    except BaseException:
        process.kill()
        process.wait()
        raise


def _remove_unused(name: str, kept: Path) -> None:
    for other in kept.parent.glob(name + "-????????"):
        stamp = other / _STAMP
        with contextlib.suppress(OSError):
            if other != kept and stamp.stat().st_mtime < time.time() - _UNUSED_DAYS * 86400:
                stamp.unlink()  # first: a removal that stops half-way leaves no environment that looks whole
                shutil.rmtree(str(other))


@contextlib.contextmanager
def locked(path: Path, name: str) -> Iterator[IO[str]]:
    """Holds the file's lock, which the system gives back when its holders end, however they end: it cannot go stale."""
    with path.open("a") as file:
        waiting = False
        while not _try_lock(file):
            if not waiting:
                _say("{}: waiting for another process that is making it".format(name))
                waiting = True
            time.sleep(0.5)
        yield file


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _find_python(version: Tuple[int, int]) -> List[str]:
    """The command of a Python of that version that really runs and can make environments."""
    for command in _candidates(version):
        if _runs([*command, "-I", "-c", _PROBE], "{}.{}".format(*version)):
            return command
    text = "{}.{}".format(*version)
    if sys.platform == "win32":
        how = "Install it from python.org"
    elif sys.platform == "darwin":
        how = "Install it from python.org or with 'brew install python@{}'".format(text)
    else:
        how = "Install it with the system's packages (Debian, Ubuntu: python{0}-venv) or pyenv".format(text)
    raise NoPythonError("Python {} with venv and ensurepip was not found on this machine. {}.".format(text, how))


def _candidates(version: Tuple[int, int]) -> Iterator[List[str]]:
    yield [sys.executable]
    major, minor = version
    name = "python{}.{}".format(major, minor)
    if sys.platform == "win32":
        yield ["py", "-{}.{}".format(major, minor)]
        local = Path(os.environ.get("LOCALAPPDATA") or Path.home())
        yield [str(local / "Programs" / "Python" / "Python{}{}".format(major, minor) / "python.exe")]
    # Every entry of PATH, not the first only: pyenv's shims come early and fail unless that version is selected.
    folders = os.environ.get("PATH", "").split(os.pathsep)
    folders += ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
    folders.append("/Library/Frameworks/Python.framework/Versions/{}.{}/bin".format(major, minor))
    for folder in folders:
        found = shutil.which(name, path=folder) if folder else None
        if found:
            yield [found]
    pattern = "versions/{}.{}*".format(major, minor)
    roots = [os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv"), str(Path.home() / ".pyenv" / "pyenv-win")]
    for root in filter(None, roots):
        for kept in sorted(Path(root).glob(pattern), reverse=True):
            yield [str(kept / "python.exe" if sys.platform == "win32" else kept / "bin" / name)]


def _runs(command: List[str], printed: Optional[str] = None) -> bool:
    """Whether the command ends well, and if asked, prints just that."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and (printed is None or done.stdout.decode(errors="replace").strip() == printed)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> int:
    """Makes the named environments, or all, and prints the path of each one's Python."""
    parser = argparse.ArgumentParser(description="Make the virtual environments of this project.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of: " + ", ".join(ENVIRONMENTS))
    failed = False
    for name in parser.parse_args().names or list(ENVIRONMENTS):
        try:
            sys.stdout.write("{}: {}\n".format(name, environment(name)))
            sys.stdout.flush()
        except SetUpError as error:
            failed = True
            _say("{}: {}".format(name, error))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
