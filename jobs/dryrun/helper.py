"""The process that dry runs happen in: `python -m jobs.dryrun.helper <socket>`. It has no database.

It reads one request a line, forks for each, and writes one answer a line. So a routine that never ends, eats all memory
or kills its process takes nobody along, and what it did to its process is gone afterwards.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds that a dry run gets beyond its own bound before it is killed: a call into C cannot be interrupted otherwise.
GRACE = 1.0
_NOTE = 200


def main() -> None:
    _set_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the web server, which lets go of the socket
    with socket.socket(fileno=int(sys.argv[1])) as link, link.makefile("rwb") as stream:
        for line in stream:
            stream.write(_answer(line) + b"\n")
            stream.flush()


def _set_up() -> None:
    """Django without a database: whatever asks for one is refused."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    import django
    from django.conf import settings

    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}
    django.setup()


def _answer(line: bytes) -> bytes:
    request = json.loads(line)
    with mmap.mmap(-1, _NOTE) as note:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _run(request, writing, note)
        os.close(writing)
        answer = _read(reading, child, request["sample"]["seconds"] + GRACE)
        _, status = os.waitpid(child, 0)
        return answer if answer.endswith(b"}") else _obituary(status, note)


def _run(request: dict[str, Any], writing: int, note: mmap.mmap) -> None:
    """In the child, which never returns."""
    try:
        text = _told(request, note).encode()
        while text:
            text = text[os.write(writing, text) :]
    finally:
        os._exit(0)


def _told(request: dict[str, Any], note: mmap.mmap) -> str:
    from jobs.dryrun.guard import Alarm, confine
    from jobs.dryrun.report import report
    from jobs.dryrun.sample import Sample
    from jobs.dryrun.simulate import simulate
    from jobs.runtime import capture
    from routilux_site.lib import strict_json
    from templates_app.spec import FlowSpec

    sample = Sample.from_json(request["sample"])
    alarm = Alarm(sample.seconds)

    @contextmanager
    def noting(node: str, timeout: float | None) -> Iterator[None]:
        note[:] = node.encode()[:_NOTE].ljust(_NOTE)
        with alarm(node, timeout):
            yield

    confine()
    capture.install()
    return strict_json.dumps(report(simulate(FlowSpec.from_json(request["spec"]), sample, noting)))


def _read(reading: int, child: int, seconds: float) -> bytes:
    """All that the child wrote; what is not there in time is killed."""
    deadline, parts = time.monotonic() + seconds, list[bytes]()
    with open(reading, "rb", buffering=0) as stream:
        while select.select([stream], [], [], max(deadline - time.monotonic(), 0))[0]:
            part = stream.read(1 << 16)
            if not part:
                return b"".join(parts)
            parts.append(part)
    os.kill(child, signal.SIGKILL)
    return b""


def _obituary(status: int, note: mmap.mmap) -> bytes:
    from jobs.dryrun.report import died

    node = note[:].decode(errors="replace").strip(" \0")
    place = f" while ‘{node}’ was running" if node else ""
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    how = "did not end in time and was stopped" if killed else "broke down"
    return json.dumps(died(f"The dry run {how}{place}.")).encode()


if __name__ == "__main__":
    main()
