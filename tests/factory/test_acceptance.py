"""The code of the design report, as it stands there."""

from __future__ import annotations

import pytest

from jobs.front import JobHandle
from jobs.models import Job
from templates_app.factory import Flow, ObjectFactory
from templates_app.routines import batch_policy, immediate_policy
from tests.engine import run_jobs
from tests.factory.routines import DataProcessor, DataValidator, process_data_logic


@pytest.fixture(autouse=True)
def _engine(transactional_db: None, settings: pytest.FixtureRequest) -> None:
    settings.ROUTILUX = {**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 2}  # type: ignore[attr-defined]


def test_it_runs_the_code_of_the_design_report() -> None:
    factory = ObjectFactory.get_instance()

    base = DataProcessor()
    base.set_config(timeout=30, retries=3)
    base.set_activation_policy(immediate_policy())
    base.set_logic(process_data_logic)
    factory.register("fast_processor", base, description="Fast data processing")
    fast = factory.create("fast_processor")
    slow = factory.create("fast_processor", config={"timeout": 60})
    custom = factory.create("fast_processor", config={"retries": 5}, override_policy=batch_policy(10))
    assert [(one.get_config("timeout"), one.get_config("retries")) for one in (fast, slow, custom)] == [
        (30, 3),
        (60, 3),
        (30, 5),
    ]
    assert (fast.activation_policy, custom.activation_policy) == (immediate_policy(), batch_policy(10))

    processor, validator = fast, DataValidator()
    base_flow = Flow()
    base_flow.add_routine(processor, "processor")
    base_flow.add_routine(validator, "validator")
    base_flow.connect("processor", "output", "validator", "input")
    factory.register("data_pipeline", base_flow, description="Data processing pipeline")
    pipeline1 = factory.create("data_pipeline", config={"max_workers": 5})
    pipeline2 = factory.create("data_pipeline", config={"max_workers": 20})
    job = pipeline1.execute("processor", entry_params={"value": 7})  # returns at once

    assert (pipeline1.max_workers, pipeline2.max_workers) == (5, 20)
    _runs_as_asked(job)


def _runs_as_asked(job: JobHandle) -> None:
    assert (job.status, job.wait(timeout=0)) == ("pending", False)
    row = Job.objects.select_related("flow__head", "revision").get(pk=job.id)
    assert (row.flow.name, row.revision.spec.max_workers, row.flow.head.spec.max_workers) == ("data_pipeline", 5, None)  # type: ignore[union-attr]
    run_jobs()
    assert job.wait(timeout=5) and job.status == "completed"
    assert job.result == {"validator.output": [{"value": 7, "timeout": 30, "size": 1, "valid": True}]}
