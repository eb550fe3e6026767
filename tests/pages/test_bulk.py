from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from jobs import services
from jobs.models import Job, JobEvent
from jobs.search import matching
from jobs.steering import bulk
from jobs.steering.bulk import BulkVerb, TooMany
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import html, text


def ask(client: Client, verb: str, q: str) -> str:
    return text(html(client, f"/jobs/bulk/{verb}/", q=q))


def press(client: Client, verb: str, q: str, newest: object, reason: str = "") -> Any:
    return client.post(f"/jobs/bulk/{verb}/", {"q": q, "newest": str(newest), "reason": reason}, follow=True)


@pytest.fixture
def broken(orders: FlowPrototype, bob: User) -> list[Job]:
    return rows.failed(orders, bob)


def test_it_counts_what_matches_and_can_be_retried(as_bob: Client, broken: list[Job], job: Job) -> None:
    page = ask(as_bob, "retry", "flow:orders")

    assert "3 jobs will be retried" in page
    assert "orders: 3" in page
    assert "1 job will be cancelled" in ask(as_bob, "cancel", "flow:orders")


def test_it_retries_each_and_keeps_actor_and_reason(as_bob: Client, broken: list[Job], bob: User) -> None:
    page = press(as_bob, "retry", "status:failed", broken[-1].pk, "fixed the customer").content.decode()

    assert "3 jobs retried." in page
    assert set(Job.objects.values_list("status", flat=True)) == {"pending"}
    assert JobEvent.objects.filter(kind="retried", actor=bob, reason="fixed the customer").count() == 3


def test_it_leaves_out_what_came_after_the_count(as_bob: Client, broken: list[Job]) -> None:
    press(as_bob, "retry", "status:failed", broken[1].pk)

    assert list(Job.objects.filter(status="failed")) == [broken[2]]


def test_it_takes_a_bounded_number(as_bob: Client, broken: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST", 2)

    assert "2 jobs will be retried: the newest 2. More match" in ask(as_bob, "retry", "status:failed")
    assert "do it again for the next" in press(as_bob, "retry", "status:failed", broken[-1].pk).content.decode()
    assert list(Job.objects.filter(status="failed")) == [broken[0]]


def test_it_tells_which_jobs_refused(as_bob: Client, broken: list[Job], job: Job, bob: User) -> None:
    keys = [job.pk, *(one.pk for one in broken)]
    result = services.bulk(verb=BulkVerb.CANCEL, jobs=keys, actor=bob, reason="wrong")

    assert result.done == [job.pk]
    assert {refused.reason for refused in result.refused} == {"The job is failed: it cannot be cancelled any more."}


def test_it_refuses_too_many_before_it_does_anything(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 0)

    with pytest.raises(TooMany):
        services.bulk(verb=BulkVerb.CANCEL, jobs=[job.pk])
    assert Job.objects.get().status == "pending"


def test_it_asks_for_a_filter(as_bob: Client, broken: list[Job]) -> None:
    assert "Choose the jobs first" in ask(as_bob, "retry", "")
    assert press(as_bob, "retry", "", broken[-1].pk).status_code == 422
    assert Job.objects.filter(status="failed").count() == 3


def test_it_asks_for_the_count_first(as_bob: Client, broken: list[Job]) -> None:
    response = press(as_bob, "retry", "status:failed", "nonsense")

    assert response.status_code == 422
    assert "Look at what matches before you confirm it." in response.content.decode()


def test_it_says_so_when_nothing_can_be_done(as_bob: Client, job: Job) -> None:
    assert "none is failed or cancelled" in ask(as_bob, "retry", "flow:orders")
    assert "There is no flow" in ask(as_bob, "retry", "flow:nothing")
    assert as_bob.get("/jobs/bulk/delete/").status_code == 404


def test_it_needs_the_permission_of_the_verb(as_charlie: Client, charlie: User, job: Job) -> None:
    assert as_charlie.get("/jobs/bulk/cancel/", {"q": "is:unfinished"}).status_code == 403
    charlie.user_permissions.add(Permission.objects.get(codename="cancel_job"))

    assert "none is queued or pending or running or paused" in ask(as_charlie, "cancel", "is:unfinished")
    assert as_charlie.get("/jobs/bulk/retry/").status_code == 403


def test_it_offers_its_buttons_with_a_filter_only(as_bob: Client, job: Job) -> None:
    assert "Cancel all that match" in html(as_bob, "/jobs/", q="flow:orders")
    assert "Cancel all that match" not in html(as_bob, "/jobs/")
