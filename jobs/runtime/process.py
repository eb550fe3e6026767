"""What a process of a supervised cluster knows of itself: its cluster, its leash, the ticket it works on.

The supervisor hands down an environment: the cluster's id and the read end of a pipe, the leash. When the supervisor
closes its end, or dies, every process of the cluster sees the end of file at once.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from typing import Any

from django.conf import settings

from jobs.runtime.store.rescue import TicketLease

CLUSTER = "ROUTILUX_CLUSTER_ID"
LEASH = "ROUTILUX_LEASH"
PR_SET_PDEATHSIG = 1

_ticket: TicketLease | None = None


def arm() -> None:
    """Called once Django is ready. In a supervised cluster every forked child dies with its parent, so that a killed
    sentinel or main process leaves no orphans that work on unguarded."""
    from django_q.signals import pre_execute

    pre_execute.connect(_remember_ticket, dispatch_uid="routilux-remember-ticket")
    if os.environ.get(CLUSTER) and sys.platform == "linux":
        die_with_parent()
        os.register_at_fork(after_in_child=die_with_parent)
    if os.environ.get(CLUSTER):
        # What was loaded before the fork stays for ever: without it a full collection pauses a worker for microseconds
        # instead of some fifty milliseconds, and leaves the pages shared.
        os.register_at_fork(before=gc.freeze)


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if told_to_stop():
        os._exit(1)  # the parent was gone before it could be watched


def cluster_id() -> str:
    """The supervised cluster that this process belongs to; a plain `qcluster` counts as one a host."""
    return os.environ.get(CLUSTER) or f"unsupervised-{socket.gethostname()}"


def session_slots() -> int:
    """All workers but one may hold sessions; a cluster of one worker has one."""
    workers: int = settings.ROUTILUX["WORKERS"]
    return max(1, workers - 1)


def told_to_stop() -> bool:
    """True once the supervisor let go of the leash. Nothing is ever written to it."""
    leash = os.environ.get(LEASH)
    return bool(leash) and bool(select.select([int(leash)], [], [], 0)[0]) if leash else False


def current_ticket() -> TicketLease | None:
    return _ticket


def _remember_ticket(sender: Any, task: dict[str, Any], **_: Any) -> None:
    global _ticket
    ticket, _colon, deliveries = str(task.get("ack_id") or "").partition(":")
    _ticket = TicketLease(int(ticket), int(deliveries)) if deliveries else None
