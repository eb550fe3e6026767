"""What the main thread of a session waits for: its own threads, announcements of new work, and the next due time."""

from __future__ import annotations

import math
import select
import socket
import threading
import time

from jobs.runtime import wake
from jobs.runtime.store.link import Link, run


class Ear:
    def __init__(self, link: Link) -> None:
        self.heard = True  #: somebody has work; whoever looks for it sets this to False first
        self.alarm = Alarm()
        self._link = link
        self._bell_out, self._bell_in = socket.socketpair()
        self._bell_out.setblocking(False)
        self._poll = select.poll()
        self._poll.register(link, select.POLLIN)
        self._poll.register(self._bell_out, select.POLLIN)

    def expect(self, found: object) -> None:
        """Truth in `found` means that there may be something to claim."""
        self.heard = self.heard or bool(found)

    def listen(self) -> None:
        self._link.add_notify_handler(self._heard_work)
        run(self._link, f"LISTEN {wake.WORK_CHANNEL}")

    def ring(self) -> None:
        """Wake the main thread. Called by any thread."""
        try:
            self._bell_in.send(b".", socket.MSG_DONTWAIT)
        except OSError:
            return  # the bell is already ringing, or nobody listens any more

    def wait(self, seconds: float) -> None:
        """Until somebody rings or announces work, something is due, or the time is up."""
        left = self.alarm.left()
        if left is not None and left < seconds:
            seconds, self.heard = left, self.heard or not left
        ready = {descriptor for descriptor, _ in self._poll.poll(math.ceil(seconds * 1000))}
        if self._bell_out.fileno() in ready:
            self._bell_out.recv(4096)
        if self._link.fileno() in ready:
            self._read()

    def _read(self) -> None:
        """What the server said without being asked. Raises psycopg.OperationalError when it said farewell."""
        self._link.pgconn.consume_input()
        while self._link.pgconn.notifies():
            self.heard = True

    def stop_listening(self) -> None:
        self._link.remove_notify_handler(self._heard_work)
        run(self._link, "UNLISTEN *")

    def close(self) -> None:
        self._bell_in.close()
        self._bell_out.close()

    def _heard_work(self, _: object) -> None:
        self.heard = True


class Alarm:
    """When something is due next, as far as this process knows. Any thread sets it; only an earlier time counts."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._at: float | None = None

    def set(self, seconds: float) -> None:
        at = time.monotonic() + seconds
        with self._mutex:
            self._at = at if self._at is None else min(at, self._at)

    def left(self) -> float | None:
        """Seconds, 0.0 when it is due; None when nothing is."""
        at = self._at
        return None if at is None else max(0.0, at - time.monotonic())

    def reset(self) -> None:
        with self._mutex:
            self._at = None
