"""A step gets the secrets that its config names, and nothing that is kept of the job holds them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers

from jobs.models import Activation, Job, JobEvent, StepLog
from jobs.runtime import capture
from jobs.states import JobStatus
from templates_app.models import FlowPrototype, Revision
from tests.engine import make_flow, results, run_flow

pytestmark = pytest.mark.usefixtures("engine")

VARIABLE, VALUE = "ROUTILUX_SECRET_SHOP_KEY", "hunter2's \\ word"


@pytest.fixture
def flow() -> FlowPrototype:
    return make_flow("tell", {"a": {"routine": "test_telltale", "config": {"key": {"$secret": "SHOP_KEY"}}}})


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, VALUE)


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """Where the process writes its own log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    capture.install()
    yield stream
    capture.uninstall()
    logging.getLogger().removeHandler(handler)


def kept() -> str:
    rows = [row for model in (Job, Activation, StepLog, JobEvent, Revision) for row in model._default_manager.all()]
    return str(serializers.serialize("json", rows))


def error() -> dict[str, Any]:
    return StepLog.objects.get().error or {}


def test_it_gives_the_step_what_its_config_names(flow: FlowPrototype, known: None) -> None:
    job = run_flow(flow, n=1)

    assert job.status == JobStatus.COMPLETED
    assert results(job)[0]["length"] == len(VALUE)


def test_it_keeps_it_out_of_logs_errors_and_tracebacks(flow: FlowPrototype, known: None, console: io.StringIO) -> None:
    job = run_flow(flow, fail=True)

    assert (job.status, job.error_summary) == (JobStatus.FAILED, 'a: KeyError: "‹secret›"')
    assert "hunter2" not in kept() + console.getvalue()
    assert "‹secret› was refused" in console.getvalue()
    assert [line["text"] for line in StepLog.objects.get().lines or []].count("‹secret›") == 1


def test_it_fails_the_step_and_says_where_to_set_what_is_missing(flow: FlowPrototype) -> None:
    job = run_flow(flow, n=1)

    assert job.status == JobStatus.FAILED
    assert f"The secret 'SHOP_KEY' is not set on this host. Set {VARIABLE}" in error()["message"]


def test_it_reads_a_file_anew_for_each_step(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))

    for text in ("four", "fiver\n"):
        file.write_text(text)
        assert results(run_flow(flow, n=1))[0]["length"] == len(text.strip())


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff\xff", b"abc"], ids=["absent", "binary", "short"])
def test_it_refuses_what_it_cannot_hide_or_read(
    flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(tmp_path / "key"))

    assert run_flow(flow, n=1).status == JobStatus.FAILED
    assert "The secret 'SHOP_KEY'" in error()["message"]
    assert "abc" not in json.dumps(error())
