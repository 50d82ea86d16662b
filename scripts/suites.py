"""The suites: what each runs, in which environment, and what became of it."""

import contextlib
import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional
from xml.etree import ElementTree

import applications
import build
import environments
import lanes

ROOT = build.ROOT
# The worker's tests in three parts that take about as long: the tables, what starts processes of its own, and the rest.
_FAULTS = ["tests/worker/test_{}.py".format(name) for name in ("fault_table", "order_table")]
_PROCESSES = [
    "tests/worker/test_{}.py".format(name)
    for name in (
        *("cancelling", "closed_pipes", "ctrl_c", "foreground", "full_disk", "interrupts", "killed", "ownership"),
        *("soak", "worker", "worker_end"),
    )
]
TIME_LIMIT_S = 45 * 60  # one suite; pytest's own limit cannot interrupt a call that hangs inside Blender's C code

# No test sees the caller's Blender settings, keys or Python modules.
_KEPT_OUT = ("BLENDER_", "MODELSTREAM_", "TRIPO_", "PYTEST_", "PYTHONPATH", "PYTHONHOME")

# Inside Blender the warnings of its own add-ons and libraries are not ours; those that our code causes are errors.
_BLENDER_WARNINGS = "filterwarnings=default\nerror:::bl_ext\\..*tripo_blender\nerror::pytest.PytestWarning"


