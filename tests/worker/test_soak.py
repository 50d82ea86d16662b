"""Jobs through faults and sudden deaths, in short; scripts/soak.py does it at length."""

import sys
from pathlib import Path

import pytest

from soaking.run import soak
from tripo_blender.core.job import JobState

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")


@needs_signals
def test_nothing_is_lost_and_nothing_bought_twice(tmp_path: Path) -> None:
    account = soak(tmp_path, jobs=12, seed=7, at_once=4)
    assert account.violations == [], account.table()
    assert account.ends.total() == 12
    assert account.ends[JobState.READY]
    assert account.kills.total() >= 3
    assert account.faults
