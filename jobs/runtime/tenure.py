"""What a session holds while it lives: its row, its ticket and its place in the cluster."""

from __future__ import annotations

import os
import socket
import time
from uuid import UUID

from django.conf import settings

from jobs.runtime import codeversion, failpoints, process, wake
from jobs.runtime.store import admit, claim, rescue
from jobs.runtime.store.link import DATABASE_ERRORS, Link, open_link
from routilux_site.lib.ids import uuid7


class Tenure:
    def __init__(self, link: Link, ticket: rescue.TicketLease | None) -> None:
        self.id: UUID = uuid7()
        self._link = link
        self._ticket = ticket
        self._lease: float = settings.ROUTILUX["LEASE"]

    def begin(self, *, lanes: int) -> None:
        code, classes = codeversion.running()
        place = {"cluster": process.cluster_id(), "host": socket.gethostname(), "pid": os.getpid()}
        rescue.open_session(self._link, code=code, classes=classes, id=self.id, lanes=lanes, **place)

    def beat(self) -> bool:
        """False: somebody has declared it dead."""
        return rescue.beat(self._link, self.id, ticket=self._ticket, lease=self._lease)

    def tell_stopping(self) -> None:
        rescue.tell_stopping(self._link, self.id)

    def end(self, outcome: str, *, lost: bool) -> None:
        """Acknowledge the ticket and hand back what was claimed. When the database is down, wait for it, up to a lease:
        a session that ends itself costs its steps nothing, one that is found dead counts against them."""
        if not lost:
            self._end(self._link, outcome)
            return
        deadline = time.monotonic() + self._lease
        while True:
            try:
                with open_link("closing") as link:
                    self._end(link, outcome)
                return
            except DATABASE_ERRORS:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def _end(self, link: Link, outcome: str) -> None:
        due = claim.seconds_to_next_due(link)
        failpoints.hit("before_ack")
        rescue.close_session(link, self.id, ticket=self._ticket, outcome=outcome)
        # Looked at after the end is committed: whoever made work before that saw a live session and sent no ticket.
        if claim.any_ready(link) or admit.movable(link, limit=1):
            wake.ring(link)
        elif due is not None:
            wake.ring(link, delay=max(0.0, due))
