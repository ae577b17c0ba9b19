"""Another platform's server: it keeps what it is sent and checks signatures in its own way."""

from __future__ import annotations

import hmac
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.body)

    def is_signed_with(self, secret: str, *, not_before: float = 0) -> bool:
        """As docs/api/README.md tells receivers to check."""
        parts = dict(
            part.split("=", 1) for part in self.headers["x-expertpool-signature"].split(",")
        )
        expected = hmac.digest(
            secret.encode("utf-8"), parts["t"].encode("ascii") + b"." + self.body, "sha256"
        )
        return hmac.compare_digest(expected.hex(), parts["v1"]) and float(parts["t"]) >= not_before


@dataclass
class Receiver:
    """A loopback HTTP server; ``status`` and ``answer`` are what it answers, after ``delay`` seconds."""

    status: int = 204
    delay: float = 0
    location: str = ""
    answer: bytes = b""
    tls: ssl.SSLContext | None = None
    calls: list[Call] = field(default_factory=list)

    def __enter__(self) -> Receiver:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, host: str = "127.0.0.1", path: str = "/hook?from=pool") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.calls.append(Call(self.path, headers, self.rfile.read(length)))
                time.sleep(receiver.delay)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", str(len(receiver.answer)))
                self.end_headers()
                self.wfile.write(receiver.answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Be quiet."""

        return Handler
