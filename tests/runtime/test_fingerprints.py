from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import services
from jobs.history.fingerprints import LENGTH, fingerprint, normalised
from tests.engine import make_flow, run_flow


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("no customer 42 of 1,000.5", "no customer <n> of <n>"),
        ("KeyError: 'total'", "KeyError: <text>"),
        ("job 0192f0c1-7a3e-7cc0-8000-0123456789ab ended", "job <id> ended"),
        ("at 2026-11-23T10:00:01.5Z", "at <time>"),
        ("ann@example.org is unknown", "<address> is unknown"),
        ("cannot open /srv/data/a.csv", "cannot open <path>"),
        ("object at 0x7f3a", "object at <hex>"),
        ("a  \n b", "a b"),
    ],
)
def test_it_leaves_the_particulars_out(text: str, without: str) -> None:
    assert normalised(text) == without


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_it_is_the_same_for_other_numbers(one: int, other: int) -> None:
    assert fingerprint("a", f"row {one} is bad") == fingerprint("a", f"row {other} is bad")


@given(st.text(), st.text())
def test_it_always_has_one_length(node: str, summary: str) -> None:
    assert len(fingerprint(node, summary)) == LENGTH


def test_it_tells_nodes_apart() -> None:
    assert fingerprint("a", "bad") != fingerprint("b", "bad")


def test_it_is_written_where_a_job_fails_and_forgotten_when_it_is_retried(engine: None) -> None:
    job = run_flow(make_flow("broken", {"a": "fail"}, entry="a.input"), n=1)

    assert job.fingerprint == fingerprint("a", job.error_summary)
    services.retry(job=job)
    job.refresh_from_db()
    assert job.fingerprint == ""


def test_it_is_empty_for_a_cancelled_job(db: None) -> None:
    job = services.trigger(
        flow=make_flow("fine", {"a": "test_pass"}, entry="a.input"), launch=services.Launch(input={})
    ).job

    assert services.cancel(job=job, reason="no 42").fingerprint == ""
