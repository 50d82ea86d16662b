"""The two servers' sockets: reads requests, keeps the record, sends answers as the fault script wants them."""

import contextlib
import socket
import socketserver
import struct
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from simulator import control
from simulator.exchange import Answer, Request, ServerName
from simulator.faults import Delivery, Script
from simulator.files import FileHost
from simulator.gateway import BASE, Gateway
from simulator.options import Options
from simulator.tasks import TaskStore

_HOST = "127.0.0.1"
_POLL_SECONDS = 0.02  # how soon a server sees that it is to stop
_ENDLESS_SECONDS = 60.0
_SLICE_SECONDS = 0.05  # how often a slowed body is fed


class Simulator:
    """Both servers and all they share. Its threads are daemons: the process may end at any time."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.script = Script()
        self.file_host = FileHost()
        self._start = time.monotonic()
        self.tasks = TaskStore(self.clock)
        self.gateway = Gateway(self.tasks, self.file_host)
        self._records: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._servers = {name: _Server(self, name, port) for name, port in (("api", options.port), ("files", 0))}
        self.file_host.address = f"http://{_HOST}:{self._servers['files'].server_port}"

    @property
    def url(self) -> str:
        """The API's base URL."""
        return f"http://{_HOST}:{self._servers['api'].server_port}{BASE}"

    def clock(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def start(self) -> None:
        """Serves in the background."""
        for server in self._servers.values():
            threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()

    def stop(self) -> None:
        """Stops listening; exchanges under way go on in their threads."""
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        self.tasks.stop()

    def record(self, request: Request) -> dict[str, Any]:
        """Notes a request as it comes in; what became of it is filled in later."""
        entry: dict[str, Any] = {
            "at": round(self.clock(), 6),
            "time": time.time(),
            "server": request.server,
            "method": request.method,
            "path": request.path,
            "headers": dict(request.headers.items()),
            "body": request.recorded_body(),
            "answer": {"status": None},
        }
        with self._lock:
            self._records.append(entry)
        return entry

    def records(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._records)

    def forget(self) -> None:
        with self._lock:
            self._records.clear()

    def process(self, request: Request, task_fields: dict[str, Any]) -> Answer:
        """The request's full effect and answer, without faults."""
        if request.server == "files":
            return self.file_host.answer(request, self.options)
        return self.gateway.answer(request, self.options, task_fields)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, simulator: Simulator, name: str, port: int) -> None:
        self.simulator = simulator
        self.role = cast(ServerName, name)
        super().__init__((_HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own also asks the resolver for this machine's name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are everyday here; anything else is a mistake of ours and must be seen."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _filled(raw: bytes, real: Answer) -> bytes:
    """A raw answer with what it repeats of the real one."""
    raw = raw.replace(b"{length}", b"%d" % len(real.body)).replace(b"{task_id}", (real.task_id or "").encode())
    return raw.replace(b"{body}", real.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "simulator"
    disable_nagle_algorithm = True
    timeout = 120

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        pass

    def _exchange(self) -> None:
        server = cast(_Server, self.server)
        simulator = server.simulator
        request = Request(server.role, self.command, self.path, self.headers, b"")
        if server.role == "api" and request.route.startswith(control.PREFIX):
            request = replace(request, body=self._read_body())
            self._send(control.answer(simulator, request), Delivery())
            return
        kind = FileHost.kind(request) if server.role == "files" else Gateway.kind(request)
        delivery, names = simulator.script.delivery(kind, request.path)
        # Read whole before nearly every fault: closing with unread bytes would reset the connection.
        body = self._read_body() if delivery.most_read is None else self.rfile.read(delivery.most_read)
        request = replace(request, body=body)
        entry = simulator.record(request)
        if names:
            entry["answer"]["fault"] = names
        time.sleep(delivery.wait)
        real = simulator.process(request, delivery.task_fields) if delivery.process else Answer(0)
        if real.task_id:
            entry["answer"]["task_id"] = real.task_id
        time.sleep(delivery.linger)
        if delivery.raw is not None:
            self.connection.sendall(_filled(delivery.raw, real))
        elif not delivery.silent:
            answer = real if delivery.answer is None else delivery.answer.naming(real.task_id or "")
            for change in delivery.changes:
                answer = change(answer)
            entry["answer"]["status"] = answer.status
            self._send(answer, delivery)
        self._end(delivery)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = _exchange  # noqa: N815 - the base class looks for these

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return body

    def _send(self, answer: Answer, delivery: Delivery) -> None:
        body = answer.body if self.command != "HEAD" else b""
        reason = self.responses.get(answer.status, ("",))[0] if answer.reason is None else answer.reason
        headers = {
            "Server": self.server_version,
            "Date": self.date_time_string(),
            **answer.headers,
            "Content-Length": str(max(0, len(answer.body) + delivery.extra_length)),
        }
        lines = [f"{self.protocol_version} {answer.status} {reason}", *map(": ".join, headers.items()), "", ""]
        head = "\r\n".join(lines).encode("latin-1")
        if delivery.endless:
            self._send_without_end(lines[0], delivery.endless)
            return
        body = body[: delivery.most_bytes]
        if delivery.most_head is not None:
            head, body = head[: delivery.most_head], b""
        if not delivery.rate:
            self.connection.sendall(head + body)  # in one go: a second packet could wait for an acknowledgement
            return
        if delivery.slow_head:
            head, body = b"", head + body
        self.connection.sendall(head)
        portion = max(1, round(delivery.rate * _SLICE_SECONDS))
        started = time.monotonic()
        for at in range(0, len(body), portion):
            time.sleep(max(0.0, started + at / delivery.rate - time.monotonic()))
            self.connection.sendall(body[at : at + portion])

    def _send_without_end(self, status_line: str, more: bytes) -> None:
        """Until the client hangs up, or a minute has passed."""
        if not more.startswith(b"HTTP/"):  # which is a whole head itself
            self.connection.sendall(status_line.encode("latin-1") + b"\r\n")
        until = time.monotonic() + _ENDLESS_SECONDS
        while time.monotonic() < until:
            self.connection.sendall(more)

    def _end(self, delivery: Delivery) -> None:
        if delivery.ending == "keep":
            return
        self.close_connection = True
        if delivery.ending == "reset":
            with contextlib.suppress(OSError):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # rfile holds the socket open past its own close(), so the descriptor is closed beneath it.
                socket.close(self.connection.detach())
