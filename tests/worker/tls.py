"""An authority that signs certificates, a gateway behind TLS, and a proxy to it: real ones, on loopback."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to sign certificates with")
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Signs certificates with a key of its own; `file` is what its users trust."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder, self.file = folder, folder / "authority.pem"
        usage = ("-addext", "keyUsage=critical,keyCertSign")
        self._openssl(
            "req", "-x509", *_NEW_KEY, "-keyout", "authority.key", "-out", self.file, "-subj", "/CN=A", *usage
        )

    def sign(self, name: str, days: int = 1) -> ssl.SSLContext:
        """Give what a server needs to say that it is `name`."""
        self._openssl("req", *_NEW_KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
        (self._folder / "extensions").write_text(f"subjectAltName=DNS:{name}\nauthorityKeyIdentifier=keyid\n")
        of = ("-in", "server.csr", "-CA", self.file, "-CAkey", "authority.key", "-CAcreateserial")
        self._openssl("x509", "-req", *of, "-days", days, "-extfile", "extensions", "-out", "server.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem", self._folder / "server.key")
        return context

    def _openssl(self, *arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], cwd=self._folder, check=True, capture_output=True)


class Door:
    """Listens on loopback; every connection is met in a thread of its own."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more; harmless the second time."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def meet(self, visitor: socket.socket) -> None:
        raise NotImplementedError

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._meet, args=(self._server.accept()[0],), daemon=True).start()

    def _meet(self, visitor: socket.socket) -> None:
        with visitor, contextlib.suppress(OSError):
            self.meet(visitor)


class TlsDoor(Door):
    """Takes the encryption off and passes on to another port; `heard` is all that came in clear."""

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        self._context, self._behind = context, port
        self.heard = bytearray()
        super().__init__()

    def meet(self, visitor: socket.socket) -> None:
        with self._context.wrap_socket(visitor, server_side=True) as clear:
            pass_on(clear, self._behind, self.heard.extend)


class Proxy(Door):
    """Connects to one port, whatever is asked for; answers what is not encrypted by `replies`, in turn."""

    def __init__(self, port: int = 0, login: str = "", replies: list[bytes] | None = None) -> None:
        self._behind, self._login, self._replies = port, login, replies or []
        self.heads: list[str] = []
        super().__init__()

    def meet(self, visitor: socket.socket) -> None:
        head = bytearray()
        while not head.endswith(b"\r\n\r\n") and (byte := visitor.recv(1)):
            head += byte
        self.heads.append(head.decode())
        if self._login and f"\r\nproxy-authorization: basic {self._login}\r\n".lower() not in head.decode().lower():
            visitor.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif head.startswith(b"CONNECT"):
            visitor.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pass_on(visitor, self._behind)
        else:
            visitor.sendall(self._replies.pop(0))


def pass_on(visitor: socket.socket, port: int, listen: Callable[[bytes], object] = lambda data: None) -> None:
    """Carry bytes between a connection and a port until one side closes."""
    with socket.create_connection(("127.0.0.1", port)) as server:

        def back() -> None:
            with contextlib.suppress(OSError):
                while data := server.recv(65536):
                    visitor.sendall(data)
                visitor.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=back, daemon=True)
        thread.start()
        with contextlib.suppress(OSError):
            while data := visitor.recv(65536):
                listen(data)
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        thread.join(10)
