"""A system that is told by webhooks, on an address of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Message = tuple[dict[str, str], bytes]  #: headers with names in lower case, and the body as it came


class Listener(ThreadingHTTPServer):
    """Takes every message, after it has refused the first `refusals`: a system that is just being restarted."""

    def __init__(self, refusals: int) -> None:
        self.heard: list[Message] = []
        self.refusals = refusals
        super().__init__(("127.0.0.1", 0), Hook)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(503 if len(self.server.heard) <= self.server.refusals else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def a_listener(*, refusals: int = 0) -> Iterator[Listener]:
    with Listener(refusals) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
