"""Programs start jobs, feed them, wait for them and cancel them, through the verbs that REST uses."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction

from jobs.errors import BadEntry, BadInput, WrongState
from jobs.front import JobHandle, Runtime
from templates_app import services
from templates_app.factory import Flow, ObjectFactory
from templates_app.factory.errors import GraphChanged, Unacceptable
from templates_app.models import FlowPrototype
from templates_app.selectors import UnknownFlow
from tests.engine import run_jobs
from tests.factory.routines import DataValidator


@pytest.fixture(autouse=True)
def _engine(transactional_db: None, settings: pytest.FixtureRequest) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 2}  # type: ignore[attr-defined]


def revision(handle: Any) -> Any:
    return handle.job.revision


def config_of(handle: Any, node: str) -> str:
    return str(revision(handle).spec.nodes[node].config_text)


def test_it_stores_a_flow_that_was_never_registered_under_its_id(base_flow: Flow, bob: User) -> None:
    first = base_flow.execute("processor", {"value": 1}, actor=bob)
    second = base_flow.execute()
    stored = FlowPrototype.objects.get(name=base_flow.flow_id)
    jobs = [JobHandle(one.id).job for one in (first, second)]
    assert [job.revision_id for job in jobs] == [stored.head_id] * 2
    assert (jobs[0].actor, jobs[1].actor) == (bob, None)


def test_it_runs_what_was_set_on_the_object_over_the_template(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    made = ObjectFactory.create("pipeline", config={"nodes": {"processor": {"config": {"timeout": 77}}}})
    made.routines["processor"].set_config(retries=8)
    job = made.execute("processor", {"value": 1})
    assert '"retries":8' in config_of(job, "processor") and '"timeout":77' in config_of(job, "processor")
    run_jobs()
    assert job.result["validator.output"][0]["timeout"] == 77


def test_it_follows_the_template_in_all_else(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    made = ObjectFactory.create("pipeline", config={"max_workers": 5})
    flow = FlowPrototype.objects.get(name="pipeline")
    services.update_flow(flow, document={**base_flow.document(), "settings": {"timeout": 12}}, version=1)
    spec = revision(made.execute("processor")).spec
    assert (spec.max_workers, spec.timeout) == (5, 12.0)


def test_it_lets_no_object_reach_a_running_job(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    made = ObjectFactory.create("pipeline")
    job = made.execute("processor", {"value": 1})
    made.routines["processor"].set_config(timeout=99)
    base_flow.routines["processor"].set_config(timeout=98)
    run_jobs()
    assert job.result["validator.output"][0]["timeout"] == 30


def test_it_stores_a_created_flow_anew_when_its_graph_changed(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    made = ObjectFactory.create("pipeline")
    made.add_routine(DataValidator(), "more")
    made.connect("validator", "output", "more", "input")
    job = JobHandle(made.execute("processor", {"value": 1}).id)
    assert job.job.flow.name == made.flow_id
    run_jobs()
    assert list(job.result) == ["more.output"]


def test_it_refuses_to_run_another_graph_under_a_stored_id(base_flow: Flow) -> None:
    Flow("mine").pipe(DataValidator(), "a").execute("a")
    with pytest.raises(GraphChanged, match='register\\("mine", flow, if_exists="replace"\\)'):
        Flow("mine").pipe(DataValidator(), "b").execute("b")
    assert Flow("mine", max_workers=3).pipe(DataValidator(), "a").execute("a").status == "pending"


def test_it_names_the_place_of_what_a_launch_may_not_override(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    made = ObjectFactory.create("pipeline")
    made.routines["processor"].set_config(timeout=0)
    with pytest.raises(Unacceptable, match=r"nodes\.processor\.config\.timeout: 0 is not accepted"):
        made.execute("processor")


def test_it_refuses_entries_and_input_as_rest_does(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    with pytest.raises(BadEntry, match="There is no slot 'gone'"):
        base_flow.execute("gone")
    with pytest.raises(BadInput, match="The input is a JSON object"):
        base_flow.execute("processor", entry_params=[1])  # type: ignore[arg-type]


def test_it_feeds_an_open_job(base_flow: Flow) -> None:
    ObjectFactory.register("mailbox", base_flow.set_config(keep_open=True))
    runtime = Runtime(thread_pool_size=10)
    job = runtime.exec("mailbox")
    assert job.job.items.count() == 0
    for number in range(2):
        assert runtime.post("mailbox", "processor", "input", {"value": number}, job) is job
    run_jobs()
    job.close()
    assert job.wait(1)
    assert sorted(item["value"] for item in job.result["validator.output"]) == [0, 1]  # side by side


def test_it_starts_a_job_with_the_item_that_is_posted(base_flow: Flow) -> None:
    ObjectFactory.register("pipeline", base_flow)
    runtime = Runtime()
    jobs = [runtime.post(flow, "validator", "input", {"n": 1}) for flow in ("pipeline", base_flow)]
    jobs.append(runtime.exec("pipeline", "validator", entry_params={"n": 1}))
    run_jobs()
    assert [job.result for job in jobs] == [{"validator.output": [{"n": 1, "valid": True}]}] * 3


def test_it_refuses_posts_that_lead_nowhere(base_flow: Flow) -> None:
    ObjectFactory.register("mailbox", base_flow.set_config(keep_open=True))
    other = Flow("other").pipe(DataValidator(), "a")
    runtime, job = Runtime(), Runtime().exec("mailbox")
    with pytest.raises(BadEntry):
        job.post("processor", "gone", {})
    with pytest.raises(WrongState, match="none of the flow"):
        runtime.post(other, "a", "input", {}, job)
    with pytest.raises(UnknownFlow):
        runtime.exec("nobody")


def test_it_cancels(base_flow: Flow) -> None:
    job = JobHandle(base_flow.execute("processor").id)
    job.cancel("not needed")
    assert (job.status, job.wait(), job.error) == ("cancelled", True, "")
    assert job.job.events.get(kind="cancelled").reason == "not needed"


def test_it_waits_for_a_job_that_runs_elsewhere(base_flow: Flow) -> None:
    job = base_flow.execute("processor", {"value": 1})
    worker = threading.Thread(target=_run_and_hang_up)
    worker.start()
    assert job.wait(timeout=20)
    worker.join()
    assert job.result["validator.output"][0]["value"] == 1


def _run_and_hang_up() -> None:
    run_jobs()
    connections.close_all()


def test_it_takes_the_size_of_a_pool_as_words() -> None:
    assert "makes no pool" in Runtime(thread_pool_size=10).explanation
    for wrong in (-1, "10", True, 1.5):
        with pytest.raises(ValueError, match="a whole number of at least 0"):
            Runtime(thread_pool_size=wrong)  # type: ignore[arg-type]


def test_it_can_be_compared_and_kept(base_flow: Flow) -> None:
    job = JobHandle(base_flow.execute("processor").id)
    assert {job, JobHandle(job.id)} == {job}
    assert repr(job) == f"JobHandle('{job.id}')"


def test_it_never_waits_inside_a_transaction(base_flow: Flow) -> None:
    with transaction.atomic(), pytest.raises(WrongState, match="would never end"):
        base_flow.execute("processor").wait()
