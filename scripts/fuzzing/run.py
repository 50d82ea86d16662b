"""A fuzz run: the arguments, the checks of every file, and the table at the end."""

from __future__ import annotations

import argparse
import collections
import faulthandler
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fuzzing import imports, mutations, seeds
from tripo_blender.core.errors import TripoError
from tripo_blender.core.formats.model import check
from tripo_blender.storage.model_check import leads_out

_BATCH = 100  # files for one child
_HOPELESS_SECONDS = 30.0  # after which a check is taken for hung, and the run ends with a traceback


def main(description: str | None) -> int:
    """Run, and print what became of the files; gives the exit code."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one file: it is written to --keep and checked")
    parser.add_argument("--import", dest="imports", action="store_true", help="import what passes")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "tripo-fuzz", help="for findings")
    parser.add_argument("--most-seconds", type=float, default=1.0, help="that one check may take")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        return imports.child(options.child)
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(options, Path(folder))
        if options.imports:
            for outcome, number, data in imports.run(run.passed(), Path(folder), _BATCH):
                run.note(outcome, number, data)
        else:
            collections.deque(run.passed(), maxlen=0)
    return run.report()


class _Run:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options = options
        self._leads = partial(leads_out, folder=folder / "of one file")
        self._seeds = seeds.all_seeds()
        self._reasons = collections.Counter[str]()
        self._outcomes = collections.Counter[str]()
        self._found: list[str] = []
        self._slowest, self._started = 0.0, time.perf_counter()
        self._listening, self._opened = False, 0
        sys.addaudithook(self._receive)

    def passed(self) -> Iterator[tuple[int, bytes]]:
        """Check files; gives those that pass."""
        options = self._options
        for number in range(options.count) if options.only is None else [options.only]:
            if time.perf_counter() - self._started > options.seconds:
                return
            data = mutations.mutated(random.Random(f"{options.seed}:{number}"), self._seeds)
            reason = self._check(number, data)
            self._reasons[reason or "passed"] += 1
            if options.only is not None:
                self._keep(number, "only", data)
            if not reason:
                yield number, data

    def note(self, outcome: str, number: int, data: bytes) -> None:
        """Count what an import came to."""
        self._outcomes[outcome] += 1
        if outcome.startswith(imports.FINDINGS):
            self._find(number, outcome, data)

    def report(self) -> int:
        """Print all counts; gives the exit code."""
        total, seconds = sum(self._reasons.values()), time.perf_counter() - self._started
        print(f"{total} files in {seconds:.0f} s, seed {self._options.seed}")
        print(f"the slowest check took {self._slowest * 1000:.0f} ms; the checks opened {self._opened} files")
        if self._outcomes and sys.platform != "win32":
            import resource  # Windows has none

            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # KB here
            print(f"the largest of the processes that imported took {peak:.0f} MB")
        for reason, count in self._reasons.most_common():
            print(f"{count:8} {reason}")
        for outcome, count in self._outcomes.most_common():
            print(f"{count:8} imported: {outcome}")
        print(f"{len(self._found)} findings")
        for finding in self._found:
            print(f"  {finding}")
        return 1 if self._found else 0

    def _check(self, number: int, data: bytes) -> str:
        """Give why a file is refused; nothing where it passes."""
        faulthandler.dump_traceback_later(_HOPELESS_SECONDS, exit=True)
        begun, opened = time.perf_counter(), self._opened
        self._listening = True
        reason = ""
        try:
            check(data, leads=self._leads)
        except TripoError as error:
            reason = re.sub(r"\d[\d.,]*", "N", error.failure.sentence.partition(". ")[0])
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            reason = f"raised {type(error).__name__}"
            self._find(number, f"{reason} {error}", data)
        self._listening = False
        faulthandler.cancel_dump_traceback_later()
        took = time.perf_counter() - begun
        self._slowest = max(self._slowest, took)
        if took > self._options.most_seconds:
            self._find(number, f"took {took:.1f} s", data)
        if self._opened > opened:
            self._find(number, "opened a file", data)
        return reason

    def _receive(self, event: str, _arguments: tuple[object, ...]) -> None:
        if self._listening and (event == "open" or event.startswith("socket.")):
            self._opened += 1

    def _find(self, number: int, what: str, data: bytes) -> None:
        self._found.append(f"{number}: {what}")
        self._keep(number, re.sub(r"\W+", "-", what)[:30], data)

    def _keep(self, number: int, what: str, data: bytes) -> None:
        folder, suffix = self._options.keep, "glb" if data[:4] == b"glTF" else "fbx"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self._options.seed}-{number}-{what}.{suffix}").write_bytes(data)
