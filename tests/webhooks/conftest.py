from __future__ import annotations

from typing import Any

import pytest

from jobs.models import Webhook
from jobs.webhooks import sending, verbs
from jobs.webhooks.sending import Outcome


@pytest.fixture
def hook(db: None) -> Webhook:
    """Of all flows and all ends."""
    return verbs.create_webhook(name="erp", url="https://erp.example.org/hook").webhook


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent, instead of sending it; all of it is answered with 200."""
    found: list[Any] = []

    def send(delivery: Any) -> Outcome:
        found.append(delivery)
        return Outcome(answer=200)

    monkeypatch.setattr(sending, "send", send)
    return found
