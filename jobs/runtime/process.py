"""What a process of a supervised cluster knows of itself: its cluster, its leash, the roll, the ticket it works on.

The leash is the read end of a pipe. When the supervisor closes its end, or dies, every process of the cluster sees the
end of file at once. The roll is told who is there.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from jobs.runtime.roll import Pen
from jobs.runtime.store.rescue import TicketLease

PR_SET_PDEATHSIG = 1


@dataclass
class Membership:
    cluster: str
    leash: int
    pen: Pen
    depth: int = 0  #: 0 is django-q2's main process, 1 its sentinel, 2 the workers, the monitor and the pusher


_member: Membership | None = None
_ticket: TicketLease | None = None


def arm() -> None:
    """Called once Django is ready."""
    from django_q.signals import pre_execute

    pre_execute.connect(_remember_ticket, dispatch_uid="routilux-remember-ticket")


def join(cluster: str, *, leash: int, pen: Pen) -> None:
    """Called in the first process of a supervised cluster. It and every process that is forked from it dies with its
    parent, so that a killed sentinel or main process leaves no orphans that work on unguarded."""
    global _member
    _member = Membership(cluster, leash, pen)
    die_with_parent()
    # What was loaded before the fork stays for ever: without it a full collection pauses a worker for microseconds
    # instead of some fifty milliseconds, and leaves the pages shared.
    os.register_at_fork(before=gc.freeze, after_in_child=_be_born)


def _be_born() -> None:
    die_with_parent()
    if _member is not None:
        _member.depth += 1
        if _member.depth == 2:
            _member.pen.sign()


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if told_to_stop():
        os._exit(1)  # the parent was gone before it could be watched


def cluster_id() -> str:
    """The supervised cluster that this process belongs to; a plain `qcluster` counts as one a host."""
    return _member.cluster if _member else f"unsupervised-{socket.gethostname()}"


def session_slots() -> int:
    """All workers but one may hold sessions; a cluster of one worker has one."""
    workers: int = settings.ROUTILUX["WORKERS"]
    return max(1, workers - 1)


def told_to_stop() -> bool:
    """True once the supervisor let go of the leash. Nothing is ever written to it."""
    return _member is not None and bool(select.select([_member.leash], [], [], 0)[0])


def current_ticket() -> TicketLease | None:
    return _ticket


def _remember_ticket(sender: Any, task: dict[str, Any], **_: Any) -> None:
    global _ticket
    ticket, _colon, deliveries = str(task.get("ack_id") or "").partition(":")
    _ticket = TicketLease(int(ticket), int(deliveries)) if deliveries else None
