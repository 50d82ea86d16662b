"""Addresses where nobody answers as he should: a port nobody listens at, a name nobody has, a proxy that asks who."""

import contextlib
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


class Listener:
    """Hands every connection to `attend`, each in a thread of its own, until it is closed."""

    def __init__(self, attend: Callable[[socket.socket], None], port: int = 0) -> None:
        self._attend = attend
        self._server = socket.create_server(("127.0.0.1", port))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self._server.accept()[0]
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._attend(connection)


class LoginProxy(Listener):
    """A proxy that lets nobody through without a login; remembers what it was sent."""

    def __init__(self) -> None:
        self.seen = b""
        super().__init__(self._refuse)

    def _refuse(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and (data := connection.recv(65_536)):
            head += data
        self.seen += head
        connection.sendall(
            b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\n'
            b"Content-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>"
        )


class Forwarder(Listener):
    """Carries every byte to the host of `url` and back."""

    def __init__(self, url: str, port: int = 0) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        super().__init__(self._carry, port)

    def _carry(self, connection: socket.socket) -> None:
        with socket.create_connection(self._target) as other:
            back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
            back.start()
            _pump(connection, other)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
