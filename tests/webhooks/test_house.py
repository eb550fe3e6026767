"""The whole way: a job ends in a real cluster, and a real listener gets a signed message that it can verify."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jobs.webhooks import signing
from tests.house import a_house

MAKE = """
from jobs.webhooks.verbs import create_webhook
make_flow("one", {"a": "test_pass"}, entry="a.input")
print(create_webhook(name="erp", url=%r).secret)
"""


class Listener(ThreadingHTTPServer):
    """Refuses the first message and takes the next, as a system that is just being restarted."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Hook)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(503 if len(self.server.heard) == 1 else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_it_tells_a_listener_that_can_verify_it(listener: Listener) -> None:
    with a_house(ROUTILUX_WORKERS="2", ROUTILUX_STALL="60", ROUTILUX_WEBHOOK_ALLOWED=listener.place) as house:
        house.manage("migrate", "-v", "0")
        made = house.shell("from tests.engine import make_flow\n" + MAKE % f"http://{listener.place}/hook")
        secret = made.split()[-1]
        with house.runtime():
            job = house.trigger("one", n=1)
            house.wait(lambda: house.value("SELECT answer FROM jobs_webhookdelivery"), "the first answer", timeout=180)
            # Nobody wants to wait for the second attempt.
            house.shell(
                "from jobs.models import WebhookDelivery\nfrom django.db.models.functions import Now\n"
                "WebhookDelivery.objects.filter(status='pending').update(due_at=Now())"
            )
            house.wait(
                lambda: house.value("SELECT 1 FROM jobs_webhookdelivery WHERE status = 'delivered'"),
                "delivery",
                timeout=180,
            )
    headers, body = listener.heard[-1]
    signed = signing.headers(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert signed["webhook-signature"] == headers["webhook-signature"]
    assert json.loads(body)["data"]["job"] == job
