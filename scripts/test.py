"""Sets up and runs every suite this machine can run, and says which it cannot run and why.

`--fast` leaves out what needs Blender, `--suite NAME` runs one, `--list` names them; what follows `--` goes to pytest.
Several suites run side by side, one more than there are cores (`--jobs N`), each in a process of its own.
The oldest and the newest Blender run every test, those between what is marked `every_version`, and the oldest requests
what is marked `oldest_requests`. With `--whole` all run every test, and core takes three times the examples.
The variable TRIPO_TEST_BLENDER names Blender applications for the suite `window`: paths, separated as in PATH. Where it
names none, CI may make one, which plays the stories that are marked `in_ci`.
The exit code is 0 only if all that could run passed. The last line has the sums.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import List, Optional, Tuple

import lanes
import suites


def _side_by_side(
    chosen: List[suites.Suite], more: List[str], jobs: int, whole: bool
) -> List[Tuple[str, suites.Outcome, float]]:
    """Runs each suite by a process of its own; the rows of the table, in the order of the suites."""
    with tempfile.TemporaryDirectory(prefix="tripo-outcomes-") as folder:
        files = {suite.name: Path(folder, str(number)) for number, suite in enumerate(chosen)}
        commands = [
            lanes.Command(
                suite.name,
                [
                    *(sys.executable, __file__, "--suite", suite.name, "--outcome", str(files[suite.name])),
                    *(["--whole"] if whole else []),
                    *("--", *more),
                ],
                suite.alone,
            )
            for suite in sorted(chosen, key=lambda suite: -suite.minutes)
        ]
        ended = lanes.run(commands, jobs, suites.say)
        rows = []
        for suite in chosen:
            code, seconds = ended[suite.name]
            try:
                outcome = suites.Outcome(*json.loads(files[suite.name].read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                outcome = suites.Outcome(failed=1, remark=suites.how_it_ended(code))
            rows.append((suite.name, outcome, seconds))
    return rows


def _one_by_one(chosen: List[suites.Suite], more: List[str]) -> List[Tuple[str, suites.Outcome, float]]:
    rows = []
    for suite in chosen:
        suites.say("\n== {}".format(suite.name))
        started = time.monotonic()
        rows.append((suite.name, suites.run(suite, more), time.monotonic() - started))
    return rows


def _chosen(names: Optional[List[str]], fast: bool, whole: bool) -> List[suites.Suite]:
    """The suites of those names; a first word names all its suites: `blender` is every version."""
    chosen = []
    unknown = set(names or [])
    for suite in suites.suites(whole):
        matches = {suite.name, suite.name.split()[0]} & set(names or [suite.name])
        unknown -= matches
        if matches and (suite.fast or not fast):
            chosen.append(suite)
    if unknown:
        raise SystemExit("There is no suite {}; --list names them.".format(" or ".join(sorted(unknown))))
    return chosen


def main() -> int:
    """Runs the suites asked for, and shows how they ended."""
    given = sys.argv[1:]
    own, further = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    parser = argparse.ArgumentParser(description="Run the tests.", epilog="What follows -- goes to pytest.")
    parser.add_argument("--fast", action="store_true", help="only the suites that need no Blender")
    parser.add_argument("--suite", action="append", metavar="NAME", help="only this suite; may be repeated")
    parser.add_argument("--whole", action="store_true", help="every test everywhere")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    parser.add_argument("--jobs", type=int, metavar="N", help="so many suites side by side")
    parser.add_argument("--outcome", type=Path, help=argparse.SUPPRESS)  # where a suite that is run for others says it
    options = parser.parse_args(own)
    if options.outcome:
        (suite,) = (suite for suite in suites.suites(options.whole) if suite.name == options.suite[0])
        outcome = suites.run(suite, further)
        options.outcome.write_text(json.dumps(outcome), encoding="utf-8")
        return 0
    chosen = _chosen(options.suite, options.fast, options.whole)
    if options.list:
        suites.say("\n".join(suite.name for suite in chosen))
        return 0
    jobs = options.jobs or 1 + (os.cpu_count() or 1)  # many tests wait for a process or an answer
    rows = (
        _side_by_side(chosen, further, jobs, options.whole) if jobs > 1 < len(chosen) else _one_by_one(chosen, further)
    )
    return _table(rows)


def _table(rows: List[Tuple[str, suites.Outcome, float]]) -> int:
    """Shows the rows and their sums; the exit code."""
    width = max(len(name) for name, _, _ in rows)
    suites.say("\n{:<{}}  passed  failed  skipped  seconds  remark".format("suite", width))
    for name, outcome, seconds in rows:
        line = "{:<{}}  {:>6}  {:>6}  {:>7}  {:>7.1f}  {}"
        counts = (outcome.passed, outcome.failed, outcome.skipped)
        suites.say(line.format(name, width, *counts, seconds, outcome.remark).rstrip())
    passed, failed, skipped = (sum(column) for column in zip(*(outcome[:3] for _, outcome, _ in rows)))
    suites.say("\n{} passed, {} failed, {} skipped".format(passed, failed, skipped))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    # Ended from outside, it still ends what it started: see the `finally` in _run.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
