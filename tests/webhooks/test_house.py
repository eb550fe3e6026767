"""The whole way: a job ends in a real cluster, and a real listener gets a signed message that it can verify."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from jobs.webhooks import signing
from tests.house import a_house
from tests.webhooks.listener import Listener, a_listener

MAKE = """
from jobs.webhooks.verbs import create_webhook
make_flow("one", {"a": "test_pass"}, entry="a.input")
print(create_webhook(name="erp", url=%r).secret)
"""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with a_listener(refusals=1) as server:
        yield server


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