class Outcome(NamedTuple):
    """What became of a suite."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remark: str = ""


class Suite(NamedTuple):
    """A suite: its name, how to run it with further arguments for pytest, and whether it needs no Blender.

    `minutes` is about what it takes on one core, so that the longest begin first; one with a window runs `alone`,
    since what it clicks must be drawn in time.
    """

    name: str
    run: Callable[[List[str]], Outcome]
    fast: bool = False
    minutes: float = 1
    alone: bool = False


class NotRunError(Exception):
    """The suite cannot run here; the text is the reason."""


def suites(whole: bool = False) -> List[Suite]:
    """All suites; with `whole` every version of Blender runs every test."""
    versions = environments.bpy_versions()
    ends = (versions[0], versions[-1])
    named = applications.named()
    return [
        Suite("style", _style, fast=True),
        Suite("core", functools.partial(_core, whole), fast=True),
        Suite("simulator", functools.partial(_pytest, "simulator", "tools"), fast=True),
        Suite("official client", functools.partial(_pytest, "clients", "client-v2"), fast=True),
        Suite("platforms", functools.partial(_pytest, "platforms", "tools"), fast=True),
        Suite("worker", _worker, fast=True, minutes=1.5),
        Suite("processes", functools.partial(_files, _PROCESSES), fast=True, minutes=2),
        Suite("faults", functools.partial(_files, _FAULTS), fast=True),
        # What counts as "surely not sent" hangs on what requests raises, so the oldest that users have is tried too.
        Suite("oldest requests", functools.partial(_oldest_requests, "bpy-" + versions[0], whole), minutes=2),
        Suite("build", _build),
        *(
            Suite("blender " + version, functools.partial(_blender, version, all_tests), minutes=8 if all_tests else 3)
            for version, all_tests in ((version, whole or version in ends) for version in versions)
        ),
        *(Suite("window " + path, functools.partial(_window, path), alone=True) for path in named),
        *([] if named else [Suite("window", functools.partial(_window_of_ci, whole), alone=True)]),
    ]


def _style(_more: List[str]) -> Outcome:
    python = str(environments.environment("tools"))
    checks = {
        # Each platform has branches that the others' checks do not see, and a cache of its own.
        **{
            "mypy " + platform: ["mypy", "--platform", platform, "--cache-dir", ".mypy_cache/" + platform]
            for platform in ("linux", "win32", "darwin")
        },
        "ruff format": ["ruff", "format", "--check", "."],
        "ruff check": ["ruff", "check", "--output-format", "concise", "."],
    }
    linter = [python, "-c", "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"]
    commands = [
        *(lanes.Command(name, [python, "-m", *check], surroundings=_surroundings()) for name, check in checks.items()),
        lanes.Command("import-linter", linter, surroundings=_surroundings()),
    ]
    ended = lanes.run(commands, os.cpu_count() or 1, say)
    failed = [name for name, (code, _) in ended.items() if code != 0]
    return Outcome(len(commands) - len(failed), len(failed), 0, ", ".join(failed))


def _core(whole: bool, more: List[str]) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="tripo-coverage-") as temporary:
        surroundings = _surroundings(COVERAGE_FILE=str(Path(temporary, "coverage")))
        profile = "--hypothesis-profile=" + ("whole" if whole else "core")
        outcome = _pytest("core", "tools", [profile, *more], ["-m", "coverage", "run"], surroundings)
        if more:
            return outcome._replace(remark=outcome.remark or "coverage not judged: only a part was asked for")
        report = [str(environments.environment("tools")), "-m", "coverage", "report"]
        if _run(report, surroundings) != 0:
            total = subprocess.run(
                [*report, "--format=total", "--precision=1"],
                stdout=subprocess.PIPE,
                cwd=str(ROOT),
                env=surroundings,
                check=False,
            )
            remark = "{} branch coverage {} %, wanted 100".format(outcome.remark, total.stdout.decode().strip()).strip()
            return outcome._replace(failed=outcome.failed + 1, remark=remark)
        return outcome


def _build(_more: List[str]) -> Outcome:
    made = build.build()
    say("{}: {} bytes".format(made.name, made.stat().st_size))
    return Outcome(passed=1)


def _worker(more: List[str]) -> Outcome:
    others = [] if _names_tests(more) else ["--ignore=" + path for path in (*_FAULTS, *_PROCESSES)]
    return _pytest("worker", "tools", [*others, *more])


def _files(paths: List[str], more: List[str]) -> Outcome:
    return _pytest("worker", "tools", [*([] if _names_tests(more) else paths), *more])


def _oldest_requests(environment: str, whole: bool, more: List[str]) -> Outcome:
    return _pytest("worker", environment, [*([] if whole else ["-m", "oldest_requests"]), *more])


def _blender(version: str, whole: bool, more: List[str]) -> Outcome:
    marked = [] if whole else ["-m", "every_version"]
    outcome = _with_zip("blender", "bpy-" + version, ["-o", _BLENDER_WARNINGS, *marked, *more], {})
    return outcome if whole else outcome._replace(remark=("what differs " + outcome.remark).strip())


def _window(application: str, more: List[str]) -> Outcome:
    said = ""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # an application of another machine, or none
        asked = subprocess.run(
            [application, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120, check=False
        )
        said = asked.stdout.decode(errors="replace")
    found = re.search(r"Blender \d\S*", said)
    if not found:
        return Outcome(failed=1, remark="{} does not start".format(application))
    outcome = _with_zip("window", "tools", more, {applications.VARIABLE: application})
    return outcome._replace(remark="{} {}".format(found.group(), outcome.remark).strip())


def _window_of_ci(whole: bool, more: List[str]) -> Outcome:
    try:
        application = applications.made(say)
    except applications.NoApplicationError as reason:
        raise NotRunError(str(reason)) from reason
    return _window(application, [*([] if whole else ["-m", "in_ci"]), *more])


def _with_zip(folder: str, environment: str, more: List[str], extra: Dict[str, str]) -> Outcome:
    _need_tests(folder)
    with tempfile.TemporaryDirectory(prefix="tripo-blender-") as temporary:
        surroundings = _surroundings(
            TRIPO_TEST_ZIP=str(build.build()), BLENDER_USER_RESOURCES=str(Path(temporary).resolve()), **extra
        )
        return _pytest(folder, environment, more, [], surroundings)


def _need_tests(folder: str) -> None:
    path = ROOT / "tests" / folder
    if not path.is_file() and not any(path.rglob("test_*.py")):
        raise NotRunError("tests/{} has no tests yet".format(folder))


def _pytest(
    folder: str,
    environment: str,
    more: List[str],
    wrapper: Optional[List[str]] = None,
    surroundings: Optional[Dict[str, str]] = None,
) -> Outcome:
    """Runs pytest on a folder of tests, or on those that are named; counts by its report file.

    It judges by its exit code as well.
    """
    _need_tests(folder)
    tests = [] if _names_tests(more) else ["tests/" + folder]
    python = str(environments.environment(environment))
    with tempfile.TemporaryDirectory(prefix="tripo-report-") as temporary:
        report = Path(temporary, "report.xml")
        command = [python, *(wrapper or []), "-m", "pytest", *tests, "-q", "--junit-xml", str(report), *more]
        code = _run(command, surroundings or _surroundings())
        counted = _count(report)
    if code == 5 and counted is not None:  # pytest's "no tests were collected"
        return counted._replace(remark="no test was selected")
    if code == 0 and counted is not None:
        return counted
    if counted is not None and counted.failed:
        return counted if code == 1 else counted._replace(remark=how_it_ended(code))
    # A crash at exit counts, though every test has passed by then: Blender 4.2.0 dies so if a class stays registered.
    return (counted or Outcome())._replace(failed=1, remark=how_it_ended(code))


def _names_tests(more: List[str]) -> bool:
    return any(argument.startswith("tests/") for argument in more)


def _count(report: Path) -> Optional[Outcome]:
    try:
        root = ElementTree.parse(str(report)).getroot()  # noqa: S314 - pytest wrote it a moment ago
    except (OSError, ElementTree.ParseError):
        return None
    total, failed, skipped = 0, 0, 0
    for suite in root.iter("testsuite"):
        total += int(suite.get("tests", "0"))
        failed += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped += int(suite.get("skipped", "0"))
    return Outcome(max(0, total - failed - skipped), failed, skipped)


def how_it_ended(code: Optional[int]) -> str:
    if code is None:
        return "stopped after {} minutes".format(TIME_LIMIT_S // 60)
    if code < 0:
        with contextlib.suppress(ValueError):
            return "the process was ended by {}".format(signal.Signals(-code).name)
    return "pytest's process ended with code {}".format(code)


def _run(command: List[str], surroundings: Dict[str, str]) -> Optional[int]:
    return lanes.run_one(command, TIME_LIMIT_S, cwd=str(ROOT), env=surroundings)


def _surroundings(**more: str) -> Dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_OUT)}
    kept.update((name, os.environ[name]) for name in ("TRIPO_CACHE",) if name in os.environ)
    # The tests' servers are on this machine; a proxy for the outside must not come between.
    kept["NO_PROXY"] = kept["no_proxy"] = "127.0.0.1,localhost"
    kept.update(more)
    return kept


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(suite: Suite, more: List[str]) -> Outcome:
    try:
        return suite.run(more)
    except NotRunError as reason:
        return Outcome(remark="not run: {}".format(reason))
    except environments.NoPythonError as error:
        # At home a Blender version whose Python is missing is left out; CI must not go green without it.
        return Outcome(failed=1 if os.environ.get("CI") else 0, remark="not run: {}".format(error))
    except (environments.SetUpError, build.BuildError) as error:
        say(str(error))
        return Outcome(failed=1, remark=str(error).splitlines()[0])
