from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from jobs.models import Job
from jobs.pages.filters import JobFilter, id_range
from templates_app.models import FlowPrototype
from tests.engine import make_flow
from tests.pages import rows
from tests.pages.reading import html, text


def found(client: Client, **query: str) -> list[UUID]:
    return [job.pk for job in client.get("/jobs/", query).context["jobs"]]


def test_it_filters_by_status(as_bob: Client, orders: FlowPrototype, bob: User, job: Job) -> None:
    done = rows.end(rows.trigger(orders, bob), "completed")

    assert found(as_bob, status="completed") == [done.pk]
    assert found(as_bob, status="pending") == [job.pk]


def test_it_filters_by_flow(as_bob: Client, bob: User, job: Job) -> None:
    other = rows.trigger(make_flow("other", {"a": "test_pass"}, entry="a.input"), bob)

    assert found(as_bob, flow="other") == [other.pk]
    assert len(found(as_bob)) == 2


@pytest.mark.parametrize("length", [1, 8, 13, 18, 36])
def test_it_finds_a_job_by_the_beginning_of_its_id(as_bob: Client, job: Job, length: int) -> None:
    assert found(as_bob, q=str(job.pk)[:length].upper()) == [job.pk]


def test_it_filters_by_period(as_bob: Client, orders: FlowPrototype, bob: User, job: Job) -> None:
    before = UUID(int=job.pk.int - (int(timedelta(hours=2).total_seconds() * 1000) << 80))
    Job.objects.create(pk=before, flow=orders, revision=job.revision, actor=bob)

    assert found(as_bob, since="1h") == [job.pk]
    assert found(as_bob, since="3h") == [job.pk, before]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"q": "xyz"}, "'xyz' is not the beginning of a job id: 0-9, a-f and - are."),
        ({"since": "yesterday"}, "is no period: 30m, 2h or 7d are."),
        ({"flow": "nothing"}, "There is no flow 'nothing' that you may see."),
        ({"status": "lost"}, "lost is not one of the available choices."),
        ({"since": "99999d"}, "No job matches"),
        ({"q": "\0"}, "Null characters are not allowed."),
    ],
)
def test_it_says_what_is_wrong_with_a_filter(as_bob: Client, job: Job, query: dict[str, str], message: str) -> None:
    page = text(html(as_bob, "/jobs/", **query))

    assert message in page or ("since" in query and str(job.pk)[:18] in page)


def test_it_keeps_the_filter_in_each_link(as_bob: Client, job: Job) -> None:
    page = html(as_bob, "/jobs/", flow="orders", status="pending", cursor=f"before.{job.pk}")

    assert 'href="?flow=orders&amp;status=failed"' in page
    assert '<option value="orders" selected>' in page


@given(st.text(alphabet="0123456789abcdefABCDEF-", max_size=40))
def test_it_makes_a_range_that_holds_each_id_with_that_beginning(beginning: str) -> None:
    bounds = id_range(beginning)
    digits = beginning.replace("-", "").lower()

    assert (bounds is None) == (len(digits) > 32)
    if bounds:
        assert all(bound.hex.startswith(digits) for bound in bounds)


@given(st.dictionaries(st.sampled_from(["status", "flow", "since", "q"]), st.text(max_size=50)))
def test_it_never_breaks_on_what_an_address_says(query: dict[str, str]) -> None:
    data = QueryDict(mutable=True)
    data.update(query)

    assert JobFilter(data, flows=[]).apply(Job.objects.all()) is not None
