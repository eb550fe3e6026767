"""The web process's side of dry runs: one helper process, started when first needed and again when it died."""

from __future__ import annotations

import atexit
import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings

from jobs.dryrun.helper import GRACE
from jobs.dryrun.report import died
from jobs.dryrun.sample import Sample
from jobs.errors import JobError
from routilux_site.lib import strict_json
from templates_app.spec import FlowSpec

#: Seconds to wait for a turn, and for a helper to start; one web process does one dry run at a time.
TURN, START = 30.0, 60.0
_MOST_BYTES = 16 * 1024 * 1024


class DryRunBusy(JobError):
    title = "Too many dry runs at once"
    code = "dry-run-busy"
    status = 503


@dataclass(slots=True)
class Helper:
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _process: subprocess.Popen[bytes] | None = None
    _link: socket.socket | None = None

    def run(self, spec: FlowSpec, sample: Sample) -> dict[str, Any]:
        """The report of a dry run; raises DryRunBusy when others take all the time."""
        request = strict_json.dumps({"spec": spec.to_json(), "sample": sample.to_json()})
        if not self._mutex.acquire(timeout=TURN):
            raise DryRunBusy("Other dry runs are still going on: try again in a moment.")
        try:
            return self._ask(request.encode() + b"\n", sample.seconds + GRACE + START)
        except OSError:
            self._stop()
            return died("The process of the dry run broke down: try again.")
        finally:
            self._mutex.release()

    def warm(self) -> None:
        """Start the helper, so that it is ready when it is asked."""
        if self._mutex.acquire(blocking=False):
            try:
                self._started()
            finally:
                self._mutex.release()

    def stop(self) -> None:
        with self._mutex:
            self._stop()

    def _ask(self, request: bytes, seconds: float) -> dict[str, Any]:
        link = self._started()
        link.settimeout(seconds)
        link.sendall(request)
        found = bytearray()
        while not found.endswith(b"\n"):
            part = link.recv(1 << 16)
            if not part or len(found) > _MOST_BYTES:
                raise ConnectionError
            found += part
        return cast("dict[str, Any]", json.loads(found))

    def _started(self) -> socket.socket:
        if self._link is not None and self._process is not None and self._process.poll() is None:
            return self._link
        self._stop()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "jobs.dryrun.helper", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self._link = ours
        return ours

    def _stop(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._link = self._process = None


helper = Helper()
atexit.register(helper.stop)
