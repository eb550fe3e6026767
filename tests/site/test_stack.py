from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytest_django.fixtures import Settings

from routilux_site import stack
from routilux_site.stack import StackError


@pytest.fixture
def taken_port(settings: Settings, tmp_path: Path) -> Iterator[int]:
    settings.ROUTILUX_HOME = tmp_path
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        settings.WEB = {**settings.WEB, "PORT": port}
        yield port


def test_it_says_that_a_port_is_taken(taken_port: int) -> None:
    with pytest.raises(StackError, match=rf"127\.0\.0\.1:{taken_port} .* PORT={taken_port + 1}"):
        stack.refuse_taken_port()


def test_it_refuses_a_second_stack(settings: Settings, tmp_path: Path) -> None:
    settings.ROUTILUX_HOME = tmp_path
    me = psutil.Process()
    record = {"url": "http://localhost:1", "processes": {str(me.pid): me.create_time()}}
    (tmp_path / "stack.json").write_text(json.dumps(record))
    with pytest.raises(StackError, match=r"http://localhost:1.*make down"):
        stack.refuse_second_stack()


# A process id that is alive but was taken by a later process, and one that nobody has.
@pytest.mark.parametrize("record", ["", "{}", '{"processes": {"PID": 1.0}}', '{"processes": {"4194303": 1}}'])
def test_it_is_not_held_up_by_an_old_record(settings: Settings, tmp_path: Path, record: str) -> None:
    settings.ROUTILUX_HOME = tmp_path
    (tmp_path / "stack.json").write_text(record.replace("PID", str(os.getpid())))
    stack.refuse_second_stack()
    assert not stack.stop_running()


def test_it_tells_why_a_child_died(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROUTILUX_HOME = tmp_path
    monkeypatch.setattr(stack, "web_command", lambda: ["sh", "-c", "echo no such thing; exit 3"])
    with pytest.raises(StackError, match=r"web process ended with code 3(.|\n)*no such thing"), stack.running():
        pass
    assert not (tmp_path / "stack.json").exists()
