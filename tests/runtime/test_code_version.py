from __future__ import annotations

from jobs.models import CodeVersion, Session
from jobs.runtime.codeversion import module_hash, running
from tests.engine import make_flow, run_flow


def test_it_knows_the_module_of_each_class() -> None:
    _, classes = running()

    assert classes["test_pass"] == module_hash("tests.flows.routines")
    assert len(classes["test_pass"]) == 16


def test_it_says_nothing_of_a_module_without_a_file() -> None:
    assert module_hash("no.such.module") == ""


def test_it_is_kept_once_and_named_by_each_session(engine: None) -> None:
    flow = make_flow("fine", {"a": "test_pass"}, entry="a.input")
    jobs = [run_flow(flow, n=n) for n in range(2)]

    version = CodeVersion.objects.get()
    sessions = [str(job.activations.get().session_id) for job in jobs]
    assert set(Session.objects.filter(pk__in=sessions).values_list("code", flat=True)) == {version.hash}
    assert (version.hash, version.classes) == running()
