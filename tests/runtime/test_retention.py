from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from jobs import retention, services
from jobs.admission import launch as launching
from jobs.models import Activation, Item, Job, JobEvent, NodeState, PrunedJob, StepLog
from jobs.runtime.store import prune
from jobs.runtime.store.link import open_link
from jobs.services import Launch, run_again, trigger
from routilux_site.lib import strict_json
from templates_app.models import Revision
from tests.api.calls import get, post, refusal
from tests.engine import make_flow, run_flow, run_jobs, start

MONTH = timedelta(days=30)


def aged(*jobs: Job, days: int = 40) -> None:
    """As if they had run so many days ago."""
    for job in jobs:
        past = timezone.now() - timedelta(days=days)
        Job.objects.filter(pk=job.pk).update(created_at=past, finished_at=past)


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr("jobs.runtime.store.prune.OLD", prune.OLD.replace("AND id < %(before)s ", ""))
    job = run_flow(make_flow("tally", {"a": "test_tally"}), n=1)
    aged(job)
    return job


def test_it_takes_away_all_of_an_old_job_and_keeps_a_stub(old: Job) -> None:
    young = run_flow(old.flow, n=2)
    assert retention.prune(older_than=MONTH).jobs == 1

    stub = PrunedJob.objects.get()
    assert (stub.pk, stub.status, stub.input_sha256) == (old.pk, "completed", strict_json.sha256({"n": 1}))
    assert stub.revision_hash == old.revision.hash
    for model in (Activation, Item, JobEvent, NodeState, StepLog):
        assert set(model._base_manager.values_list("job_id", flat=True)) <= {young.pk}


def test_it_leaves_what_goes_on_and_what_is_young(old: Job) -> None:
    going, failed = start(old.flow, n=1), run_flow(old.flow, n=1)
    aged(going, failed)
    Job.objects.filter(pk=failed.pk).update(status="failed")
    Job.objects.filter(pk=going.pk).update(finished_at=None)

    assert retention.prune(older_than=MONTH, statuses=["completed"]).jobs == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {going.pk, failed.pk}


def test_it_keeps_a_child_until_its_parent_has_taken_its_results(old: Job) -> None:
    parent = start(old.flow, n=1)
    services.pause(job=parent)
    Job.objects.filter(pk=old.pk).update(parent=parent)

    assert (retention.would_prune(older_than=MONTH), retention.prune(older_than=MONTH).jobs) == (0, 0)
    services.cancel(job=parent)
    assert (retention.would_prune(older_than=MONTH), retention.prune(older_than=MONTH).jobs) == (1, 1)


def test_it_goes_in_batches_and_passes_over_what_is_held(old: Job) -> None:
    others = [run_flow(old.flow, n=n) for n in range(3)]
    aged(*others)
    with open_link("test") as link, link.transaction():
        link.execute("SELECT 1 FROM jobs_job WHERE id = %s FOR UPDATE", [others[0].pk])
        assert retention.prune(older_than=MONTH, batch=1).jobs == 3

    assert list(Job.objects.values_list("pk", flat=True)) == [others[0].pk]


def test_it_forgets_what_only_names_a_pruned_job(old: Job) -> None:
    again = run_again(job=old, pinned=True)
    run_jobs()
    retention.prune(older_than=MONTH)

    again.refresh_from_db()
    assert again.origin is None


def test_it_drops_revisions_that_only_a_pruned_job_used(old: Job) -> None:
    launch = Launch(input={"n": 1}, overrides={"settings": {"max_workers": 3}})
    job = trigger(flow=old.flow, launch=launch).job
    run_jobs()
    aged(job)
    assert retention.prune(older_than=MONTH).revisions == 0

    assert retention.prune(older_than=timedelta(0)).revisions == 1
    assert not Revision.objects.filter(for_launch=True).exists()


def prune_beneath(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """As if the revision of a launch were pruned between its choice and the job, so many times."""
    accepted, left = launching.accepted, iter(range(times))

    def choose(*args: Any) -> Any:
        start = accepted(*args)
        if next(left, None) is not None:
            Revision.objects.filter(pk=start.revision.pk).delete()
        return start

    monkeypatch.setattr(launching, "accepted", choose)


@pytest.mark.parametrize(("times", "status", "made"), [(1, 202, 1), (2, 409, 0)])
def test_it_never_breaks_a_trigger(
    as_bob: Client, monkeypatch: pytest.MonkeyPatch, times: int, status: int, made: int
) -> None:
    make_flow("tally", {"a": "test_tally"}, entry="a.input")
    prune_beneath(monkeypatch, times)

    answer = post(as_bob, "flows/tally/jobs", {"input": {}, "overrides": {"settings": {"max_workers": 2}}})

    assert (answer.status_code, Job.objects.count()) == (status, made)


@pytest.mark.parametrize("path", ["flows/tally/jobs", "jobs/bulk"])
def test_it_refuses_in_words_what_was_pruned_beneath(
    as_bob: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    make_flow("tally", {"a": "test_tally"}, entry="a.input")
    prune_beneath(monkeypatch, 9)
    job = {"input": {}, "overrides": {"settings": {"max_workers": 2}}}
    body = {"jobs": [{"flow": "tally", **job}], "together": True} if path == "jobs/bulk" else job

    assert refusal(post(as_bob, path, body)) == (409, "wrong-state")


def test_it_answers_410_with_what_was_kept(old: Job, as_bob: Client, as_charlie: Client) -> None:
    retention.prune(older_than=MONTH)
    answer = get(as_bob, f"jobs/{old.pk}")
    assert (answer.status_code, answer.json()["code"], answer.json()["job"]["status"]) == (
        410, "job-pruned", "completed"
    )  # fmt: skip

    page = as_bob.get(f"/jobs/{old.pk}/")
    assert (page.status_code, old.revision.hash in page.content.decode()) == (410, True)
    assert as_charlie.get(f"/jobs/{old.pk}/").status_code == 404


def command(*words: str) -> Any:
    out = StringIO()
    call_command("prune_jobs", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_says_beforehand_what_it_would_prune(old: Job) -> None:
    assert command("--older-than", "30d", "--dry-run") == {"would_prune": 1}
    assert command("--older-than", "8w", "--dry-run") == {"would_prune": 0}
    assert command("--older-than", "30d")["jobs"] == 1


@pytest.mark.parametrize("age", ["0d", "30", "a month", "-1d"])
def test_it_refuses_an_age_that_is_none(age: str) -> None:
    with pytest.raises(CommandError, match="not accepted"):
        call_command("prune_jobs", f"--older-than={age}")


def test_it_keeps_house_as_the_settings_say(old: Job, settings: Any) -> None:
    retention.keep_house()
    assert Job.objects.count() == 1

    settings.ROUTILUX = {**settings.ROUTILUX, "RETENTION_DAYS": 30}
    retention.keep_house()
    assert not Job.objects.exists()
