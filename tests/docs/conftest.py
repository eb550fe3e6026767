from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.test import modify_settings

from samples.load import load
from templates_app import catalog
from templates_app.sync import sync_catalog
from tests.docs.markdown import blocks
from tests.docs.shell import Shell
from tests.engine import run_jobs


@pytest.fixture
def shell(engine: None, live_server: pytest.FixtureRequest, admin_user: object) -> Iterator[Shell]:
    """A shell for which the server of the documentation is the live server of the test, with the samples loaded."""
    list(load())
    made = Shell(str(live_server.url))  # type: ignore[attr-defined]
    made.run('export ROUTILUX_TOKEN=$(.venv/bin/python manage.py create_token --user admin --name "docs")')
    with _cluster():
        yield made


@pytest.fixture
def shop(engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app that the tutorial has its reader write."""
    [block] = [block for block in blocks("docs/tutorial/2-write-a-routine.md") if block.file]
    file = tmp_path / block.file
    file.parent.mkdir()
    (file.parent / "__init__.py").touch()
    file.write_text(block.text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = dict(catalog._entries)
    with modify_settings(INSTALLED_APPS={"append": "shop"}):
        sync_catalog()
        yield
    catalog._entries.clear()
    catalog._entries.update(before)
    for name in ("shop", "shop.routines"):
        sys.modules.pop(name, None)


@contextmanager
def _cluster() -> Iterator[None]:
    """Works off jobs beside the test, as a cluster would."""
    over = threading.Event()
    thread = threading.Thread(target=_work, args=[over])
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _work(over: threading.Event) -> None:
    try:
        while not over.wait(0.05):
            run_jobs()
    finally:
        connections.close_all()
