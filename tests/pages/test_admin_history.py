"""What the engine wrote is read in the admin, never edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from jobs.admin.base import CappedPaginator
from jobs.models import Cluster, DatasetRow, Job, Session
from templates_app.models import FlowPrototype
from tests.pages import rows
from tests.pages.reading import active, html, text
from tests.pages.rows import HOSTILE


@pytest.fixture
def history(job: Job) -> dict[str, Any]:
    return {
        "job": job.pk,
        "session": Session.objects.create(host=HOSTILE, pid=1, lanes=2).pk,
        "cluster": Cluster.objects.create(id="c1", host=HOSTILE, pid=1, workers=2).pk,
        "datasetrow": DatasetRow.objects.create(dataset="sales", key="k1", data={"x": HOSTILE}).pk,
    }


@pytest.mark.parametrize("name", ["job", "session", "cluster", "datasetrow"])
def test_it_shows_lists_and_rows(as_bob: Client, history: dict[str, Any], name: str) -> None:
    base = f"/admin/jobs/{name}/"

    assert HOSTILE[:20] not in html(as_bob, base)
    assert "<h1" in html(as_bob, f"{base}{history[name]}/change/")


@pytest.mark.parametrize("name", ["job", "session", "cluster", "datasetrow"])
def test_it_changes_and_deletes_nothing(as_bob: Client, history: dict[str, Any], name: str) -> None:
    base = f"/admin/jobs/{name}/"

    assert as_bob.get(f"{base}add/").status_code == 403
    assert as_bob.get(f"{base}{history[name]}/delete/").status_code == 403
    assert as_bob.post(f"{base}{history[name]}/change/", {}).status_code == 403


def test_it_leads_from_the_admin_to_the_job_page(as_bob: Client, job: Job) -> None:
    assert job.get_absolute_url() in html(as_bob, f"/admin/jobs/job/{job.pk}/change/")


def test_it_finds_jobs_by_the_beginning_of_their_id(as_bob: Client, job: Job) -> None:
    found = f"/admin/jobs/job/{job.pk}/change/"

    assert found in html(as_bob, "/admin/jobs/job/", q=str(job.pk)[:13])
    assert found not in html(as_bob, "/admin/jobs/job/", q="ffff")
    assert found not in html(as_bob, "/admin/jobs/job/", q="no id")


def test_it_finds_rows_by_dataset_and_key(as_bob: Client, history: dict[str, Any]) -> None:
    assert "k1" in text(html(as_bob, "/admin/jobs/datasetrow/", q="sales/k"))
    assert "0 dataset rows" in text(html(as_bob, "/admin/jobs/datasetrow/", q="sales/z"))


def test_it_counts_no_further_than_it_pages(monkeypatch: pytest.MonkeyPatch, orders: FlowPrototype, bob: User) -> None:
    monkeypatch.setattr("jobs.admin.base.MOST", 2)
    for _ in range(4):
        rows.trigger(orders, bob)

    assert CappedPaginator(Job.objects.order_by("-id"), 1).num_pages == 2


def test_it_reads_the_list_of_jobs_in_few_queries(
    as_bob: Client, orders: FlowPrototype, bob: User, django_assert_num_queries: Any
) -> None:
    for _ in range(20):
        rows.trigger(orders, bob)

    with django_assert_num_queries(6):
        as_bob.get("/admin/jobs/job/")


def test_it_deletes_nothing_by_action(as_bob: Client, job: Job) -> None:
    names = [model for model in admin.site._registry if model._meta.app_label == "jobs"]

    assert len(names) == 9
    assert "delete_selected" not in html(as_bob, "/admin/jobs/job/")


def test_it_runs_no_script_of_a_stranger(as_bob: Client, history: dict[str, Any]) -> None:
    page = html(as_bob, f"/admin/jobs/datasetrow/{history['datasetrow']}/change/")

    assert "<script>alert" not in page
    assert "img" not in active(page)
