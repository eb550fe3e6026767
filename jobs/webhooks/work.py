"""The django-q2 task that reads events and sends deliveries. It carries nothing and returns nothing."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import Error
from django.db.models.functions import Now
from django_q.tasks import async_task

from jobs.models.webhook import Outbox
from jobs.runtime import process
from jobs.runtime.broker import PostgresBroker
from jobs.runtime.store.link import Link
from jobs.runtime.store.outbox import call_for_sender
from jobs.webhooks.outbox import read_on
from jobs.webhooks.sending import Sender, forget_old

logger = logging.getLogger(__name__)

TASK = "jobs.webhooks.work.work"
#: Then the worker is free for others; if more is due, the supervisor calls again.
LONGEST = 20.0
#: A sender that died is replaced after so long.
SILENCE = timedelta(seconds=30)


def work() -> None:
    deadline = time.monotonic() + LONGEST
    try:
        with Sender() as sender:
            while time.monotonic() < deadline and not process.told_to_stop() and work_once(sender):
                Outbox.objects.update(busy_until=Now() + SILENCE)
        Outbox.objects.update(busy_until=Now())
        forget_old()
    except Error as error:
        logger.warning("webhooks: %s", error, extra={"action": "webhooks_failed"})


def work_once(sender: Sender) -> bool:
    """Was there anything to do?"""
    return bool(read_on() + sender.go_on())


def call(link: Link) -> bool:
    """Have a worker of the cluster do it, if there is anything and nobody does."""
    if not call_for_sender(link):
        return False
    async_task(
        TASK,
        q_options={"broker": PostgresBroker.over(link), "save": False, "ack_failure": True, "task_name": "webhooks"},
    )
    return True
