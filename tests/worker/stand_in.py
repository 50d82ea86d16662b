"""Stands in for a second Blender: a program of its own that does with a model what the file `doing` beside it says."""

import json
import os
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def doing() -> str:
    return (HERE / "doing").read_text("utf-8")


def say(**record: object) -> None:
    sys.stdout.write(json.dumps({"message": "Converted", "prepared": None, "failure": None, **record}) + "\n")
    sys.stdout.flush()


def convert(order: dict) -> None:  # type: ignore[type-arg]
    job, blend = order["job"], Path(order["blend"])
    if doing() == "crash":
        blend.with_suffix(".part@").write_text("half")
        os.kill(os.getpid(), signal.SIGSEGV)
    if doing() == "hang":
        blend.with_suffix(".part").write_text("half")
        time.sleep(600)
    if doing().startswith("fail "):
        failure = {"kind": doing()[5:], "text": {"key": "import.no_mesh"}, "detail": "", "code": "", "trace_id": ""}
        say(job_id=job["id"], failure=failure)
        return
    if doing().startswith("say "):
        sys.stdout.write(doing()[4:].replace("JOB", job["id"]) + "\n")
        sys.stdout.flush()
        time.sleep(600)
    time.sleep(0.2)
    blend.write_text(job["artifacts"][0]["path"], "utf-8")
    say(job_id=job["id"], prepared={"path": str(blend), "names": job["name"], "inspection": None, "why": None})


if __name__ == "__main__":
    start = {"pid": os.getpid(), "folder": str(Path.cwd()), "words": sys.argv, "environment": dict(os.environ)}
    with (HERE / "starts").open("a", encoding="utf-8") as file:
        file.write(json.dumps(start) + "\n")
    if doing() == "end":
        sys.exit(1)
    sys.stderr.write("a word for the log\n")
    say(job_id="")
    for line in sys.stdin:
        convert(json.loads(line))
