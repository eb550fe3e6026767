"""The embedded server, for real, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from routilux_site.embedded import programs
from routilux_site.embedded.server import Server

pytestmark = pytest.mark.xdist_group("postgres")

ENSURE = (
    "import sys, pathlib; from routilux_site.embedded.server import Server; Server(pathlib.Path(sys.argv[1])).ensure()"
)


@pytest.fixture
def server() -> Iterator[Server]:
    # Not tmp_path: as root the server runs as another user, who may not enter pytest's folders.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "a home with 'quotes'")
        yield server
        server.stop("immediate")


def ask(server: Server, question: str) -> object:
    with psycopg.connect(**server.params) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def postmaster(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])


def test_it_starts_once_for_many_callers_and_outlives_them(server: Server) -> None:
    command = [sys.executable, "-c", ENSURE, str(server.home)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: subprocess.run(command, check=False).returncode, range(4)))
    assert results == [0, 0, 0, 0]
    assert server.is_running()
    assert ask(server, "SHOW server_version_num") >= "180000"  # type: ignore[operator]


def test_it_is_as_durable_as_it_says(server: Server) -> None:
    server.ensure()
    shown = {name: ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "max_connections")}
    assert shown == {"fsync": "on", "synchronous_commit": "on", "max_connections": "300"}


def test_it_comes_back_after_a_crash_with_everything_committed(server: Server) -> None:
    server.ensure()
    with psycopg.connect(**server.params) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    psutil.Process(postmaster(server)).kill()
    server.ensure()
    assert ask(server, "SELECT n FROM kept") == 42


def test_it_starts_although_its_old_process_id_is_taken(server: Server) -> None:
    server.ensure()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{psutil.Process().pid}\n{server.data}\n")
    server.ensure()
    assert postmaster(server) != psutil.Process().pid


def test_it_stops_and_may_be_stopped_again(server: Server) -> None:
    server.ensure()
    server.stop()
    server.stop()
    assert not server.is_running()


def test_it_lets_nobody_else_in(server: Server) -> None:
    server.ensure()
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o077 == 0


def test_it_finds_a_short_place_for_the_socket_of_a_long_path() -> None:
    server = Server(Path("/srv") / ("x" * 120))
    assert len(str(server.socket_dir)) < 60
    assert server.socket_dir == Server(server.home).socket_dir


def test_it_keeps_away_from_folders_that_its_user_cannot_enter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(programs, "runs_as_root", lambda: True)
    monkeypatch.setattr(programs, "ROOTS_PLACE", tmp_path / "var")
    (tmp_path / "private").mkdir(mode=0o700)
    first, second = (Server(tmp_path / "private" / name) for name in ("a", "b"))
    assert first.base.parent == tmp_path / "var"
    assert first.base != second.base
    assert Server(first.home).base == first.base


def test_it_can_run_from_a_copy_when_its_user_cannot_reach_the_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "runs_as_root", lambda: True)
    monkeypatch.setattr(programs, "is_reachable_by_others", lambda _: False)
    monkeypatch.setattr(programs, "ROOTS_PLACE", tmp_path)
    monkeypatch.setattr(programs, "_as_other_user", dict)
    programs.run("pg_ctl", "--version")
    assert [folder.name.startswith("programs-") for folder in tmp_path.iterdir()] == [True]


def test_it_refuses_data_of_another_version(server: Server) -> None:
    server.ensure()
    server.stop()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(programs.PostgresError, match="made by Postgres 16"):
        server.ensure()
