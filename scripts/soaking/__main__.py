"""Runs a soak and shows its accounts; see scripts/soak.py."""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from soaking.account import Account  # noqa: E402
from soaking.run import soak  # noqa: E402
from soaking.wrong import WRONGS  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser("soak")
    for name in ("jobs", "seed", "at-once"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--wrong", choices=WRONGS, default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tripo-soak-") as place:
        account: Account = soak(Path(place), options.jobs, options.seed, options.at_once, options.wrong)
    print(account.table())
    return 1 if account.violations else 0


if __name__ == "__main__":
    sys.exit(main())
