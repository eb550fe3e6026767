"""A house of its own for tests and benchmarks: private Postgres, real supervisor, cluster and web processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg
from django.conf import settings

from routilux_site.embedded.server import DATABASE, PORT, USER
from routilux_site.postgres import Server
from tests.desk import Desk

TIMEOUT = 180.0  # a machine may be busy; only what never comes about waits so long
NOTHING: Mapping[str, str] = {}
#: Short enough that a test of rescue need not wait.
HASTY = {"ROUTILUX_LEASE": "2", "ROUTILUX_STALL": "2", "ROUTILUX_WORKERS": "3", "ROUTILUX_GRACE": "2"}


class House:
    """One home directory: its Postgres, and whatever processes the test starts in it."""

    def __init__(self, home: Path, *, apps: str = "tests.flows", **environment: str) -> None:
        self.home = home
        self._started: list[psutil.Popen] = []
        self.port = environment.get("PORT", "")
        self.server = Server(home)
        self.log = home / "runtime.log"
        self.journal = home / "journal"  #: what the routines of tests.hazards write down
        env = {
            **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "routilux_site.settings",
            "ROUTILUX_HOME": str(home),
            "ROUTILUX_APPS": apps,
            "HAZARD_JOURNAL": str(self.journal),
            **environment,
        }
        self._place: dict[str, Any] = {"cwd": settings.BASE_DIR, "env": env, "text": True}

    def manage(self, *words: str) -> str:
        done = subprocess.run([sys.executable, "manage.py", *words], **self._place, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        return str(done.stdout)

    def build(self, flows: str) -> None:
        """Migrate, and run `flows`: Python that makes flows with tests.engine.make_flow."""
        self.manage("migrate", "-v", "0")
        self.shell(f"from tests.engine import make_flow\n{flows}")

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v", "0", "-c", code)

    def trigger(self, flow: str, **payload: Any) -> str:
        return str(self.desk.ask("trigger", flow=flow, input=payload))

    @cached_property
    def desk(self) -> Desk:
        return Desk(self)

    @contextmanager
    def runtime(self, **environment: str) -> Iterator[psutil.Popen]:
        """`manage.py runtime`, killed with everything it started when the test is done."""
        with self.running("runtime", **environment) as process:
            yield process

    @contextmanager
    def running(self, *words: str, **environment: str) -> Iterator[psutil.Popen]:
        """A management command that goes on until the test is done."""
        process = self.start("manage.py", *words, environment=environment)
        try:
            yield process
        finally:
            kill_tree(process)

    def start_runtime(self, **environment: str) -> psutil.Popen:
        return self.start("manage.py", "runtime", environment=environment)

    def start(self, *words: str, environment: Mapping[str, str] = NOTHING, **streams: int) -> psutil.Popen:
        """A Python process of the house; what it prints goes to the log of the house unless `streams` say otherwise."""
        place = {**self._place, "env": {**self._place["env"], **environment}}
        with self.log.open("ab") as log:
            process = psutil.Popen([sys.executable, *words], **{**place, "stdout": log, "stderr": log, **streams})
        self._started.append(process)
        return process

    def close(self) -> None:
        if "desk" in self.__dict__:
            self.desk.close()
        for process in self._started:  # of a test that failed half-way
            kill_tree(process)
        self.server.stop("immediate")

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.server.params) as connection:
            return connection.execute(sql.encode(), params).fetchall()

    @property
    def url(self) -> str:
        """DATABASE_URL of its Postgres. Whoever has it does not start the server by himself."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.server.socket_dir}&port={PORT}"

    def value(self, sql: str, *params: Any) -> Any:
        rows = self.rows(sql, *params)
        return rows[0][0] if rows else None

    def wait(self, condition: Callable[[], Any], what: str, *, timeout: float = TIMEOUT) -> Any:
        """Poll until `condition` holds; a database that is down counts as not yet."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                if value := condition():
                    return value
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come about in {timeout:.0f} s\n{self._tail()}")

    def answers(self) -> bool:
        """Whether the web server is up."""
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz"):
            return True
        return False

    def wait_for_end(self, job: str) -> str:
        sql = "SELECT status FROM jobs_job WHERE id = %s AND status IN ('completed', 'failed', 'cancelled')"
        return str(self.wait(lambda: self.value(sql, job), f"the end of job {job}"))

    def wait_for_step(self, job: str, node: str) -> None:
        sql = "SELECT 1 FROM jobs_activation WHERE job_id = %s AND node = %s AND status = 'running'"
        self.wait(lambda: self.value(sql, job, node), f"a running step {node}")

    def running_pid(self, job: str) -> int:
        """The process that runs a step of the job."""
        sql = (
            "SELECT s.pid FROM jobs_activation a JOIN jobs_session s ON s.id = a.session_id "
            "WHERE a.job_id = %s AND a.status = 'running' AND s.ended_at IS NULL LIMIT 1"
        )
        return int(self.wait(lambda: self.value(sql, job), "a session that runs the job"))

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


@contextmanager
def a_house(*, apps: str = "tests.flows", **environment: str) -> Iterator[House]:
    """A house in a folder of its own, open to the user that Postgres runs as; gone afterwards."""
    with TemporaryDirectory(prefix="routilux-house-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        house = House(home, apps=apps, **environment)
        try:
            yield house
        finally:
            house.close()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_tree(process: psutil.Popen) -> None:
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = process.children(recursive=True)
    for member in [process, *family]:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=5)
    process.wait(timeout=5)


def cluster_processes(runtime: psutil.Process) -> list[psutil.Process]:
    """Workers, monitor and pusher: the children of django-q2's sentinel."""
    return [worker for main in runtime.children() for sentinel in main.children() for worker in sentinel.children()]
