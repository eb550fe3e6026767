"""The web server and the cluster as child processes of one command: `demo` and `up` start them, `down` finds them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings

START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0


class StackError(RuntimeError):
    """The stack cannot start or died; the message says why and what to do."""


def host() -> str:
    return str(settings.WEB["HOST"])


def port() -> int:
    return int(settings.WEB["PORT"])


def base_url() -> str:
    return f"http://{'localhost' if host() in ('0.0.0.0', '127.0.0.1', '::') else host()}:{port()}"  # noqa: S104


def refuse_taken_port() -> None:
    """Raise StackError if somebody listens where the web server should."""
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            message = f"Cannot listen on {host()}:{port()} ({error.strerror}): choose another, as in PORT={port() + 1}."
            raise StackError(message) from None


def web_command() -> list[str]:
    web = settings.WEB
    return [
        *(sys.executable, "-m", "gunicorn", "routilux_site.wsgi:application", "--worker-class", "gthread"),
        *("--bind", f"{f'[{host()}]' if ':' in host() else host()}:{port()}"),
        *("--workers", str(web["WORKERS"]), "--threads", str(web["THREADS"])),
        *("--max-requests", "20000", "--max-requests-jitter", "2000", "--no-control-socket", "--log-level", "warning"),
    ]


@contextmanager
def running() -> Iterator[Stack]:
    """A stack that serves and works while the block runs, and is stopped whatever happens in it."""
    refuse_second_stack()
    refuse_taken_port()
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@dataclass
class Stack:
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        _logs().mkdir(parents=True, exist_ok=True)
        self._spawn("web", web_command())
        self._spawn("runtime", [sys.executable, "manage.py", "runtime"])
        self._wait_for("/healthz", "web")
        self._wait_for("/readyz", "runtime")

    def stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + settings.ROUTILUX["GRACE"] + STOP_TIMEOUT
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        _record().unlink(missing_ok=True)

    def watch(self) -> None:
        """Raise StackError if a child has ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise StackError(f"The {name} process ended with code {child.returncode}. {_tail(name)}")

    def _spawn(self, name: str, command: list[str]) -> None:
        # A session of its own: Ctrl-C is for us, and we tell the children in order.
        with (_logs() / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )
        self.children[name] = child
        pids = [os.getpid(), *(child.pid for child in self.children.values())]
        started = {pid: psutil.Process(pid).create_time() for pid in pids}
        _record().write_text(json.dumps({"url": base_url(), "processes": started}), encoding="utf-8")

    def _wait_for(self, path: str, name: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        answer = ""
        while time.monotonic() < deadline:
            self.watch()
            try:
                with urllib.request.urlopen(base_url() + path, timeout=10):  # noqa: S310 - our own address
                    return
            except urllib.error.HTTPError as error:
                answer = error.read().decode(errors="replace")
            except OSError as error:
                answer = str(error)
            time.sleep(0.1)
        raise StackError(f"The {name} process is not ready after {START_TIMEOUT:.0f} s ({answer}). {_tail(name)}")


def refuse_second_stack() -> None:
    if living_processes():
        url = json.loads(_record().read_text(encoding="utf-8"))["url"]
        raise StackError(f"Another stack of this project is running at {url}: stop it with `make down`.")


def stop_running() -> bool:
    """Stop the stack that another command started; False when there is none."""
    processes = living_processes()
    # The first is the command itself, which stops the others in order; they are told only when it is gone.
    for process in processes:
        if process.is_running():
            process.terminate()
            _wait_or_kill(process)
    _record().unlink(missing_ok=True)
    return bool(processes)


def _wait_or_kill(process: psutil.Process) -> None:
    try:
        process.wait(timeout=settings.ROUTILUX["GRACE"] + 2 * STOP_TIMEOUT)
    except psutil.TimeoutExpired:
        process.kill()


def living_processes() -> list[psutil.Process]:
    try:
        started = json.loads(_record().read_text(encoding="utf-8"))["processes"]
    except (OSError, ValueError, KeyError):
        return []
    return [process for pid, when in started.items() if (process := _process(int(pid), when))]


def _process(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        # The id alone may be somebody else's by now.
        alive = abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if alive else None


def _record() -> Path:
    return Path(settings.ROUTILUX_HOME) / "stack.json"


def _logs() -> Path:
    return Path(settings.ROUTILUX_HOME) / "logs"


def _tail(name: str, lines: int = 15) -> str:
    file = _logs() / f"{name}.log"
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return os.linesep.join([f"The end of {file}:", *text.splitlines()[-lines:]])
