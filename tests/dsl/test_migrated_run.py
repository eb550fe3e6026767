"""An old file is refused; what `migrate_templates` makes of it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from jobs.states import JobStatus
from templates_app import dsl
from templates_app.refusals import Refused
from templates_app.sync import sync_catalog
from tests.dsl.texts import flow
from tests.engine import results, run_flow

OLD = """\
flow_id: old_{kind}
execution_strategy: {kind}
max_workers: 3
routines:
  spread:
    class: tests.flows.routines.Spread
    config: {{count: 2}}
  flaky:
    class: tests.flows.routines.Flaky
    error_handler: {{strategy: RETRY, max_retries: 3, retry_delay: 0, retry_backoff: null, retry_count: 7}}
connections:
  - {{from: spread.output, to: flaky.input}}
execution:
  timeout: 300
"""


@pytest.fixture(autouse=True)
def _runs_jobs(engine: None) -> None:
    sync_catalog()


@pytest.mark.parametrize(("kind", "workers"), [("sequential", 1), ("concurrent", 3)])
def test_it_runs_once_it_is_migrated(tmp_path: Path, kind: str, workers: int) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(OLD.format(kind=kind))
    with pytest.raises(Refused, match="every flow runs on the one Runtime"):
        dsl.read_file(file)
    call_command("migrate_templates", str(tmp_path), verbosity=0)
    dsl.apply(dsl.read_file(file))

    job = run_flow(flow(f"old_{kind}"))

    assert job.status == JobStatus.COMPLETED
    assert job.revision.spec.max_workers == workers
    assert results(job) == [{"attempt": 2}, {"attempt": 2}]
