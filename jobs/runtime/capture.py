"""What a step prints and logs, caught per thread and coroutine: they share a process, their output must not mix."""

from __future__ import annotations

import io
import logging
import sys
import time
import traceback
from contextvars import ContextVar
from typing import Any

from jobs.runtime.secrets import Mask

MAX_LINES = 1000
MAX_LINE = 4000


class Capture:
    """The lines of one attempt; bounded, so that a chatty step cannot fill the database."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.progress: dict[str, Any] | None = None
        self.changes = 0  #: counts what was added, so that a reader sees whether there is news
        self.began = time.monotonic()
        self.mask = Mask()  #: hides the secrets of the step in whatever is kept
        self._partial = {"stdout": "", "stderr": ""}
        self._dropped = 0

    def tell_progress(self, n: float, total: float | None, text: str) -> None:
        self.progress = {"n": n, "total": total, "text": printable(self.mask(text)[:MAX_LINE])}
        self.changes += 1

    def add(self, level: str, text: str) -> None:
        self.changes += 1
        if len(self.lines) >= MAX_LINES:
            self._dropped += 1
            return
        kept = printable(self.mask(text)[:MAX_LINE])
        self.lines.append({"at": round(time.time(), 3), "level": level, "text": kept})

    def write(self, stream: str, text: str) -> None:
        *lines, rest = (self._partial[stream] + text).split("\n")
        for line in lines:
            self.add(stream, line)
        if len(rest) > MAX_LINE + self.mask.reach:
            rest = self.mask(rest)
            told = len(rest) - self.mask.reach
            self.add(stream, rest[:told])
            rest = rest[told:]
        self._partial[stream] = rest

    def finish(self) -> list[dict[str, Any]]:
        for stream, rest in self._partial.items():
            if rest:
                self.add(stream, rest)
        if self._dropped:
            text = f"{self._dropped} more lines were dropped (a step keeps {MAX_LINES})"
            self.lines.append({"at": round(time.time(), 3), "level": "warning", "text": text})
        return self.lines


def printable(text: str) -> str:
    """Text that Postgres can hold: no NUL, no lone surrogates."""
    return text.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")


_current: ContextVar[Capture | None] = ContextVar("capture", default=None)


def start(capture: Capture) -> Capture:
    """From here on it gets what this thread, or this coroutine, says."""
    _current.set(capture)
    return capture


def stop() -> None:
    _current.set(None)


current = _current.get


class _Routed(io.TextIOBase):
    """A standard stream that goes to the step of this thread, or where it went before when there is none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.before = getattr(sys, name)

    def write(self, text: str) -> int:
        capture = current()
        if capture is None:
            return int(self.before.write(text))
        capture.write(self._name, text)
        return len(text)

    def flush(self) -> None:
        self.before.flush()

    def fileno(self) -> int:
        return int(self.before.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.before, name)


def _hide_secrets(record: logging.LogRecord) -> bool:
    """For what leaves by other handlers, such as the log of the process."""
    capture = current()
    if capture is not None and capture.mask:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info))
        record.msg, record.args, record.exc_info, record.exc_text = capture.mask(text), None, None, None
    return True


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        capture = current()
        if capture is not None:
            try:
                capture.add(record.levelname.lower(), self.format(record))
            except Exception:
                self.handleError(record)


_handler = _Handler()
_handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))


def install() -> None:
    """Route the standard streams and the root logger of this process while a session runs."""
    if not isinstance(sys.stdout, _Routed):
        sys.stdout, sys.stderr = _Routed("stdout"), _Routed("stderr")
        for handler in logging.getLogger().handlers:
            handler.addFilter(_hide_secrets)
        logging.getLogger().addHandler(_handler)


def uninstall() -> None:
    if isinstance(sys.stdout, _Routed) and isinstance(sys.stderr, _Routed):
        sys.stdout, sys.stderr = sys.stdout.before, sys.stderr.before
        logging.getLogger().removeHandler(_handler)
        for handler in logging.getLogger().handlers:
            handler.removeFilter(_hide_secrets)
