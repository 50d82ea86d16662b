"""The simulator as a child process: started, watched, steered and stopped from Python."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

START_SECONDS = 30.0


class SimulatorProcess:
    """`with SimulatorProcess(seconds=1) as simulator: ...simulator.url...`; options are those of options.py.

    The child ends with the block, and by itself when this process dies.
    """

    def __init__(
        self, python: str | None = None, faults: Iterable[Mapping[str, Any]] | None = None, **options: Any
    ) -> None:
        self._command = [python or sys.executable, str(Path(__file__).parent), "--end-with-stdin"]
        for name, value in options.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                self._command.append(f"--{flag}" if value else f"--no-{flag}")
            else:
                text = value if isinstance(value, str) or not isinstance(value, Iterable) else ",".join(value)
                self._command += [f"--{flag}", str(text)]
        self._faults = list(faults or ())
        self._child: subprocess.Popen[str] | None = None
        self.url = ""
        self.key = str(options.get("key", "test-key"))

    def __enter__(self) -> "SimulatorProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the child and waits for its first line."""
        child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._child = child
        assert child.stdout is not None
        self.url = child.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError(f"the simulator did not start: {' '.join(self._command)}")
        if self._faults:
            self.play(self._faults)

    def stop(self) -> None:
        """Ends the child; harmless when it has ended."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        child.wait(10)
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        assert self._child is not None
        return self._child.pid

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far, in order; the levers' own are not among them."""
        result: list[dict[str, Any]] = self._control("GET", "requests")
        return result

    def creates(self) -> list[dict[str, Any]]:
        """The requests that made a task, also those whose answer was lost: what would have been paid for."""
        return [entry for entry in self.requests() if entry["answer"].get("task_id")]

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks with input, status, created and finished (seconds since the start; None while it runs)."""
        result: list[dict[str, Any]] = self._control("GET", "tasks")
        return result

    def play(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replaces the fault script."""
        self._control("POST", "faults", list(faults))

    def options(self, **values: Any) -> dict[str, Any]:
        """Changes options on the fly; gives all, with the addresses of both servers."""
        result: dict[str, Any] = self._control("POST", "options", values)
        return result

    def forget(self) -> None:
        """Empties the record of requests."""
        self._control("DELETE", "requests")

    def _control(self, method: str, lever: str, content: Any = None) -> Any:
        # http.client takes no proxy from the environment.
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, f"/simulator/{lever}", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            if response.status != 200:
                raise ValueError(answer.get("message"))
            return answer
        finally:
            connection.close()
