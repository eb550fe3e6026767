from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import psutil
import psycopg

from routilux_site.embedded import programs
from routilux_site.embedded.programs import MAJOR, PostgresError
from routilux_site.lib.once import read_or_make

DATABASE = "routilux"
USER = "postgres"
PORT = 5432
LONGEST_SOCKET_PATH = 100  # Linux takes 107 bytes, macOS 103
START_TIMEOUT = 60.0
# Unlike TMPDIR, the same for all of our processes.
SHORT_PLACE = Path("/tmp")  # noqa: S108 - the folder made there is 0700 and its owner is checked

StopMode = Literal["smart", "fast", "immediate"]

SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "autovacuum_naptime": "10s",  # the hot tables are small and churn fast
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """One embedded server: its data, log and socket follow from `home`, so that every process finds the same."""

    home: Path

    @cached_property
    def base(self) -> Path:
        if programs.runs_as_root() and not programs.is_reachable_by_others(self.home):
            # Named by chance, not by path: a new clone in an old place must not find the old data.
            return programs.ROOTS_PLACE / read_or_make(self.home / "postgres.place", lambda: secrets.token_hex(6))
        return self.home / "postgres"

    @cached_property
    def data(self) -> Path:
        return self.base / "data"

    @cached_property
    def log(self) -> Path:
        return self.base / "log"

    @cached_property
    def socket_dir(self) -> Path:
        wished = self.base / "run"
        if len(os.fsencode(wished / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return wished
        digest = hashlib.sha256(os.fsencode(self.home.resolve())).hexdigest()[:12]
        return SHORT_PLACE / f"routilux-{os.geteuid()}-{digest}"

    @property
    def params(self) -> dict[str, Any]:
        return {"host": str(self.socket_dir), "port": PORT, "user": USER, "dbname": DATABASE}

    def is_running(self) -> bool:
        return self._answers(DATABASE)

    def ensure(self) -> dict[str, Any]:
        if not self.is_running():
            with self._locked():
                if not self.is_running():
                    self._prepare()
                    self._start()
        return self.params

    def stop(self, mode: StopMode = "fast") -> None:
        if not self._pid_file.exists():
            return
        with self._locked():
            self._drop_stale_pid_file()
            if self._pid_file.exists():
                programs.run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-t", "60")

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _answers(self, database: str) -> bool:
        try:
            # An empty password keeps libpq from looking for somebody else's.
            psycopg.connect(**{**self.params, "dbname": database}, password="", connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepare(self) -> None:
        for folder in (self.base, self.socket_dir):
            _own(folder)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(MAJOR):
            raise PostgresError(f"{self.data} was made by Postgres {found}, and Postgres {MAJOR} is installed here.")
        self._configure()

    def _initialise(self) -> None:
        # An interrupted initdb must leave nothing that looks like a data folder.
        fresh = self.base / "data.new"
        for folder in (fresh, self.data):
            shutil.rmtree(folder, ignore_errors=True)
        programs.run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", USER, "-D", str(fresh))
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'routilux.conf'\n")
        fresh.rename(self.data)

    def _configure(self) -> None:
        conf = {**SERVER_SETTINGS, "unix_socket_directories": f'"{self.socket_dir}"'}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in conf.items()]
        file = self.data / "routilux.conf"
        file.write_text("".join(lines), encoding="utf-8")
        file.chmod(0o644)  # root writes it for another user; the folder around it is 0700

    def _start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        problem = ""
        while time.monotonic() < deadline:
            self._drop_stale_pid_file()
            try:
                programs.run("pg_ctl", "start", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.log))
            except PostgresError as error:
                # Backends of a killed server hold its memory for a moment, or it is recovering by itself.
                problem = str(error)
            if self._answers("postgres"):
                return self._create_database()
            time.sleep(0.2)
        raise PostgresError(f"The embedded Postgres does not start; its log is {self.log}. {problem}")

    def _create_database(self) -> None:
        if not self.is_running():
            programs.run("createdb", "-h", str(self.socket_dir), "-p", str(PORT), "-U", USER, DATABASE)

    def _drop_stale_pid_file(self) -> None:
        """After a reboot the dead server's process id may be somebody else's, and Postgres would not start."""
        try:
            pid = int(self._pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
            name = psutil.Process(pid).name()
        except (FileNotFoundError, ValueError, psutil.Error):
            return
        if name != "postgres":
            self._pid_file.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        if programs.runs_as_root():
            self.home.chmod(0o711)  # the server's user must come through; what is secret in it is 0600
        with (self.home / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _own(folder: Path) -> None:
    """Make a folder that only the server's user may enter; refuse one that was laid there by somebody else."""
    user, group = programs.owner()
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in (user, os.geteuid()):
            message = f"{folder} belongs to user id {found.st_uid}: remove it or set another ROUTILUX_HOME."
            raise PostgresError(message) from None
    if programs.runs_as_root():
        os.chown(folder, user, group, follow_symlinks=False)
